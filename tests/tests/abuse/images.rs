//! Images that lie about what is in them. That any change of an image is refused or harmless is shown elsewhere; here it is
//! about what looking at them takes.

use crate::kit::{Host, Random, call, compiled, deny_when, numbered, size};
use crate::table::{Case, Family, Run, mib, times};
use sqrt_vm::bytecode::program::{PatternRecord, StringId};
use sqrt_vm::bytecode::{VerifiedProgram, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;

pub(crate) const FAMILY: Family = Family {
    title: "Images",
    cases: &[
        Case {
            name: "huge-counts",
            attempt: "small images whose sections, counts, lengths and numbers are 2^31, 2^32 - 1, 2^63 and their like, with right hashes",
            outcome: "refused before anything is allocated for them, or harmless",
            memory: mib(48),
            run: Run::Engine(huge_counts),
        },
        Case {
            name: "cut-and-padded",
            attempt: "images cut at every place, with bytes added, of other versions, in the other byte order, of zeros, and no images at all",
            outcome: "refused, and told apart",
            memory: mib(48),
            run: Run::Engine(cut_and_padded),
        },
        Case {
            name: "shuffled-sections",
            attempt: "tables of sections with entries swapped, repeated, overlapping, with other record sizes",
            outcome: "refused",
            memory: mib(48),
            run: Run::Engine(shuffled_sections),
        },
        Case {
            name: "shared-conditions",
            attempt: "an image whose explanation of a rule is 60 conditions, each of which has the next one twice",
            outcome: "refused: written out it would be longer than any memory",
            memory: mib(48),
            run: Run::Engine(shared_conditions),
        },
        Case {
            name: "shared-texts",
            attempt: "an image of half a million patterns that all have the same text of 4 MB",
            outcome: "loaded: what is done with a text is done once",
            memory: times(16),
            run: Run::Engine(shared_texts),
        },
        Case {
            name: "image-over-limit",
            attempt: "an image of 1 GiB",
            outcome: "refused before a byte of it is read",
            memory: mib(16),
            run: Run::Engine(image_over_limit),
        },
        Case {
            name: "large-image",
            attempt: "the image of a policy of 50,000 blocks, with and without explanations, whole and with bytes changed all over",
            outcome: "loaded in proportion to its size, or refused",
            memory: times(16),
            run: Run::Engine(large_image),
        },
        Case {
            name: "patterns-in-images",
            attempt: "images whose patterns are simulated when they are loaded, up to the limit of what may be built",
            outcome: "loaded within the limit, or refused by it",
            memory: mib(96),
            run: Run::Engine(patterns_in_images),
        },
    ],
};

/// An image with something of everything.
fn sample() -> Vec<u8> {
    let text = "let s = {\"a\", \"b\", r\"[a-c]+x\", w\"*y*\", 1, 2.5, int 3..4, datetime d\"2024-01-01\"..};
        tool \"t\" { priority 3; must deny when x.value in s or y.tags overlaps {\"p\", r\"q.*[0-9]\"}; should allow when not x.value == y.value;
            result { @tags |= {\"r\"}; when x.value in {1} { @consumers &= {\"c\"}; } } session after { @tags |= @result.tags; } }
        tool r\"send_.*|[a-z]+\" { must allow when z.value in {r\"[01]*1[01]{20}\"}; }";
    compiled(text).program.expect("it compiles").to_image()
}

/// Whether an image is loaded, without its explanations, which then are not looked at; then it decides calls.
fn runs(bytes: &[u8]) -> bool {
    decides(Policy::load(bytes, Limits::default()).ok())
}

/// Whether an image is loaded with its explanations; then it decides calls.
fn runs_whole(bytes: &[u8]) -> bool {
    let runs_whole = decides(Policy::load_with_explanations(bytes, Limits::default()).ok());
    assert!(!runs_whole || runs(bytes), "an image is fine with its explanations, and not without");
    runs_whole
}

fn decides(policy: Option<Policy>) -> bool {
    let Some(policy) = policy else { return false };
    let mut host = Host::of(policy);
    host.lines.explain(&host.policy, true);
    for x in ["\"a\"", "[1, {\"b\": null}]", "\"0110\""] {
        host.decide(call(x));
    }
    true
}

fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    image::reseal(&mut bytes);
    bytes
}

fn huge_counts() -> usize {
    let sample = sample();
    assert!(runs(&sample) && runs_whole(&sample));
    let (mut refused, mut ran) = (0, 0);
    let values: [&[u8]; 8] = [
        &[0xff; 4],
        &[0, 0, 0, 0x80],
        &[0xff, 0xff, 0xff, 0x7f],
        &[0xff; 8],
        &[0, 0, 0, 0, 0, 0, 0, 0x80],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        &[0, 0, 0, 0, 1, 0, 0, 0],
        &[0, 0, 0, 1],
    ];
    // All of the tables in front, and places all over.
    let step = size(1, 41);
    for at in (image::HEADER_SIZE..sample.len() - 8).filter(|at| at % 24 < 2 || at % (step * 5) == 0) {
        let value = values[at % values.len()];
        let mut changed = sample.clone();
        changed[at..at + value.len()].copy_from_slice(value);
        *(if runs_whole(&resealed(changed)) { &mut ran } else { &mut refused }) += 1;
    }
    assert!(refused > 100, "{refused} refused, {ran} ran");
    sample.len()
}

fn cut_and_padded() -> usize {
    let sample = sample();
    for end in (0..sample.len()).step_by(size(1, 41)) {
        assert!(!runs(&sample[..end]));
        assert!(!runs_whole(&resealed(sample[..end].to_vec())), "cut at {end}");
    }
    for end in [&[0_u8][..], &[0; 4096], b"\n", &sample] {
        let longer = [&sample, end].concat();
        assert!(!runs(&longer) && !runs_whole(&resealed(longer)));
    }
    let version = image::MAGIC.len()..image::MAGIC.len() + 4;
    for other in [0_u32, u32::MAX, 0x0100_0000] {
        let mut changed = sample.clone();
        changed[version.clone()].copy_from_slice(&other.to_le_bytes());
        let error = VerifiedProgram::from_image(&resealed(changed)).expect_err("another version");
        assert!(error.to_string().contains("version"), "{error}");
    }
    let mut swapped = sample.clone();
    swapped[image::MAGIC.len()..].chunks_mut(4).for_each(<[u8]>::reverse);
    assert!(!runs(&swapped) && !runs(&resealed(swapped)));
    let mut magic = image::MAGIC.to_vec();
    for no_image in [
        vec![0; 1 << 20],
        vec![0xff; 1 << 20],
        b"tool \"t\" { must deny always; }".to_vec(),
        Vec::new(),
        magic.clone(),
    ] {
        assert!(!runs(&no_image) && !runs(&resealed(no_image)));
    }
    magic.resize(1 << 20, 0xff);
    assert!(!runs(&magic));
    let mut random = Random(7);
    for _ in 0..200 {
        let mut bytes = sample[..image::HEADER_SIZE + 4].to_vec();
        bytes.extend((0..random.below(4096)).map(|_| random.below(256) as u8));
        assert!(!runs(&bytes) && !runs(&resealed(bytes)));
    }
    sample.len()
}

fn shuffled_sections() -> usize {
    let sample = sample();
    let first = image::HEADER_SIZE;
    let count = u32::from_le_bytes(sample[first..first + 4].try_into().expect("4 bytes")) as usize;
    assert!((10..200).contains(&count), "{count} sections");
    let entry = |number: usize| first + 4 + 24 * number..first + 4 + 24 * (number + 1);
    let (mut refused, step) = (0, size(1, 9));
    for left in (0..count).step_by(step) {
        for right in (0..count).filter(|&right| right != left) {
            // One entry in the place of another; and both exchanged.
            let mut changed = sample.clone();
            changed.copy_within(entry(left), entry(right).start);
            let repeated = resealed(changed.clone());
            changed[entry(left)].copy_from_slice(&sample[entry(right)]);
            refused += usize::from(!runs(&repeated)) + usize::from(!runs(&resealed(changed)));
        }
    }
    assert_eq!(refused, 2 * count.div_ceil(step) * (count - 1));
    for number in 0..count {
        // The fields of an entry: each one more, and each as large as can be.
        for at in entry(number).step_by(size(4, 8)) {
            let mut changed = sample.clone();
            changed[at] = changed[at].wrapping_add(1);
            assert!(!runs(&resealed(changed)), "field at {at} of section {number}");
        }
    }
    sample.len()
}

fn shared_conditions() -> usize {
    let nested = (0..60).fold("x.value in {0}".to_owned(), |inner, at| {
        format!("x.value in {{{at}}} {} ({inner})", if at % 2 == 0 { "and" } else { "or" })
    });
    let mut program = compiled(deny_when(&nested)).program.expect("it compiles").program().clone();
    assert!(runs_whole(&image::encode(&program)));
    let mut shared = 0;
    for parts in program.explanations.conditions.iter().map(|condition| condition.parts.indices()) {
        if let [first, second] = &mut program.explanations.slots[parts.start as usize..parts.end as usize] {
            *first = *second;
            shared += 1;
        }
    }
    assert_eq!(shared, 60);
    let image = image::encode(&program);
    assert!(runs(&image) && !runs_whole(&image));
    image.len()
}

fn shared_texts() -> usize {
    let long = "a[bbbbbbb".repeat(400_000);
    let text = format!("tool \"t\" {{ must deny when x.value in {{r\"[ab]+c\", \"{long}\"}}; }}");
    let mut program = compiled(&text).program.expect("it compiles").program().clone();
    let shared = (0..).map(StringId).find(|&id| program.string(id) == Some(&long)).expect("it is there");
    let pattern = PatternRecord { text: shared, ..program.patterns[0] };
    program.patterns.resize(500_000, pattern);
    let image = image::encode(&program);
    drop(program);
    // The patterns have no more classes than the text has.
    assert!(decides(Policy::load(&image, Limits::default()).ok()));
    image.len()
}

fn image_over_limit() -> usize {
    // Zeros that nobody has touched take no memory.
    let mut bytes = vec![0_u8; 1 << 30];
    bytes[..8].copy_from_slice(&image::MAGIC);
    let error = Policy::load(&bytes, Limits::default()).expect_err("over the limit");
    assert!(error.to_string().contains("image_bytes"), "{error}");
    bytes.len()
}

fn large_image() -> usize {
    let count = size(50_000, 1_000);
    let text = numbered(count, "\n", |number| {
        format!(
            "tool \"t{number}\" {{ must deny when x.value in {{\"v{number}\", w\"*{number}\"}} and y.tags overlaps {{\"g{number}\"}}; }}"
        )
    });
    let image = compiled(&text).program.expect("it compiles").to_image();
    assert!(runs_whole(&image));
    let mut random = Random(11);
    let mut refused = 0;
    for _ in 0..size(40, 8) {
        let mut changed = image.clone();
        let at = image::HEADER_SIZE + random.below(changed.len() - image::HEADER_SIZE);
        changed[at] ^= 1 << random.below(8);
        assert!(!runs_whole(&changed));
        refused += usize::from(!runs_whole(&resealed(changed)));
    }
    assert!(refused > 0);
    image.len()
}

fn patterns_in_images() -> usize {
    let count = size(400, 3);
    let set = numbered(count, ", ", |number| format!("r\"[01]*{number}[01]{{30}}\\w{{3}}\""));
    let image =
        compiled(deny_when(&format!("x.value in {{{set}}}"))).program.expect("it compiles").to_image();
    assert!(runs(&image));
    let limits = Limits::default().with("automata_bytes", 100_000).expect("a limit");
    let error = Policy::load(&image, limits).expect_err("over the limit");
    assert!(error.to_string().contains("automata_bytes"), "{error}");
    image.len()
}
