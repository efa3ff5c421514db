//! The clock of the measuring: what a thread had of a processor, so that whoever else runs on the machine is not counted.

use std::time::Duration;

/// What this thread has had of a processor so far; where the system does not tell, the time that has passed.
#[cfg(unix)]
#[inline(never)]
pub fn processor_time() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap())
}

/// What this thread has had of a processor so far; where the system does not tell, the time that has passed.
#[cfg(not(unix))]
pub fn processor_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed()
}
