//! Documents: text with places where a line may end, and how they become lines.
//!
//! A document is a list of commands. Those between [`Command::Open`] and [`Command::Close`] are a group: either all its breaks
//! end a line, or none does. A group stays on one line if it fits together with what follows up to the next place where a line may
//! end. Widths are counted in characters.
//!
//! Invariants: text is written as it is and in its order; printing takes time in proportion to the commands.

use std::borrow::Cow;

/// Longer lines are broken where they may be.
const WIDTH: usize = 100;
/// How far each level stands to the right.
const INDENT: usize = 4;

/// A command of a document.
#[derive(Debug, Clone)]
pub(super) enum Command<'s> {
    /// Text, which may hold line ends of its own.
    Text(Cow<'s, str>),
    /// A space, and never a line end.
    Space,
    /// A line end if its group is broken, else a space.
    Break,
    /// A line end if its group is broken, else nothing.
    SoftBreak,
    /// A line end, which breaks all groups that it is in.
    Line,
    /// The same with an empty line.
    BlankLine,
    /// Lines that follow stand one level further to the right.
    Indent,
    /// The opposite.
    Dedent,
    /// A group begins.
    Open,
    /// A group ends.
    Close,
}

impl Command<'_> {
    /// Its width where its group is not broken.
    fn width(&self) -> usize {
        match self {
            Command::Text(text) => text.chars().count(),
            Command::Space | Command::Break => 1,
            _ => 0,
        }
    }

    /// Whether it ends a line in any case.
    fn ends_line(&self) -> bool {
        match self {
            Command::Text(text) => text.contains('\n'),
            Command::Line | Command::BlankLine => true,
            _ => false,
        }
    }

    /// Whether it may end a line.
    fn may_end_line(&self) -> bool {
        self.ends_line() || matches!(self, Command::Break | Command::SoftBreak)
    }
}

/// The lines of a document; each ends with a line feed, none with spaces of ours.
pub(super) fn print(commands: &[Command<'_>]) -> String {
    let broken = broken_groups(commands);
    let mut printer = Printer::default();
    let mut groups: Vec<bool> = Vec::new();
    for (command, &is_broken) in commands.iter().zip(&broken) {
        let breaks = groups.last().copied().unwrap_or(true);
        match command {
            Command::Text(text) => printer.text(text),
            Command::Space => printer.space(),
            Command::Break if !breaks => printer.space(),
            Command::SoftBreak if !breaks => {}
            Command::Break | Command::SoftBreak | Command::Line => printer.line(1),
            Command::BlankLine => printer.line(2),
            Command::Indent => printer.level += 1,
            Command::Dedent => printer.level = printer.level.saturating_sub(1),
            Command::Open => groups.push(is_broken),
            Command::Close => drop(groups.pop()),
        }
    }
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

#[derive(Default)]
struct Printer {
    out: String,
    level: usize,
    /// Line ends and spaces that text will follow.
    lines: usize,
    spaces: usize,
}

impl Printer {
    /// A space, unless a line begins.
    fn space(&mut self) {
        if self.lines == 0 {
            self.spaces += 1;
        }
    }

    fn line(&mut self, lines: usize) {
        (self.lines, self.spaces) = (self.lines.max(lines), self.level * INDENT);
    }

    fn text(&mut self, text: &str) {
        if self.out.is_empty() {
            (self.lines, self.spaces) = (0, 0);
        } else if self.lines > 0 {
            self.out.extend(std::iter::repeat_n('\n', self.lines));
        }
        self.out.extend(std::iter::repeat_n(' ', self.spaces));
        self.out.push_str(text);
        (self.lines, self.spaces) = (0, 0);
    }
}

/// For each command that opens a group, whether that is broken.
///
/// Where a group begins on its line is not known before those around it are laid out; so lines are measured as they will be.
fn broken_groups(commands: &[Command<'_>]) -> Vec<bool> {
    let closes = closes(commands);
    let measures = Measures::new(commands);
    let mut broken = vec![false; commands.len()];
    let mut groups: Vec<bool> = Vec::new();
    let (mut column, mut level) = (0, 0usize);
    for (at, command) in commands.iter().enumerate() {
        let breaks = groups.last().copied().unwrap_or(true);
        match command {
            Command::Open => {
                let close = closes.get(at).copied().unwrap_or(at);
                let fits = column + measures.width(at, measures.line_end(close)) <= WIDTH;
                let is_broken = measures.ends_line(at, close) || !fits;
                if let Some(place) = broken.get_mut(at) {
                    *place = is_broken;
                }
                groups.push(is_broken);
            }
            Command::Close => drop(groups.pop()),
            Command::Indent => level += 1,
            Command::Dedent => level = level.saturating_sub(1),
            Command::Text(text) => match text.rsplit_once('\n') {
                Some((_, last)) => column = last.chars().count(),
                None => column += command.width(),
            },
            Command::Break | Command::SoftBreak if !breaks => column += command.width(),
            Command::Space => column += 1,
            Command::Break | Command::SoftBreak | Command::Line | Command::BlankLine => {
                column = level * INDENT;
            }
        }
    }
    broken
}

/// For each command that opens a group the one that closes it.
fn closes(commands: &[Command<'_>]) -> Vec<usize> {
    let mut closes = vec![0; commands.len()];
    let mut open = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        match command {
            Command::Open => open.push(at),
            Command::Close => {
                if let Some(place) = open.pop().and_then(|opened| closes.get_mut(opened)) {
                    *place = at;
                }
            }
            _ => {}
        }
    }
    closes
}

/// Sums over commands, so that any part of a document is measured at once.
struct Measures {
    /// The width of all commands before each one.
    widths: Vec<usize>,
    /// How many of them end a line.
    ends: Vec<usize>,
    /// The next one from each on that may end a line.
    next: Vec<usize>,
}

impl Measures {
    fn new(commands: &[Command<'_>]) -> Measures {
        let sums = |of: &dyn Fn(&Command<'_>) -> usize| {
            let mut sum = 0;
            let mut sums = vec![0];
            sums.extend(commands.iter().map(|command| {
                sum += of(command);
                sum
            }));
            sums
        };
        let mut next = vec![commands.len(); commands.len() + 1];
        let mut found = commands.len();
        for (at, command) in commands.iter().enumerate().rev() {
            if command.may_end_line() {
                found = at;
            }
            if let Some(place) = next.get_mut(at) {
                *place = found;
            }
        }
        Measures {
            widths: sums(&|command| command.width()),
            ends: sums(&|command| usize::from(command.ends_line())),
            next,
        }
    }

    fn width(&self, from: usize, to: usize) -> usize {
        let at = |place| self.widths.get(place).copied().unwrap_or(0);
        at(to) - at(from)
    }

    fn ends_line(&self, from: usize, to: usize) -> bool {
        self.ends.get(to) != self.ends.get(from)
    }

    /// The first command from this on that may end a line.
    fn line_end(&self, from: usize) -> usize {
        self.next.get(from).copied().unwrap_or(from)
    }
}
