//! `sqrt compile`: the old image or the new one, whatever happens.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::{Folder, MAIL, Random, Run, run, sqrt};
use crate::{SMALL_FILES, sqrt_after};

/// A small and a large policy, compiled: their paths and their images.
struct Policies {
    paths: [String; 2],
    images: [Vec<u8>; 2],
}

impl Policies {
    fn new(folder: &Folder) -> Policies {
        let texts = [MAIL.to_owned(), MAIL.repeat(200)];
        let (mut paths, mut images) = (Vec::new(), Vec::new());
        for (number, text) in texts.iter().enumerate() {
            let path = folder.file(&format!("{number}.sqrt"), text);
            let image = folder.path(&format!("{number}.sqrtc"));
            assert_eq!(run(["compile", &path, "-o", &image]).status, 0);
            images.push(fs::read(&image).unwrap());
            fs::remove_file(image).unwrap();
            paths.push(path);
        }
        Policies { paths: paths.try_into().unwrap(), images: images.try_into().unwrap() }
    }

    fn has(&self, image: &[u8]) -> bool {
        self.images.iter().any(|whole| whole == image)
    }
}

fn temporaries(folder: &Folder) -> usize {
    let entries = fs::read_dir(folder.path("")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().ends_with(".tmp")).count()
}

/// Reads a file over and over until it is told to stop; how often it was there, every time a whole image.
fn watch(path: &str, policies: &Policies, stop: &AtomicBool) -> usize {
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        let image = fs::read(path).unwrap();
        assert!(policies.has(&image), "a part: {} bytes", image.len());
        seen += 1;
    }
    seen
}

#[test]
fn a_killed_compile_leaves_a_whole_image_and_the_next_one_cleans_up() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let target = folder.file("policy.sqrtc", &policies.images[0]);
    let (stop, mut random) = (AtomicBool::new(false), Random(0xdead));
    let (seen, left, caught) = thread::scope(|scope| {
        let reader = scope.spawn(|| watch(&target, &policies, &stop));
        let (mut left, mut caught) = (0, 0);
        for round in 0..60 {
            let mut child =
                sqrt().args(["compile", &policies.paths[round % 2], "-o", &target]).spawn().unwrap();
            // Most of the time is spent compiling; where the file is written is looked for.
            for _ in 0..2_000 {
                if temporaries(&folder) > left || child.try_wait().unwrap().is_some() {
                    break;
                }
                thread::sleep(Duration::from_micros(50));
            }
            thread::sleep(Duration::from_micros(random.below(400) as u64));
            child.kill().unwrap();
            child.wait().unwrap();
            left = temporaries(&folder);
            caught += left;
        }
        stop.store(true, Ordering::Relaxed);
        (reader.join().unwrap(), left, caught)
    });
    assert!(seen > 0 && caught > 0, "{seen} readings, {caught} commands that were killed while they wrote");
    assert!(left <= 1, "each command cleans up behind those before it, and {left} files are left");
    assert_eq!(run(["compile", &policies.paths[1], "-o", &target]).status, 0);
    assert_eq!((temporaries(&folder), fs::read(&target).unwrap() == policies.images[1]), (0, true));
}

/// A command that was killed at the worst moment, as a file that nobody writes any more.
#[test]
fn what_a_killed_compile_left_is_removed_and_nothing_else() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let leftover = folder.file(".sqrt-00000000deadbeef.tmp", &policies.images[0][..100]);
    let others = [".sqrt-mine.tmp", "sqrt-00000000deadbeef.tmp"].map(|name| folder.file(name, "mine"));
    fs::create_dir(folder.path(".sqrt-00000000deadbee0.tmp")).unwrap();
    symlink(&others[0], folder.path(".sqrt-00000000deadbee1.tmp")).unwrap();
    assert_eq!(run(["compile", &policies.paths[0], "-o", &folder.path("a.sqrtc")]).status, 0);
    assert!(!Path::new(&leftover).exists());
    assert_eq!(temporaries(&folder), 4);
}

#[test]
fn commands_that_write_one_file_at_once_all_write_it_whole() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let target = folder.file("policy.sqrtc", &policies.images[0]);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| watch(&target, &policies, &stop));
        for _ in 0..6 {
            let start = |number: usize| {
                let mut command = sqrt();
                command.args(["compile", &policies.paths[number % 2], "-o", &target]);
                command.stderr(Stdio::piped()).spawn().unwrap()
            };
            for child in [0, 1, 2, 3].map(start) {
                let run = Run::from(child.wait_with_output().unwrap());
                assert_eq!((run.status, run.stderr.as_str()), (0, ""));
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(temporaries(&folder), 0);
}

/// The old image stays and nothing else does.
fn assert_refused(run: &Run, folder: &Folder, target: &str, old: &[u8], message: &str) {
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("cannot write") && run.stderr.contains(message), "{}", run.stderr);
    assert!(fs::read(target).unwrap() == old);
    assert_eq!(temporaries(folder), 0);
}

#[test]
fn a_file_that_may_not_grow_leaves_the_old_image() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let target = folder.file("policy.sqrtc", &policies.images[0]);
    let output = sqrt_after(SMALL_FILES).args(["compile", &policies.paths[1], "-o", &target]).output();
    assert_refused(&output.unwrap().into(), &folder, &target, &policies.images[0], "too large");
}

/// A file system of a few pages; nothing if this process may not make one.
struct SmallDisk(String);

impl SmallDisk {
    fn new(folder: &Folder) -> Option<SmallDisk> {
        let path = folder.path("disk");
        fs::create_dir(&path).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs", &path]).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(SmallDisk(path))
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.0)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_image() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    assert!(policies.images[1].len() > 64 << 10, "{}", policies.images[1].len());
    let Some(disk) = SmallDisk::new(&folder) else { return };
    let target = disk.path("policy.sqrtc");
    fs::write(&target, &policies.images[0]).unwrap();
    let run_full = run(["compile", &policies.paths[1], "-o", &target]);
    assert_refused(&run_full, &folder, &target, &policies.images[0], "No space left");
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 1, "no part of the new image takes up the disk");
    // What a killed command left is no reason to fail.
    fs::write(disk.path(".sqrt-00000000deadbeef.tmp"), vec![0; 48 << 10]).unwrap();
    let filler = 64_usize - 48 - policies.images[0].len().div_ceil(4096) * 4;
    fs::write(disk.path("filler"), vec![0; filler << 10]).unwrap();
    assert_eq!(run(["compile", &policies.paths[0], "-o", &target]).status, 0);
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 2);
}

#[test]
fn places_where_no_file_can_be_are_told() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let compile = |target: &str| run(["compile", &policies.paths[0], "-o", target]);
    symlink(folder.path("nowhere"), folder.path("dangling.sqrtc")).unwrap();
    symlink("loop.sqrtc", folder.path("loop.sqrtc")).unwrap();
    for (target, message) in [
        (folder.path("no such folder/a.sqrtc"), "No such file"),
        (folder.path("0.sqrt/a.sqrtc"), "Not a directory"),
        (folder.path("new.sqrtc/"), "cannot write"),
        (folder.path("."), "it is no file"),
        (folder.path("dangling.sqrtc"), "a link to a file that is not there"),
        (folder.path("loop.sqrtc"), "symbolic link"),
        ("x".repeat(300), "too long"),
    ] {
        let run = compile(&target);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{target}");
        assert!(run.stderr.contains("cannot write") && run.stderr.contains(message), "{}", run.stderr);
    }
    assert!(fs::symlink_metadata(folder.path("dangling.sqrtc")).unwrap().is_symlink());
    assert_eq!(temporaries(&folder), 0);
    // A name as long as names may be.
    let longest = folder.path(&format!("{}.sqrtc", "x".repeat(249)));
    assert_eq!(compile(&longest).status, 0);
    assert!(policies.has(&fs::read(&longest).unwrap()));
}

#[test]
fn a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for (mask, expected) in [("022", 0o644), ("077", 0o600), ("000", 0o666)] {
        let target = folder.path(&format!("{mask}.sqrtc"));
        let mut command = sqrt_after(&format!("umask {mask}"));
        assert!(command.args(["compile", &policies.paths[0], "-o", &target]).status().unwrap().success());
        assert_eq!(mode(&target), expected, "umask {mask}");
        for kept in [0o600, 0o640, 0o444, 0o755] {
            fs::set_permissions(&target, fs::Permissions::from_mode(kept)).unwrap();
            assert!(command.status().unwrap().success());
            assert_eq!(mode(&target), kept, "umask {mask}");
        }
    }
}

/// Only root can give files away, so only root sees this test do something.
#[test]
fn owner_and_group_are_kept_or_the_file_is_not_replaced() {
    let folder = Folder::new();
    let policies = Policies::new(&folder);
    let target = folder.file("policy.sqrtc", "old");
    if std::os::unix::fs::chown(&target, Some(65_534), Some(65_533)).is_err() {
        return;
    }
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(run(["compile", &policies.paths[0], "-o", &target]).status, 0);
    let new = fs::metadata(&target).unwrap();
    assert_eq!((new.uid(), new.gid(), new.mode() & 0o7777), (65_534, 65_533, 0o640));
    assert!(policies.has(&fs::read(&target).unwrap()));
    // Somebody else, in a folder where all may write; found by its descriptor, as the way there may be closed to them.
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&policies.paths[0], fs::Permissions::from_mode(0o644)).unwrap();
    let as_other = |target: &str| -> Option<Run> {
        use std::os::unix::process::CommandExt;
        let mut command = sqrt();
        command.args(["compile", &policies.paths[0], "-o", target]).uid(12_345).gid(12_345);
        let output = command.output().ok()?;
        Some(output.into()).filter(|run: &Run| !run.stderr.contains("cannot read"))
    };
    let Some(refused) = as_other(&target) else { return };
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("its owner and group could not be kept"), "{}", refused.stderr);
    assert_eq!(temporaries(&folder), 0);
    assert!(policies.has(&fs::read(&target).unwrap()));
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let refused = as_other(&folder.path("new.sqrtc")).unwrap();
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("its folder has to be writable"), "{}", refused.stderr);
}
