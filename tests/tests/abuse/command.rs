//! The command `sqrt` with hostile files, documents and lines: what reaches it through the file system and pipes.
//!
//! It runs with a stack of 512 KiB and with the usual one. Its memory is what the system counts for children that ended.

use crate::kit::{Random, numbered, quoted, size};
use crate::process::{SMALL_STACK, Stack, wait};
use crate::table::{Case, Family, Memory, Run, mib, times};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::SystemTime;

pub(crate) const FAMILY: Family = Family {
    title: "The command",
    cases: &[
        Case {
            name: "huge-files",
            attempt: "files of 1 GiB, and `/dev/zero`, as policy, image and X-Policy document",
            outcome: "refused (exit status 1 or 2) with the limit's name or E0701; no more is read than the limit, of a long image nothing",
            memory: mib(160),
            run: Run::Command(huge_files),
        },
        Case {
            name: "endless-line",
            attempt: "a line of 300 MiB among other lines",
            outcome: "the error form for that line (exit status 2); the others are answered; it is never held",
            memory: mib(200),
            run: Run::Command(endless_line),
        },
        Case {
            name: "broken-lines",
            attempt: "100,000 lines, of which most are cut, changed or no UTF-8",
            outcome: "one answer for each line, in their order; what cannot be read never becomes an allow",
            memory: mib(32),
            run: Run::Command(broken_lines),
        },
        Case {
            name: "many-sessions",
            attempt: "200,000 sessions in one run, each with a state",
            outcome: "each keeps its state; memory in proportion to them",
            memory: times(24),
            run: Run::Command(many_sessions),
        },
        Case {
            name: "hard-policies",
            attempt: "nested, long, circular and slow policies, through `check`, `eval --explain`, `compile` and `disasm`",
            outcome: "the same as in the engine, on a stack of 512 KiB",
            memory: Memory { times: 320, mib: 160 },
            run: Run::Command(hard_policies),
        },
        Case {
            name: "hostile-documents",
            attempt: "X-Policy documents that are deep, cut, repeat keys, hold broken or huge code, or are no UTF-8; half a million keys below one of 16 MiB",
            outcome: "refused with the path of the key (exit status 1); where further keys are allowed, read in linear time",
            memory: mib(192),
            run: Run::Command(hostile_documents),
        },
        Case {
            name: "terminal-escapes",
            attempt: "control characters and bidirectional controls in file names, policies, keys, tools, values and tags",
            outcome: "nothing that is printed has a raw control character but line ends",
            memory: mib(32),
            run: Run::Command(terminal_escapes),
        },
    ],
};

/// The command, on one of the stacks, with a folder for its files.
pub(crate) struct Sqrt {
    program: PathBuf,
    folder: PathBuf,
}

impl Drop for Sqrt {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What came of a run.
pub(crate) struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Sqrt {
    pub(crate) fn new(stack: Stack) -> Sqrt {
        if stack == Stack::Small {
            limit_stacks();
        }
        let folder = std::env::temp_dir().join(format!("sqrt-abuse-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a new folder");
        let sqrt = Sqrt { program: program(), folder };
        // What it takes to do nothing is not held against a case.
        sqrt.run(&["--version"], Vec::new()).expect(0);
        sqrt
    }

    /// The peak of all runs so far, in bytes.
    pub(crate) fn peak(&self) -> usize {
        peak_of_children()
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("paths of tests are UTF-8").to_owned()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("a new file");
        path
    }

    /// A file of so many bytes, zeros behind its start, which take no room.
    fn sparse(&self, name: &str, start: &[u8], bytes: u64) -> String {
        let path = self.file(name, start);
        File::options().write(true).open(&path).and_then(|file| file.set_len(bytes)).expect("a sparse file");
        path
    }

    fn run(&self, args: &[&str], input: impl AsRef<[u8]> + Send + 'static) -> Ran {
        self.run_writing(args, move |stdin| stdin.write_all(input.as_ref()))
    }

    /// Runs it with what is written to its standard input.
    fn run_writing(
        &self,
        args: &[&str],
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static,
    ) -> Ran {
        let mut command = Command::new(&self.program);
        command
            .args(args)
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // The command may end without having read it all.
        let writer = thread::spawn(move || drop(write(&mut stdin)));
        let (ended, stdout, stderr) = wait(child);
        let status = ended.unwrap_or_else(|| panic!("{args:?} did not end"));
        let Some(status) = status.code() else { panic!("{args:?} was killed: {status}, {stderr}") };
        writer.join().expect("the writer ends");
        Ran { status, stdout, stderr }
    }
}

impl Ran {
    fn expect(self, status: i32) -> Ran {
        let excerpt = crate::kit::excerpt;
        assert_eq!(self.status, status, "{}\n{}", excerpt(&self.stdout), excerpt(&self.stderr));
        self
    }

    fn says(self, text: &str) -> Ran {
        let found = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(
            found,
            "no `{text}`: {}\n{}",
            crate::kit::excerpt(&self.stdout),
            crate::kit::excerpt(&self.stderr)
        );
        self
    }
}

/// Stacks of the commands that this process starts.
#[cfg(unix)]
fn limit_stacks() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (_, hard) = getrlimit(Resource::RLIMIT_STACK).expect("a limit");
    setrlimit(Resource::RLIMIT_STACK, SMALL_STACK as u64, hard).expect("a lower limit");
}

#[cfg(not(unix))]
fn limit_stacks() {
    let _ = SMALL_STACK;
}

#[cfg(unix)]
fn peak_of_children() -> usize {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("figures");
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    usize::try_from(usage.max_rss()).unwrap_or(0) * unit
}

#[cfg(not(unix))]
fn peak_of_children() -> usize {
    0
}

/// The command, built if it is not there or older than its sources. `cargo test --workspace` has built it before.
fn program() -> PathBuf {
    let this = std::env::current_exe().expect("this program has a path");
    let folder = this.ancestors().nth(2).expect("deps/ lies in the folder of the profile");
    let program = folder.join(format!("sqrt{}", std::env::consts::EXE_SUFFIX));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let newest = ["vm/src", "compiler/src", "cli/src"].iter().map(|source| newest(&root.join(source))).max();
    let built = fs::metadata(&program).and_then(|data| data.modified()).ok();
    if built < newest {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--bin", "sqrt", "--target-dir"]).current_dir(root);
        cargo.arg(folder.parent().expect("the target folder")).arg("--profile");
        // A folder has the name of its profile, but for this one.
        cargo.arg(folder.file_name().filter(|profile| *profile != "debug").unwrap_or("dev".as_ref()));
        assert!(cargo.status().expect("cargo runs").success(), "the command cannot be built");
    }
    program
}

/// When something below a folder was changed last.
fn newest(path: &Path) -> SystemTime {
    let mut latest = SystemTime::UNIX_EPOCH;
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder of the workspace").flatten() {
            latest = latest.max(newest(&entry.path()));
        }
    } else if let Ok(time) = fs::metadata(path).and_then(|data| data.modified()) {
        latest = time;
    }
    latest
}

fn huge_files(sqrt: &mut Sqrt) -> usize {
    let (policy, image) = (
        sqrt.sparse("huge.sqrt", b"// ", 1 << 30),
        sqrt.sparse("huge.sqrtc", &sqrt_vm::bytecode::image::MAGIC, 1 << 30),
    );
    let (out, small) = (sqrt.path("out.sqrtc"), sqrt.file("small.sqrt", "tool \"t\" { must deny always; }"));
    let mut policies = vec![policy.as_str()];
    if Path::new("/dev/zero").exists() {
        policies.push("/dev/zero");
    }
    for policy in policies {
        sqrt.run(&["check", policy], "").expect(1).says("E0701");
        sqrt.run(&["check", "--format", "json", policy], "").expect(1).says("E0701");
        sqrt.run(&["eval", policy], "{\"tool\": \"t\"}\n").expect(1).says("E0701");
        sqrt.run(&["compile", policy, "-o", &out], "").expect(1).says("E0701");
        let document = sqrt.run(&["eval", "--x-policy", policy, &small], "{\"tool\": \"t\"}\n");
        assert!(document.status > 0 && document.stdout.is_empty());
    }
    for args in [&["eval", image.as_str()][..], &["disasm", &image]] {
        sqrt.run(args, "{\"tool\": \"t\"}\n").expect(2).says("image_bytes");
    }
    // Of a pipe, only reading tells the length.
    let piped = [&sqrt_vm::bytecode::image::MAGIC[..], &[0; 93]].concat();
    sqrt.run(&["disasm", "-", "--limit", "image_bytes=100"], piped).expect(2).says("image_bytes");
    assert!(!Path::new(&out).exists());
    1 << 30
}

fn endless_line(sqrt: &mut Sqrt) -> usize {
    let policy = sqrt.file("p.sqrt", "tool \"t\" { must deny when x.value in {\"evil\"}; }");
    let length = 300 << 20;
    let ran = sqrt.run_writing(&["eval", &policy], move |stdin| {
        stdin.write_all(b"{\"tool\": \"t\"}\n{\"tool\": \"t\", \"args\": {\"x\": \"")?;
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..length >> 20 {
            stdin.write_all(&piece)?;
        }
        stdin.write_all(b"\"}}\n{\"tool\": \"t\", \"args\": {\"x\": \"evil\"}}\n")
    });
    let ran = ran.expect(2).says("line_bytes");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].contains("\"allow\"") && lines[1].contains("\"line\": 2") && lines[2].contains("\"deny\"")
    );
    length
}

fn broken_lines(sqrt: &mut Sqrt) -> usize {
    let count = size(100_000, 4_000);
    let policy = sqrt
        .file("p.sqrt", "tool \"t\" { must deny when x.value in {\"evil\"} or x.tags overlaps {\"pii\"}; }");
    let whole = br#"{"session": "s", "tool": "t", "args": {"x": "evil"}, "arg_meta": {"x": {"tags": ["pii"]}}, "result": 1}"#;
    let mut random = Random(99);
    let mut input = Vec::new();
    for _ in 0..count {
        let mut line = whole.to_vec();
        match random.below(4) {
            0 => line.truncate(1 + random.below(whole.len())),
            1 => line[random.below(whole.len())] = random.below(256) as u8,
            2 => drop(line.splice(random.below(50)..50, *b"\xff\"\\")),
            _ => {}
        }
        line.retain(|&byte| byte != b'\n');
        if line.iter().all(u8::is_ascii_whitespace) {
            line = b"x".to_vec();
        }
        input.extend_from_slice(&line);
        input.push(b'\n');
    }
    let length = input.len();
    let ran = sqrt.run(&["eval", &policy], input).expect(2);
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("an answer is JSON")).collect();
    assert_eq!(lines.len(), count);
    let allowed = lines.iter().filter(|line| line["decision"] == "allow");
    // A change within a value or a name gives another call, which may be allowed; those are few.
    assert!(allowed.count() < count / 20);
    length
}

fn many_sessions(sqrt: &mut Sqrt) -> usize {
    let count = size(200_000, 4_000);
    let policy = sqrt.file("p.sqrt", "tool \"t\" { must deny when \"seen\" in @session.tags; session after { @tags |= {\"seen\"} | x.tags; } }");
    let line = |number: usize| {
        format!(
            "{{\"session\": \"s{number}\", \"tool\": \"t\", \"args\": {{\"x\": 1}}, \"arg_meta\": {{\"x\": {{\"tags\": [\"g{number}\"]}}}}, \"result\": 1}}\n"
        )
    };
    let calls = sqrt.file("calls.jsonl", (0..count).chain([0, count - 1]).map(line).collect::<String>());
    let ran = sqrt.run(&["eval", &policy, "--calls", &calls], "").expect(0);
    let denied: Vec<usize> = ran
        .stdout
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("\"deny\""))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(denied, [count, count + 1]);
    count * 110
}

fn hard_policies(sqrt: &mut Sqrt) -> usize {
    let out = sqrt.path("out.sqrtc");
    let deep = |levels: usize| {
        format!(
            "tool \"t\" {{ must deny when {}x.value in {{\"evil\"}}{}; }}",
            "(".repeat(levels),
            ")".repeat(levels)
        )
    };
    let chain = size(50_000, 400);
    let terms = numbered(chain, " or ", |number| format!("x.value in {{\"v{number}\", \"evil\"}}"));
    let mut lets = String::from("let p0 = x.value in {\"evil\"};\n");
    lets += &numbered(chain - 1, "\n", |at| format!("let p{} = p{at} and (p{at} or not p{at});", at + 1));
    let fine = [
        deep(256),
        format!("tool \"t\" {{ must deny when {}x.value in {{\"evil\"}}; }}", "not ".repeat(256)),
        format!("tool \"t\" {{ must deny when {terms}; }}"),
        format!("{lets} tool \"t\" {{ must deny when p{}; }}", chain - 1),
        "tool \"t\" { must deny when x.value in {\"evil\", r\"[01]*1[01]{22}\", r\"\\w{200}\"}; }".to_owned(),
    ];
    let calls =
        "{\"tool\": \"t\", \"args\": {\"x\": \"evil\"}}\n{\"tool\": \"t\", \"args\": {\"x\": \"good\"}}\n";
    let mut bytes = 0;
    for text in fine {
        bytes = bytes.max(text.len());
        let policy = sqrt.file("p.sqrt", &text);
        sqrt.run(&["check", &policy], "").expect(0);
        sqrt.run(&["disasm", &policy, "--explanations"], "").expect(0);
        sqrt.run(&["compile", &policy, "-o", &out], "").expect(0);
        for policy in [&policy, &out] {
            let ran = sqrt.run(&["eval", policy, "--explain"], calls).expect(0);
            let answers: Vec<&str> = ran.stdout.lines().collect();
            assert_eq!(answers.len(), 2);
            assert!(
                answers[0].contains("\"decision\": \"deny\"")
                    && answers[1].contains("\"decision\": \"allow\"")
            );
        }
    }
    let ring = numbered(chain, "\n", |at| format!("let p{at} = p{};", (at + 1) % chain));
    for (text, code) in [
        (deep(size(100_000, 5_000)), "E0702"),
        ("(".repeat(size(100_000, 5_000)), "E0201"),
        ("tool \"t\" {".repeat(size(50_000, 2_000)), "E02"),
        (ring, "E0303"),
        (format!("tool \"t\" {{ {} }}", "must deny when Nope;\n".repeat(size(50_000, 10_500))), "E0703"),
        ("tool \"t\" { must deny when x.value in {r\"(?:a{1000}){1000}\"}; }".to_owned(), "E0403"),
    ] {
        let policy = sqrt.file("p.sqrt", &text);
        sqrt.run(&["check", &policy], "").expect(1).says(code);
        sqrt.run(&["check", "--format", "json", &policy], "").expect(1).says(code);
        let ran = sqrt.run(&["eval", &policy], calls).expect(1).says(code);
        assert!(ran.stdout.is_empty(), "a policy with errors answers nothing");
    }
    bytes
}

fn hostile_documents(sqrt: &mut Sqrt) -> usize {
    let count = size(1_000_000, 20_000);
    let lists = "[".repeat(count);
    for (document, status) in [
        (lists.clone(), 1),
        (format!("{{\"codes\": {lists}"), 1),
        (format!("{{\"codes\": {lists}{}}}", "]".repeat(count)), 1),
        ("{\"mode\": \"strict\", \"mode\": \"standard\"}".to_owned(), 1),
        ("{\"mode\": \"Strict\"}".to_owned(), 1),
        ("{\"presets\": {\"default_alow\": false}}".to_owned(), 1),
        ("{\"codes\": {\"code\": \"tool\", \"language\": \"sqrt\"}}".to_owned(), 1),
        (format!("{{\"codes\": {{\"code\": {}}}}}", quoted(&"(".repeat(count))), 1),
        (format!("{{\"codes\": {}}}", quoted("tool \"t\" { must deny when x.value in {\"\u{202e}\"}; }")), 1),
        (format!("{{\"{}\": 1}}", "k".repeat(count)), 1),
        ("{}".to_owned(), 0),
    ] {
        let path = sqrt.file("x.json", document);
        let ran = sqrt.run(&["eval", "--x-policy", &path], "{\"tool\": \"t\"}\n").expect(status);
        assert_eq!(ran.stdout.is_empty(), status > 0);
        assert!(ran.stderr.len() < 4_000_000, "{} bytes of messages", ran.stderr.len());
    }
    for bytes in [&b"{\"mode\": \"\xff\"}"[..], b"\xff\xfe{\x00}\x00", b"", b"{\"mode\": \"\\ud800\"}"] {
        let path = sqrt.file("x.json", bytes);
        sqrt.run(&["eval", "--x-policy", &path], "{\"tool\": \"t\"}\n").expect(1);
    }
    // Not scaled down: putting the path of every key into words would take terabytes.
    let below = numbered(500_000, ",", |number| format!("\"{number}\":0"));
    let long = "k".repeat(16 << 20);
    let document = format!("{{\"presets\": {{\"branching_meta_policy\": {{\"{long}\": {{{below}}}}}}}}}");
    let bytes = document.len();
    let path = sqrt.file("x.json", document);
    sqrt.run(&["eval", "--x-policy", &path], "{\"tool\": \"t\"}\n").expect(0);
    2 * count + bytes
}

fn terminal_escapes(sqrt: &mut Sqrt) -> usize {
    let evil = "\u{1b}[2J\u{1b}]0;x\u{7}\u{8}\u{9b}31m\u{202e}";
    let harmless = |ran: &Ran, what: &str| {
        for text in [&ran.stdout, &ran.stderr] {
            let raw =
                text.chars().find(|&c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c));
            assert_eq!(raw, None, "{what}: {text:?}");
        }
    };
    let policies = [
        format!("tool \"t{evil}\" {{ must deny when Nope; }}"),
        format!("let a{evil} = 5;"),
        format!("tool \"t\" {{ /// {evil}\nmust deny when x.value in {{r\"({evil}\"}}; }}"),
        evil.to_owned(),
    ];
    for text in &policies {
        let path = sqrt.file(&format!("p{}.sqrt", evil.replace('/', "")), text);
        for args in [
            &["check", path.as_str()][..],
            &["check", "--format", "json", &path],
            &["eval", &path],
            &["disasm", &path],
        ] {
            let ran = sqrt.run(args, "");
            assert!(ran.status > 0);
            harmless(&ran, text);
        }
    }
    let escaped: String = evil.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let fine = "tool \"t\" { must deny when x.value in {w\"*[2J*\"}; session after { @tags |= x.tags; } }";
    let path = sqrt.file("fine.sqrt", fine);
    let lines = [
        format!(
            "{{\"session\": \"{escaped}\", \"tool\": \"{escaped}\", \"args\": {{\"{escaped}\": \"{escaped}\"}}}}"
        ),
        format!("{{\"tool\": \"t\", \"args\": {{\"x\": \"{escaped}\"}}}}"),
        format!(
            "{{\"tool\": \"t\", \"args\": {{\"x\": 1}}, \"arg_meta\": {{\"x\": {{\"tags\": [\"{escaped}\"]}}}}, \"result\": 1}}"
        ),
        format!("{{\"tool\": \"t\", \"{escaped}\": 1}}"),
        format!("{{\"tool\": \"t\", \"args\": {{\"{escaped}\": 1, \"{escaped}\": 2}}}}"),
        format!("{{\"tool\": \"t\", \"args\": {{\"x\": 1}}, \"arg_meta\": {{\"{escaped}\": {{}}}}}}"),
    ];
    let ran = sqrt.run(&["eval", &path, "--explain"], lines.join("\n")).expect(2);
    assert_eq!(ran.stdout.lines().count(), lines.len());
    let raw = ran.stdout.chars().find(|&c| c < ' ' && c != '\n');
    assert_eq!(raw, None, "{:?}", ran.stdout);
    for missing in [format!("missing{evil}"), "missing\nerror: all is well".to_owned()] {
        harmless(&sqrt.run(&["check", &missing], "").expect(2), "the name of a file");
        harmless(&sqrt.run(&["eval", &path, "--calls", &missing], "").expect(2), "the name of a file");
    }
    1_000
}
