//! Counting: allocations in this process, instructions in a few processes under callgrind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqrt_benches::engine;
use sqrt_benches::harness::assert_answers;
use sqrt_benches::scenarios::{Case, Kind, fixed};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;

use crate::table::{Line, Table};

/// What is counted; those that take most processes come last.
const KINDS: [Kind; 6] = [
    Kind::Email,
    Kind::Order,
    Kind::Dispatch(1_000),
    Kind::Dispatch(10_000),
    Kind::Updates(3),
    Kind::Updates(100),
];

/// Calls over which a count is taken.
const CALLS: u64 = 200;

/// Processes under callgrind. Hash tables with random keys make the counts of each a little different, and some much higher,
/// so a count is the lower quartile of theirs; it takes more of them where many tags are hashed.
fn processes(kind: Kind) -> usize {
    if matches!(kind, Kind::Updates(_)) { 9 } else { 3 }
}

/// Everything once, in the process of this number: what `visit` makes of each competitor.
fn each(images: &Path, process: usize, mut visit: impl FnMut(&str, &mut Case<'_>)) {
    let kinds = KINDS.into_iter().enumerate().filter(|(_, kind)| process < processes(*kind));
    for (number, kind) in kinds {
        let image = fs::read(images.join(number.to_string())).expect("an image was written");
        let policy = Policy::load(&image, Limits::default()).expect("it is an image");
        fixed(kind, policy, |mut case: Case<'_>| {
            let name = case.name.clone();
            // The variants of the bound that use less of what a pattern allows are not the one that targets name.
            case.competitors.retain(|it| !["bound, suffix", "bound, prefix hash"].contains(&it.name));
            assert_answers(&name, &mut case.competitors, case.expected);
            visit(&name, &mut case);
        });
    }
}

/// Lets each competitor of each case decide its calls, for callgrind to count.
pub(crate) fn run_all(images: &Path, process: usize) {
    each(images, process, |_, case| case.competitors.iter_mut().for_each(|it| it.runner.run(CALLS)));
}

/// Counts everything.
pub(crate) fn count() -> Table {
    let folder = std::env::temp_dir().join(format!("sqrt-counts-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the images");
    for (number, kind) in KINDS.into_iter().enumerate() {
        // Compiling under callgrind would take a minute.
        let image = engine::program(&kind.workload()).to_image();
        fs::write(folder.join(number.to_string()), image).expect("an image can be written");
    }
    let mut lines = allocations(&folder);
    let mut counts = vec![Vec::new(); lines.len()];
    for process in 0..KINDS.map(processes).into_iter().max().unwrap_or(0) {
        let found = callgrind(&folder, process);
        // Later processes count the last kinds only.
        let first = lines.len().checked_sub(found.len()).expect("no more profiles than lines");
        found.into_iter().zip(&mut counts[first..]).for_each(|(count, all)| all.push(count));
    }
    for (line, counts) in lines.iter_mut().zip(&mut counts) {
        counts.sort_unstable();
        line.instructions = (counts[counts.len() / 4] + CALLS / 2) / CALLS;
        if std::env::var_os("SPREAD").is_some() {
            println!("{:<24} {:<14} {:<8} {counts:?}", line.case, line.competitor, line.input);
        }
    }
    fs::remove_dir_all(&folder).expect("the folder is still there");
    Table { environment: environment(), lines }
}

/// A line for each competitor of each case, with its allocations.
fn allocations(images: &Path) -> Vec<Line> {
    let mut lines = Vec::new();
    each(images, 0, |name, case| {
        for competitor in &mut case.competitors {
            competitor.runner.run(CALLS);
            let profiler = dhat::Profiler::builder().testing().build();
            let before = dhat::HeapStats::get().total_blocks;
            competitor.runner.run(CALLS);
            let allocations = dhat::HeapStats::get().total_blocks - before;
            drop(profiler);
            lines.push(Line {
                case: name.to_owned(),
                competitor: competitor.name.to_owned(),
                input: competitor.input.name().to_owned(),
                instructions: 0,
                allocations: allocations.div_ceil(CALLS),
            });
        }
    });
    lines
}

/// The instructions of each run in the process of this number, in their order.
fn callgrind(images: &Path, process: usize) -> Vec<u64> {
    let folder = images.join(format!("process-{process}"));
    fs::create_dir_all(&folder).expect("a folder for the profiles");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        // Two spellings of one function: of one, valgrind would take the first option only.
        .args(["--toggle-collect=*Runner*::run", "--dump-after=*Runner>::run"])
        .arg(format!("--callgrind-out-file={}", folder.join("profile").display()))
        .arg(std::env::current_exe().expect("this program has a path"))
        .args([Path::new("in-callgrind"), images, Path::new(&process.to_string())])
        .stdin(Stdio::null())
        .output()
        .expect("valgrind is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let parts = (1..).map(|part| folder.join(format!("profile.{part}")));
    parts.take_while(|file| file.exists()).map(total).collect()
}

/// The total of a profile.
fn total(file: PathBuf) -> u64 {
    let text = fs::read_to_string(file).expect("a profile");
    let line = text.lines().find_map(|line| line.strip_prefix("totals: ")).expect("a profile has a total");
    line.trim().parse().expect("a number")
}

/// What the counts depend on beside the code.
fn environment() -> String {
    let version = |program: &str, flag| {
        let output = Command::new(program).arg(flag).output().expect("a program that is installed");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    format!("{}, {}, {}", version(&rustc, "-V"), version("valgrind", "--version"), machine())
}

/// The kind of the processor, as far as searches choose their instructions by it.
fn machine() -> String {
    #[cfg(target_arch = "x86_64")]
    let vectors = if std::arch::is_x86_feature_detected!("avx2") { " with avx2" } else { "" };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "";
    format!("{}{vectors}", std::env::consts::ARCH)
}
