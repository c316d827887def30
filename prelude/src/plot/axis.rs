//! An axis: its range, its ticks and their labels.

/// A straight or logarithmic axis, or one of named places.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    from: f64,
    to: f64,
    log: bool,
    /// Whether all values are whole, such as epochs and counts: then there are no ticks between whole numbers.
    whole: bool,
    categories: Vec<String>,
}

impl Axis {
    /// An axis that shows all of `values`, or what lies between `limits`. On a logarithmic one only what is positive
    /// counts.
    pub fn new(
        values: &mut dyn Iterator<Item = f64>,
        limits: Option<(f64, f64)>,
        log: bool,
    ) -> Self {
        let counts = |value: &f64| value.is_finite() && (!log || *value > 0.0);
        let (mut range, mut whole) = (None, true);
        for value in values.filter(counts) {
            let (from, to) = range.unwrap_or((value, value));
            range = Some((f64::min(from, value), f64::max(to, value)));
            whole &= value.fract() == 0.0;
        }
        let whole = whole && range.is_some_and(|(from, to)| from < to);
        let (mut from, mut to) =
            limits
                .or(range)
                .unwrap_or(if log { (0.1, 10.0) } else { (0.0, 1.0) });
        if log {
            (from, to) = (from.max(f64::MIN_POSITIVE), to.max(f64::MIN_POSITIVE));
        }
        if limits.is_none() {
            (from, to) = padded(from, to, log);
        }
        Self {
            from,
            to,
            log,
            whole,
            categories: Vec::new(),
        }
    }

    /// The axis with names at 0, 1, 2, ….
    pub fn named(mut self, categories: &[String]) -> Self {
        self.categories = categories.to_vec();
        self
    }

    /// The axis without room between zero and its end, for bars to stand on.
    pub fn touching_zero(mut self, touching: bool) -> Self {
        if touching && !self.log {
            let room = (self.to - self.from) * 0.04;
            if (-room..0.0).contains(&self.from) {
                self.from = 0.0;
            }
            if self.to > 0.0 && self.to <= room && self.from < 0.0 {
                self.to = 0.0;
            }
        }
        self
    }

    /// Whether a number has a place on this axis.
    pub fn has(&self, value: f64) -> bool {
        value.is_finite() && (!self.log || value > 0.0)
    }

    /// Where a number lies: 0 is the beginning of the axis and 1 its end.
    pub fn share(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.log { value.ln() } else { value };
        let (from, to) = (scale(self.from), scale(self.to));
        (scale(value) - from) / (to - from)
    }

    fn step(&self, count: usize) -> f64 {
        let step = step(self.from, self.to, count);
        if self.whole { step.max(1.0) } else { step }
    }

    /// About `count` places for labels.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        let (from, to) = (self.from.min(self.to), self.from.max(self.to));
        if !self.categories.is_empty() {
            return (0..self.categories.len())
                .map(|at| at as f64)
                .filter(|at| (from..=to).contains(at))
                .collect();
        }
        if self.log {
            log_ticks(from, to, count)
        } else {
            let step = self.step(count);
            let first = (from / step - 1e-9).ceil() as i64;
            let last = (to / step + 1e-9).floor() as i64;
            (first..=last).map(|i| i as f64 * step).collect()
        }
    }

    /// The label of a tick.
    pub fn label(&self, tick: f64, count: usize) -> String {
        if !self.categories.is_empty() {
            return self
                .categories
                .get(tick.round() as usize)
                .cloned()
                .unwrap_or_default();
        }
        if self.log {
            return power(tick);
        }
        let largest = self.from.abs().max(self.to.abs());
        decimal(tick, self.step(count), largest)
    }
}

/// A range with some room at its ends, and one that is not empty.
fn padded(from: f64, to: f64, log: bool) -> (f64, f64) {
    if log {
        let room = (to / from).powf(0.05).max(1.2);
        return (from / room, to * room);
    }
    let room = match (to - from) * 0.04 {
        0.0 if from == 0.0 => 0.5,
        0.0 => from.abs() * 0.05,
        room => room,
    };
    (from - room, to + room)
}

/// 1, 2 or 5 times a power of ten.
fn step(from: f64, to: f64, count: usize) -> f64 {
    let rough = ((to - from).abs() / count.max(1) as f64).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(rough.log10().floor());
    let part = rough / power;
    power
        * [1.0, 2.0, 5.0]
            .into_iter()
            .find(|nice| part <= nice * 1.0001)
            .unwrap_or(10.0)
}

/// Powers of ten, every second or third of them where there are many, and parts of them where there are few.
fn log_ticks(from: f64, to: f64, count: usize) -> Vec<f64> {
    let (low, high) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let every = ((high - low) as usize / count.max(1)).max(1);
    let parts: &[f64] = if (to / from).log10() < 2.0 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let powers = (low..=high).step_by(every);
    powers
        .flat_map(|power| parts.iter().map(move |part| part * 10f64.powi(power)))
        .filter(|tick| (from..=to).contains(tick))
        .collect()
}

/// A number with as many digits as its neighbours differ in.
fn decimal(value: f64, step: f64, largest: f64) -> String {
    if !(1e-4..1e6).contains(&largest) {
        let value = if value.abs() < step * 1e-6 {
            0.0
        } else {
            value
        };
        return if value == 0.0 {
            "0".into()
        } else {
            trimmed(&format!("{value:.2e}"))
        };
    }
    let digits = (-(step.log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.digits$}");
    if text
        .trim_start_matches('-')
        .chars()
        .all(|c| matches!(c, '0' | '.'))
    {
        "0".into()
    } else {
        text
    }
}

/// `1.50e6` as `1.5e6`.
fn trimmed(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => {
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits}e{exponent}")
        }
        _ => text.to_owned(),
    }
}

fn power(value: f64) -> String {
    if (1e-3..1e5).contains(&value) {
        // Twelve digits are more than a part of a power of ten has.
        let text = format!("{value:.12}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        trimmed(&format!("{value:.2e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], log: bool) -> Vec<String> {
        let axis = Axis::new(&mut values.iter().copied(), None, log);
        axis.ticks(6)
            .into_iter()
            .map(|tick| axis.label(tick, 6))
            .collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(
            labels(&[0.0, 0.5, 1.0], false),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(&[0.0, 99.0], false),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!(
            labels(&[0.1, 0.3], false),
            ["0.10", "0.15", "0.20", "0.25", "0.30"]
        );
        assert_eq!(labels(&[0.0, 3e6], false)[1], "1e6");
        assert_eq!(labels(&[-2.0, 2.0], false), ["-2", "-1", "0", "1", "2"]);
    }

    #[test]
    fn whole_values_have_whole_ticks() {
        assert_eq!(labels(&[0.0, 1.0, 2.0], false), ["0", "1", "2"]);
    }

    #[test]
    fn powers_of_ten() {
        assert_eq!(
            labels(&[0.001, 100.0], true),
            ["0.001", "0.01", "0.1", "1", "10", "100"]
        );
        assert_eq!(labels(&[1.0, 10.0], true), ["1", "2", "5", "10"]);
        assert!(labels(&[1e-12, 1e12], true).len() <= 9);
    }

    #[test]
    fn a_single_value_or_none_has_an_axis_too() {
        for values in [
            &[][..],
            &[0.0],
            &[7.0],
            &[f64::NAN],
            &[-1e300, 1e300],
            &[1e-300],
        ] {
            for log in [false, true] {
                let axis = Axis::new(&mut values.iter().copied(), None, log);
                assert!(axis.from < axis.to, "{values:?}");
                assert!(axis.ticks(6).len() < 50, "{values:?}");
            }
        }
    }
}
