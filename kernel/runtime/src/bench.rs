//! What `:bench` runs: an expression, often enough to say how long it takes.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::interrupt;

/// As many runs are compared.
const RUNS: usize = 7;

/// One run takes at least this long, and all of them little more than [`RUNS`] times that.
const LEAST: Duration = Duration::from_millis(100);

/// How long something takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bench {
    /// Seconds, on average.
    pub mean: f64,
    /// The standard deviation of the runs' averages.
    pub deviation: f64,
    /// How often one run did it.
    pub loops: u32,
}

/// Times `body` as IPython's `%timeit` does: seven runs of as many loops as take a tenth of a second.
///
/// # Panics
/// Unwinds the cell when it is interrupted.
///
/// ```
/// let bench = wick_runtime::bench::bench(|| (1..100).sum::<u32>());
/// println!("{bench}");
/// ```
pub fn bench<T>(mut body: impl FnMut() -> T) -> Bench {
    let mut run = |loops: u32| {
        let started = Instant::now();
        for _ in 0..loops {
            interrupt::check();
            black_box(body());
        }
        started.elapsed()
    };
    let mut loops = 1;
    while run(loops) < LEAST && loops < 1_000_000_000 {
        loops *= 10;
    }
    let means: Vec<f64> = (0..RUNS)
        .map(|_| run(loops).as_secs_f64() / f64::from(loops))
        .collect();
    let mean = means.iter().sum::<f64>() / RUNS as f64;
    let variance = means.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / RUNS as f64;
    Bench {
        mean,
        deviation: variance.sqrt(),
        loops,
    }
}

impl fmt::Display for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.loops == 1 { "" } else { "s" };
        write!(
            f,
            "{} ± {} per loop (mean ± std. dev. of {RUNS} runs, {} loop{plural} each)",
            time(self.mean),
            time(self.deviation),
            self.loops,
        )
    }
}

/// Three digits in the unit that suits.
fn time(seconds: f64) -> String {
    let units = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)];
    let (unit, scale) = units
        .into_iter()
        .find(|(_, scale)| seconds >= *scale)
        .unwrap_or(("ns", 1e-9));
    let value = seconds / scale;
    let digits = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_read_them() {
        assert_eq!(time(1.5), "1.50 s");
        assert_eq!(time(12.34e-3), "12.3 ms");
        assert_eq!(time(123.4e-6), "123 µs");
        assert_eq!(time(0.0), "0.00 ns");
        let bench = Bench {
            mean: 1e-3,
            deviation: 1e-5,
            loops: 1,
        };
        assert_eq!(
            bench.to_string(),
            "1.00 ms ± 10.0 µs per loop (mean ± std. dev. of 7 runs, 1 loop each)"
        );
    }
}
