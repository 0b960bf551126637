//! What the benchmarks have in common: numbers that are the same everywhere, and the clock.
#![allow(dead_code, reason = "each benchmark is a program of its own and uses its part")]

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Numbers that look drawn and are the same on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    /// A number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// How long something took, and what it gave.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = black_box(work());
    (began.elapsed(), done)
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The time that so many hundredths of the runs stay below, in milliseconds.
pub fn quantile(times: &mut [Duration], hundredths: usize) -> f64 {
    times.sort();
    milliseconds(times[(times.len() * hundredths / 100).min(times.len() - 1)])
}
