//! `sqrt eval` from end to end: a file of small calls in, answers out, beside a loop by hand that reads the same file with
//! serde, decides W1, and writes the same answers. What a process has of the processor is counted, its start included.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use sqrt_benches::bound::json::Email;
use sqrt_benches::harness::{Competitor, Runner};
use sqrt_benches::scenarios::{Case, Unit};
use sqrt_benches::workload::{Answer, email, json};

/// The lines of the file.
const LINES: usize = 100_000;

/// The file, the policy, and what is answered to them.
struct Files {
    folder: PathBuf,
    /// The answer to an allowed call, and to a denied one, with line ends.
    answers: [String; 2],
}

impl Files {
    fn policy(&self) -> PathBuf {
        self.folder.join("policy.sqrt")
    }

    fn calls(&self) -> PathBuf {
        self.folder.join("calls.jsonl")
    }

    fn new(sqrt: &Path) -> Files {
        let folder = std::env::temp_dir().join(format!("sqrt-eval-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut files = Files { folder, answers: Default::default() };
        fs::write(files.policy(), email::workload().policy).unwrap();
        let denied = &json::cases()[0].line;
        let allowed = denied.replace("someone@example.org", "alice@trustedcorp.com");
        let text: String = (0..LINES).map(|line| [&allowed, denied][line % 2].clone() + "\n").collect();
        fs::write(files.calls(), text).unwrap();
        let output = files.command(sqrt).stdout(Stdio::piped()).output().unwrap();
        let answers = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = answers.split_inclusive('\n').collect();
        assert!(lines[0].contains("\"allow\"") && lines[1].contains("\"deny\""), "{}", lines[..2].concat());
        assert_eq!(lines.len(), LINES);
        assert!(lines.chunks(2).all(|pair| *pair == lines[..2]));
        files.answers = [lines[0].to_owned(), lines[1].to_owned()];
        files
    }

    fn command(&self, sqrt: &Path) -> Command {
        let mut command = Command::new(sqrt);
        command.arg("eval").arg(self.policy()).arg("--calls").arg(self.calls()).stdout(Stdio::null());
        command
    }
}

/// What ended children of this process had of a processor.
fn of_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap())
}

struct Eval<'a> {
    sqrt: &'a Path,
    files: &'a Files,
}

impl Runner for Eval<'_> {
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            assert!(self.files.command(self.sqrt).status().unwrap().success());
        }
    }

    fn answer_once(&mut self) -> Answer {
        self.run(1);
        Answer::allowed_by_default()
    }

    fn timed(&mut self, times: u64) -> Duration {
        let before = of_children();
        self.run(times);
        of_children() - before
    }
}

struct ByHand<'a> {
    files: &'a Files,
    email: Email,
}

impl Runner for ByHand<'_> {
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            let mut input = BufReader::with_capacity(1 << 16, File::open(self.files.calls()).unwrap());
            let mut output = BufWriter::with_capacity(1 << 16, File::create("/dev/null").unwrap());
            let mut line = String::new();
            while input.read_line(&mut line).unwrap() > 0 {
                let fired = self.email.decide(line.trim_end());
                output.write_all(self.files.answers[usize::from(fired.is_some())].as_bytes()).unwrap();
                line.clear();
            }
            output.flush().unwrap();
        }
    }

    fn answer_once(&mut self) -> Answer {
        self.run(1);
        Answer::allowed_by_default()
    }
}

/// Hands the case to `visit`; the answers of `sqrt` were compared before.
pub fn with_case(sqrt: &Path, visit: impl FnOnce(Case<'_>)) {
    let files = Files::new(sqrt);
    let by_hand = ByHand { files: &files, email: Email::default() };
    visit(Case {
        name: format!("Eval, {LINES} small calls"),
        unit: Unit::Lines(LINES),
        expected: Answer::allowed_by_default(),
        competitors: vec![
            Competitor::running("sqrt", Eval { sqrt, files: &files }),
            Competitor::running("bound, serde", by_hand),
        ],
    });
    fs::remove_dir_all(&files.folder).unwrap();
}
