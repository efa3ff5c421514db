//! Images changed in every way: refused, or they run safely ([`sqrt_tests::mutations`]).
//!
//! As `cargo test` runs them, the changes of single bytes are a sample. `SQRT_MUTATIONS=N` asks for every value of every byte
//! of the small image, and for N changed large images; `scripts/mutations.sh` does so, optimised.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail by panicking"
)]

use sqrt_tests::mutations::{Mutator, Parts, Section, Subject, Tally};
use sqrt_vm::bytecode::VerifiedProgram;
use sqrt_vm::bytecode::image::HEADER_SIZE;

/// How many changed large images were asked for; none if only a sample is.
fn asked() -> Option<u64> {
    let asked = std::env::var("SQRT_MUTATIONS").ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("SQRT_MUTATIONS is no number: {asked}")))
}

fn report(what: &str, tally: Tally) {
    println!("{what}: {tally}");
}

#[test]
fn the_subjects_are_valid_and_come_apart() {
    for subject in [Subject::small(), Subject::large(20)] {
        let mut tally = Tally::default();
        subject.try_out(&mut subject.image.clone(), &mut tally);
        assert_eq!(tally, Tally { refused: 0, ran: 1 });
        assert!(Parts::of(&subject.image).image() == subject.image);
    }
}

/// Each byte of a small image with each other value; the checksums are made right, so that they hide nothing.
#[test]
fn every_byte_with_every_value_is_refused_or_harmless() {
    let subject = Subject::small();
    let mut image = subject.image.clone();
    let mut tally = Tally::default();
    // The header has magic and version, then lengths and checksums that are made right again.
    for at in (0..12).chain(HEADER_SIZE..subject.image.len()) {
        let was = image[at];
        let some = [was ^ 1 << (at % 8), was ^ 0xff, was.wrapping_add(1), 0];
        let every: Vec<u8> = (0..=u8::MAX).collect();
        let values = if asked().is_some() { &every[..] } else { &some[..at % 3 + 1] };
        for &value in values.iter().filter(|&&value| value != was) {
            image[at] = value;
            subject.try_out(&mut image, &mut tally);
        }
        image[at] = was;
    }
    report(&format!("every byte of {}", image.len()), tally);
    assert!(tally.ran > 200 && tally.refused > 2000, "{tally}");
}

#[test]
fn lengths_and_counts_at_their_boundaries_are_refused() {
    let subject = Subject::small();
    let image = &subject.image;
    let mut tally = Tally::default();
    let fields = Parts::of(image).table_fields();
    for (at, size) in fields {
        let mut number = [0; 8];
        number[..size].copy_from_slice(&image[at..at + size]);
        let number = u64::from_le_bytes(number);
        let near = [number.wrapping_add(1), number.wrapping_sub(1), number << 1, number << 32];
        let far = [0, 1, u64::MAX, u64::MAX - 1, 1 << 31, 1 << 63, image.len() as u64, u64::from(u32::MAX)];
        for made in near.into_iter().chain(far) {
            let mut changed = image.clone();
            changed[at..at + size].copy_from_slice(&made.to_le_bytes()[..size]);
            if changed != *image {
                subject.try_out(&mut changed, &mut tally);
            }
        }
    }
    report("fields of the tables of sections", tally);
    assert!(tally.ran == 0 && tally.refused > 2000, "{tally}");
}

#[test]
fn every_truncation_is_refused() {
    let subject = Subject::small();
    let image = &subject.image;
    let mut tally = Tally::default();
    for length in 0..image.len() {
        assert!(VerifiedProgram::from_image(&image[..length]).is_err());
        // Also if the header knows nothing of it.
        if length > HEADER_SIZE {
            subject.try_out(&mut image[..length].to_vec(), &mut tally);
        }
    }
    report("truncations", tally);
    assert_eq!(tally.ran, 0, "{tally}");
}

#[test]
fn sections_in_each_others_places_are_refused_or_harmless() {
    let subject = Subject::small();
    let image = &subject.image;
    let parts = Parts::of(image);
    let places: Vec<(usize, usize)> =
        (0..2).flat_map(|group| (0..parts.groups[group].len()).map(move |at| (group, at))).collect();
    let mut tally = Tally::default();
    for (index, &(group, at)) in places.iter().enumerate() {
        for &(other_group, other) in &places[..index] {
            let mut changed = parts.clone();
            let (one, two) = (&parts.groups[group][at], &parts.groups[other_group][other]);
            // The whole sections; and only their records, where both are of the same size.
            let bytes = |section: &Section, of: &Section| Section { bytes: of.bytes.clone(), ..*section };
            let fit = one.record == two.record;
            changed.groups[group][at] = if fit { bytes(one, two) } else { two.clone() };
            changed.groups[other_group][other] = if fit { bytes(two, one) } else { one.clone() };
            if changed != parts {
                subject.try_out(&mut changed.image(), &mut tally);
            }
        }
    }
    report("pairs of sections", tally);
    assert!(tally.refused > 1000, "{tally}");
}

/// Every section shorter, longer, empty, or that of another image.
#[test]
fn sections_of_other_lengths_are_refused_or_harmless() {
    let (small, large) = (Subject::small(), Subject::large(6));
    let (parts, others) = (Parts::of(&small.image), Parts::of(&large.image));
    let mut tally = Tally::default();
    for group in 0..2 {
        for at in 0..parts.groups[group].len() {
            let Section { record, bytes } = &parts.groups[group][at];
            let length = bytes.len();
            let less = &bytes[..length.saturating_sub(*record)];
            let first = bytes.get(*record..).unwrap_or_default();
            let more = [bytes, &bytes[length.saturating_sub(*record)..]].concat();
            let zeros = [bytes, &vec![0; *record][..]].concat();
            let ones = [bytes, &vec![0xff; *record][..]].concat();
            let other = &others.groups[group][at].bytes;
            for made in [less, first, &more, &zeros, &ones, &[], other] {
                let mut changed = parts.clone();
                changed.groups[group][at].bytes = made.to_vec();
                if changed != parts {
                    small.try_out(&mut changed.image(), &mut tally);
                }
            }
        }
    }
    report("sections of other lengths", tally);
    assert!(tally.refused > 100 && tally.ran > 0, "{tally}");
}

/// Each range of some bytes of an image in the place of the same range of another.
#[test]
fn splices_of_two_images_are_refused_or_harmless() {
    let policy = |tag: &str| {
        let text = format!(
            "tool \"t\" {{ must deny when x.value in {{r\"{tag}+b?\", \"{tag}\", int 3..}}; result {{ @tags |= {{\"{tag}\"}}; }} }}"
        );
        Subject::compiled(&text, &[r#"{"tool": "t", "args": {"x": ["a", 4]}, "result": {"value": 1}}"#])
    };
    let (one, two) = (policy("a"), policy("zz"));
    let mut tally = Tally::default();
    let length = one.image.len().min(two.image.len());
    for at in (HEADER_SIZE..length).step_by(if asked().is_some() { 1 } else { 7 }) {
        for count in [2, 4, 8, 24, 100] {
            let mut changed = one.image.clone();
            let end = (at + count).min(length);
            changed[at..end].copy_from_slice(&two.image[at..end]);
            if changed != one.image {
                one.try_out(&mut changed, &mut tally);
            }
        }
        // The front of one, the rest of the other.
        let mut joined = [&one.image[..at], &two.image[at..]].concat();
        one.try_out(&mut joined, &mut tally);
    }
    report("splices", tally);
    assert!(tally.refused > 500 && tally.ran > 10, "{tally}");
}

/// Large images changed at random.
#[test]
fn large_images_changed_at_random_are_refused_or_harmless() {
    let (large, other, small) = (Subject::large(40), Subject::large(24), Subject::small());
    let count = asked().unwrap_or(300);
    let mut mutator = Mutator::new(0x9e37_79b9_7f4a_7c15, &[&large.image, &other.image, &small.image]);
    let mut tally = Tally::default();
    for done in 1..=count {
        large.try_out(&mut mutator.image(), &mut tally);
        if done % 100_000 == 0 {
            report("so far, at random", tally);
        }
    }
    let sizes = [&large, &other, &small].map(|subject| subject.image.len());
    report(&format!("images of {sizes:?} bytes, changed at random"), tally);
    assert!(tally.ran * 20 > count && tally.refused * 20 > count, "{tally}");
}
