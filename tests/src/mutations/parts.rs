//! An image taken apart into its sections, which can be changed and put together again.

use sqrt_vm::bytecode::image::{HEADER_SIZE, reseal};

/// Where the header has the length of the program's group.
const PROGRAM_LENGTH: std::ops::Range<usize> = 52..60;
/// The size of an entry of the table of sections: number, size of a record, begin, count.
const ENTRY: usize = 24;

/// The sections of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    header: Vec<u8>,
    /// Of the program, and of its explanations.
    pub groups: [Vec<Section>; 2],
}

/// Records of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The size of a record.
    pub record: usize,
    /// All records.
    pub bytes: Vec<u8>,
}

fn number(bytes: &[u8], at: usize, size: usize) -> usize {
    bytes[at..at + size].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

impl Parts {
    /// Takes a valid image apart.
    pub fn of(image: &[u8]) -> Parts {
        let (header, behind) = image.split_at(HEADER_SIZE);
        let length = number(header, PROGRAM_LENGTH.start, PROGRAM_LENGTH.len());
        let (first, second) = behind.split_at(length);
        let group = |bytes: &[u8]| {
            let sections = number(bytes, 0, 4);
            let entry = |section: usize| {
                let at = 4 + section * ENTRY;
                let (record, from, count) =
                    (number(bytes, at + 4, 4), number(bytes, at + 8, 8), number(bytes, at + 16, 8));
                Section { record, bytes: bytes[from..from + record * count].to_vec() }
            };
            (0..sections).map(entry).collect()
        };
        Parts { header: header.to_vec(), groups: [group(first), group(second)] }
    }

    /// The image, under right checksums.
    pub fn image(&self) -> Vec<u8> {
        let [first, second] = self.groups.each_ref().map(|group| group_of(group));
        let mut image = self.header.clone();
        image[PROGRAM_LENGTH].copy_from_slice(&(first.len() as u64).to_le_bytes());
        image.extend_from_slice(&first);
        image.extend_from_slice(&second);
        reseal(&mut image);
        image
    }

    /// Where the explanations begin in the image.
    pub fn program_end(&self) -> usize {
        HEADER_SIZE + group_of(&self.groups[0]).len()
    }

    /// Where the fields of the tables of sections are in the image, with their sizes; the numbers of sections first.
    pub fn table_fields(&self) -> Vec<(usize, usize)> {
        let mut fields = Vec::new();
        let mut begin = HEADER_SIZE;
        for group in &self.groups {
            fields.push((begin, 4));
            for section in 0..group.len() {
                let at = begin + 4 + section * ENTRY;
                fields.extend([(at, 4), (at + 4, 4), (at + 8, 8), (at + 16, 8)]);
            }
            begin += group_of(group).len();
        }
        fields
    }
}

fn group_of(sections: &[Section]) -> Vec<u8> {
    let mut group = (sections.len() as u32).to_le_bytes().to_vec();
    let mut from = 4 + sections.len() * ENTRY;
    for (number, section) in (1_u32..).zip(sections) {
        let count = section.bytes.len() / section.record.max(1);
        group.extend_from_slice(&number.to_le_bytes());
        group.extend_from_slice(&(section.record as u32).to_le_bytes());
        group.extend_from_slice(&(from as u64).to_le_bytes());
        group.extend_from_slice(&(count as u64).to_le_bytes());
        from += section.bytes.len();
    }
    sections.iter().for_each(|section| group.extend_from_slice(&section.bytes));
    group
}
