//! Which thread does what: blocks are read one after another and taken apart by shard, and of each shard the lines are handled
//! in their order, by one thread at a time.
//!
//! Every thread looks for work in the same way. First come shards that are behind, then a new block; so the blocks that are
//! held are few, whatever is slow. Invariants: the lines of a shard are handled in the order of the input; what comes out
//! depends on neither the number of threads nor their luck, as far as shards are concerned. A thread that panics ends all.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use memchr::memchr_iter;

use super::Input;
use super::blocks::{Block, Blocks};
use super::route::SHARDS;

/// No more blocks are read while those that are held have so many bytes.
const HELD: usize = 1 << 26;

/// What is done with lines.
pub(super) trait Job: Sync {
    /// What belongs to the lines of a shard.
    type Shard: Send;
    /// What a thread has for itself.
    type Bench: Send;

    /// The shard of a line.
    fn shard_of(&self, line: &[u8]) -> usize;

    /// Handles a line; whether to go on.
    fn line(&self, bench: &mut Self::Bench, shard: &mut Self::Shard, line: Line<'_>) -> bool;

    /// So many lines were handled.
    fn done(&self, lines: u64);
}

/// A line that is not blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'b> {
    pub(super) file: u32,
    pub(super) number: u64,
    /// Nothing, if it is too long.
    pub(super) bytes: Option<&'b [u8]>,
}

/// The lines of a block, by shard.
struct Routed {
    block: Block,
    lines: Vec<LineRef>,
    /// Where the lines of each shard begin, and where the last ones end.
    starts: Vec<usize>,
}

#[derive(Clone, Copy)]
struct LineRef {
    start: u32,
    end: u32,
    /// Counted from the first line of the block.
    number: u32,
}

/// What threads share.
struct State<I, S> {
    /// Nothing while a thread reads.
    blocks: Option<Blocks<I>>,
    at_end: bool,
    /// The blocks that some shard still needs; nothing in the place of one that is being taken apart.
    held: VecDeque<Option<Arc<Routed>>>,
    held_bytes: usize,
    /// How many blocks came before those.
    passed: usize,
    shards: Vec<Turn<S>>,
    /// Memory for blocks.
    spare: Vec<Vec<u8>>,
    is_stopped: bool,
}

/// A shard, and the block that it comes to next.
struct Turn<S> {
    next: usize,
    /// Nothing while a thread works on it.
    shard: Option<S>,
}

/// What a thread is to do.
enum Task<I, S> {
    Read(Blocks<I>, Vec<u8>),
    Handle { index: usize, shard: S, blocks: Vec<Arc<Routed>> },
    Nothing,
}

/// What there is at the end.
pub(super) struct Ended<I, S, B> {
    pub(super) blocks: Option<Blocks<I>>,
    pub(super) shards: Vec<S>,
    pub(super) benches: Vec<B>,
}

/// Handles all lines of the blocks on so many threads.
pub(super) fn run<I, J>(
    job: &J,
    threads: NonZero<usize>,
    blocks: Blocks<I>,
    shards: Vec<J::Shard>,
    bench: impl Fn() -> J::Bench,
) -> Ended<I, J::Shard, J::Bench>
where
    I: Iterator<Item = Result<Input, String>> + Send,
    J: Job,
{
    let turns = shards.into_iter().map(|shard| Turn { next: 0, shard: Some(shard) }).collect();
    let state = State {
        blocks: Some(blocks),
        at_end: false,
        held: VecDeque::new(),
        held_bytes: 0,
        passed: 0,
        shards: turns,
        spare: Vec::new(),
        is_stopped: false,
    };
    let pool =
        Pool { state: Mutex::new(state), changed: Condvar::new(), most: threads.get().saturating_mul(3) };
    let benches: Vec<J::Bench> = (0..threads.get()).map(|_| bench()).collect();
    let benches = thread::scope(|scope| {
        let work = |mut bench| {
            pool.work(job, &mut bench);
            bench
        };
        let running: Vec<_> = benches.into_iter().map(|bench| scope.spawn(move || work(bench))).collect();
        // A panic of a thread is one of the run, once all have ended.
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let state = pool.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let shards = state.shards.into_iter().filter_map(|turn| turn.shard).collect();
    Ended { blocks: state.blocks, shards, benches }
}

struct Pool<I, S> {
    state: Mutex<State<I, S>>,
    changed: Condvar,
    /// How many blocks are held at most.
    most: usize,
}

impl<I: Iterator<Item = Result<Input, String>>, S> Pool<I, S> {
    /// What every thread does.
    fn work<J: Job<Shard = S>>(&self, job: &J, bench: &mut J::Bench) {
        let _guard = EndOnPanic(self);
        loop {
            match self.task() {
                Task::Nothing => return,
                Task::Read(blocks, spare) => self.read(job, blocks, spare),
                Task::Handle { index, mut shard, blocks } => {
                    let mut goes_on = true;
                    for routed in &blocks {
                        goes_on = goes_on && routed.handle(job, bench, index, &mut shard);
                    }
                    self.put_back(index, shard, blocks, goes_on);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<I, S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something to do.
    fn task(&self) -> Task<I, S> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return Task::Nothing;
            }
            if let Some(task) = state.shard_to_handle() {
                return task;
            }
            state.let_go();
            if state.held.len() < self.most
                && (state.held_bytes < HELD || state.held.is_empty())
                && !state.at_end
                && let Some(blocks) = state.blocks.take()
            {
                let spare = state.spare.pop().unwrap_or_default();
                return Task::Read(blocks, spare);
            }
            if state.at_end && state.held.is_empty() {
                state.is_stopped = true;
                self.changed.notify_all();
                return Task::Nothing;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Reads a block, lets others read the next one, and takes it apart.
    fn read<J: Job<Shard = S>>(&self, job: &J, mut blocks: Blocks<I>, spare: Vec<u8>) {
        let block = blocks.next(spare);
        let mut state = self.lock();
        state.blocks = Some(blocks);
        let Some(block) = block else {
            state.at_end = true;
            self.changed.notify_all();
            return;
        };
        let number = state.passed.saturating_add(state.held.len());
        state.held.push_back(None);
        state.held_bytes = state.held_bytes.saturating_add(block.bytes.len());
        drop(state);
        self.changed.notify_one();
        let routed = Arc::new(Routed::new(job, block));
        let mut state = self.lock();
        let place = number.saturating_sub(state.passed);
        if let Some(held) = state.held.get_mut(place) {
            *held = Some(routed);
        }
        drop(state);
        self.changed.notify_all();
    }

    fn put_back(&self, index: usize, shard: S, blocks: Vec<Arc<Routed>>, goes_on: bool) {
        let count = blocks.len();
        drop(blocks);
        let mut state = self.lock();
        if let Some(turn) = state.shards.get_mut(index) {
            turn.next = turn.next.saturating_add(count);
            turn.shard = Some(shard);
        }
        state.is_stopped |= !goes_on;
        state.let_go();
        drop(state);
        self.changed.notify_all();
    }
}

/// Ends the work of all threads if one panics: it may have a shard that others would wait for.
struct EndOnPanic<'p, I: Iterator<Item = Result<Input, String>>, S>(&'p Pool<I, S>);

impl<I: Iterator<Item = Result<Input, String>>, S> Drop for EndOnPanic<'_, I, S> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().is_stopped = true;
            self.0.changed.notify_all();
        }
    }
}

impl<I, S> State<I, S> {
    /// The shard that is farthest behind, with all blocks that are ready for it.
    fn shard_to_handle(&mut self) -> Option<Task<I, S>> {
        let State { held, passed, shards, .. } = self;
        let is_ready = |number: usize| held.get(number.checked_sub(*passed)?)?.as_ref();
        let mut found: Option<(usize, usize)> = None;
        for (index, turn) in shards.iter_mut().enumerate().filter(|(_, turn)| turn.shard.is_some()) {
            while is_ready(turn.next).is_some_and(|routed| routed.lines(index).is_empty()) {
                turn.next = turn.next.saturating_add(1);
            }
            let is_first = found.is_none_or(|(_, next)| turn.next < next);
            if is_first && is_ready(turn.next).is_some() {
                found = Some((index, turn.next));
            }
        }
        let (index, next) = found?;
        let blocks: Vec<_> = (next..).map_while(|number| is_ready(number).map(Arc::clone)).collect();
        let shard = shards.get_mut(index)?.shard.take()?;
        Some(Task::Handle { index, shard, blocks })
    }

    /// Lets blocks go that no shard needs any more.
    fn let_go(&mut self) {
        let needed = self.shards.iter().map(|turn| turn.next).min().unwrap_or(usize::MAX);
        while self.passed < needed && self.held.front().is_some_and(Option::is_some) {
            let routed = self.held.pop_front().flatten();
            self.passed = self.passed.saturating_add(1);
            if let Some(routed) = routed.and_then(Arc::into_inner) {
                let bytes = routed.block.bytes;
                self.held_bytes = self.held_bytes.saturating_sub(bytes.len());
                if bytes.capacity() <= 1 << 20 {
                    self.spare.push(bytes);
                }
            }
        }
    }
}

impl Routed {
    fn new<J: Job>(job: &J, block: Block) -> Routed {
        let mut found: Vec<(usize, LineRef)> = Vec::new();
        let mut add = |start: usize, end: usize, number: usize| {
            let line = block.bytes.get(start..end).unwrap_or_default();
            if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) && !block.is_skipped {
                return;
            }
            let [start, end, number] = [start, end, number].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
            found.push((job.shard_of(line), LineRef { start, end, number }));
        };
        let (mut start, mut number) = (0, 0);
        for end in memchr_iter(b'\n', &block.bytes) {
            add(start, end, number);
            (start, number) = (end.saturating_add(1), number.saturating_add(1));
        }
        if start < block.bytes.len() || block.is_skipped {
            add(start, block.bytes.len(), number);
        }
        let mut starts = vec![0_usize; SHARDS.saturating_add(1)];
        for (shard, _) in &found {
            if let Some(count) = starts.get_mut(shard.saturating_add(1)) {
                *count = count.saturating_add(1);
            }
        }
        let mut before = 0_usize;
        for start in &mut starts {
            before = before.saturating_add(*start);
            *start = before;
        }
        // One after another, so that each shard has its lines in their order.
        let mut places = starts.clone();
        let mut lines = vec![LineRef { start: 0, end: 0, number: 0 }; found.len()];
        for (shard, line) in found {
            if let Some(place) = places.get_mut(shard) {
                if let Some(free) = lines.get_mut(*place) {
                    *free = line;
                }
                *place = place.saturating_add(1);
            }
        }
        Routed { block, lines, starts }
    }

    fn lines(&self, shard: usize) -> &[LineRef] {
        let (Some(&start), Some(&end)) = (self.starts.get(shard), self.starts.get(shard.saturating_add(1)))
        else {
            return &[];
        };
        self.lines.get(start..end).unwrap_or_default()
    }

    /// Handles the lines of a shard; whether to go on.
    fn handle<J: Job>(&self, job: &J, bench: &mut J::Bench, index: usize, shard: &mut J::Shard) -> bool {
        let lines = self.lines(index);
        let goes_on = lines.iter().all(|line| {
            let bytes = self.block.bytes.get(line.start as usize..line.end as usize);
            let line = Line {
                file: self.block.file,
                number: self.block.first_line.saturating_add(u64::from(line.number)),
                bytes: bytes.filter(|_| !self.block.is_skipped),
            };
            job.line(bench, shard, line)
        });
        job.done(lines.len() as u64);
        goes_on
    }
}
