//! Work on many files on all cores, with the results in the order of the files.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::Done;
use crate::output::Stop;

/// Does the work for each file, and hands over each result as soon as all before it were. When that says so, or fails, no more
/// is begun.
pub(crate) fn in_order(
    files: &[PathBuf],
    work: impl Fn(&Path) -> Done + Sync,
    mut each: impl FnMut(Done) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(files.len());
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(number) else { return };
                    if sender.send((number, work(path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut expected = 0_usize;
        while let Ok((number, done)) = results.recv() {
            early.insert(number, done);
            while let Some(done) = early.remove(&expected) {
                expected += 1;
                let goes_on = each(done);
                if !matches!(goes_on, Ok(true)) {
                    next.store(files.len(), Ordering::Relaxed);
                    return goes_on.map(|_| ());
                }
            }
        }
        Ok(())
    })
}
