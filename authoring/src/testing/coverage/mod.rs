//! What tests have covered of a policy: which blocks were about a tool, which rules fired, which updates ran, and which sides of
//! which conditions were seen.
//!
//! Everything that can be covered is a [`Point`] with a place in a file and two counts. A let is one place, however often and in
//! whatever reading it is used, and so is a policy file, however many test files are about it: counts of the same place add up.
//! Presets are not covered, as they are nobody's to test.
//!
//! Invariant: counting changes no answer, and what is shown does not depend on the order in which test files ran.

mod collect;
mod html;
mod lcov;
mod text;

use std::collections::HashMap;

use sqrt_compiler::syntax::token::Span;

use collect::BlockPoints;
pub use html::html;
pub use lcov::lcov;
pub use text::text;

/// What is covered of some policy files.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    files: Vec<FileCoverage>,
    points: Vec<Point>,
    /// The points by file and place.
    places: HashMap<(usize, Span, Kind), usize>,
    /// The files by name, and the points of blocks and rules by file, line and column: as traces name them.
    names: HashMap<String, usize>,
    starts: HashMap<(usize, Kind, u32, u32), usize>,
    /// Points of conditions by file, start and end.
    conditions: HashMap<(usize, Position, Position), usize>,
    /// What is in a block, by the point of the block.
    blocks: HashMap<usize, BlockPoints>,
}

type Position = (u32, u32);

/// A policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCoverage {
    /// As it was given.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A tool block or a shorthand.
    Block,
    /// A check rule.
    Rule,
    /// An update.
    Update,
    /// A condition, or a part of one.
    Condition,
}

/// Something that tests can cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The file, by its place among the files.
    pub file: usize,
    /// Its text.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// The line where it begins, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// It on one line, for people.
    pub label: String,
    /// How often the block was about a tool, the rule fired, the update ran, the condition held.
    pub yes: u64,
    /// How often the rule was asked and did not fire, the update was left out by its `when`, the condition did not hold.
    pub no: u64,
}

/// How much is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How much of it.
    pub covered: usize,
    /// How much there is.
    pub all: usize,
}

impl Tally {
    fn add(&mut self, covered: bool) {
        self.covered += usize::from(covered);
        self.all += 1;
    }

    fn plus(self, other: Tally) -> Tally {
        Tally { covered: self.covered + other.covered, all: self.all + other.all }
    }

    /// In percent, cut to tenths so that 100 is all; 100 of nothing.
    pub fn percent(self) -> f64 {
        let tenths = self.covered.saturating_mul(1000).checked_div(self.all).unwrap_or(1000);
        f64::from(u32::try_from(tenths).unwrap_or(1000)) / 10.0
    }
}

/// How much of each kind is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tallies {
    /// Rules that fired.
    pub rules: Tally,
    /// Updates that ran.
    pub updates: Tally,
    /// Sides of conditions that were seen; each condition has two.
    pub sides: Tally,
}

impl Tallies {
    fn add(&mut self, point: &Point) {
        match point.kind {
            // A block is covered by what is in it.
            Kind::Block => {}
            Kind::Rule => self.rules.add(point.yes > 0),
            Kind::Update => self.updates.add(point.yes > 0),
            Kind::Condition => {
                self.sides.add(point.yes > 0);
                self.sides.add(point.no > 0);
            }
        }
    }

    /// All of it together.
    pub fn all(self) -> Tally {
        self.rules.plus(self.updates).plus(self.sides)
    }
}

impl Coverage {
    /// Adds what others have covered, of the same files or of others.
    pub fn merge(&mut self, other: Coverage) {
        let files: Vec<usize> = other.files.into_iter().map(|file| self.file(file)).collect();
        for point in other.points {
            let Some(&file) = files.get(point.file) else { continue };
            let (yes, no) = (point.yes, point.no);
            let number = self.point(Point { file, yes: 0, no: 0, ..point });
            if let Some(point) = self.points.get_mut(number) {
                point.yes = point.yes.saturating_add(yes);
                point.no = point.no.saturating_add(no);
            }
        }
    }

    /// The files in the order of their names.
    pub fn files(&self) -> Vec<(usize, &FileCoverage)> {
        let mut files: Vec<_> = self.files.iter().enumerate().collect();
        files.sort_by(|(_, a), (_, b)| (&a.name, &a.text).cmp(&(&b.name, &b.text)));
        files
    }

    /// The points of a file, in the order of its text, what is around others first.
    pub fn points(&self, file: usize) -> Vec<&Point> {
        let mut points: Vec<&Point> = self.points.iter().filter(|point| point.file == file).collect();
        points.sort_by_key(|point| (point.span.start, std::cmp::Reverse(point.span.end), point.kind));
        points
    }

    /// How much of a file is covered.
    pub fn of_file(&self, file: usize) -> Tallies {
        self.tallies(|point| point.file == file)
    }

    /// How much of all files is covered.
    pub fn of_all(&self) -> Tallies {
        self.tallies(|_| true)
    }

    fn tallies(&self, counts: impl Fn(&Point) -> bool) -> Tallies {
        let mut tallies = Tallies::default();
        self.points.iter().filter(|point| counts(point)).for_each(|point| tallies.add(point));
        tallies
    }

    /// The number of a file, added if it is new. Files of one name can have different texts: the code of X-Policy documents.
    fn file(&mut self, file: FileCoverage) -> usize {
        match self.files.iter().position(|known| *known == file) {
            Some(number) => number,
            None => {
                self.files.push(file);
                self.files.len() - 1
            }
        }
    }

    /// The number of a point, added if it is new.
    fn point(&mut self, point: Point) -> usize {
        let number = self.points.len();
        let number = *self.places.entry((point.file, point.span, point.kind)).or_insert(number);
        if number == self.points.len() {
            self.points.push(point);
        }
        number
    }
}
