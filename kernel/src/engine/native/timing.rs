//! Where a cell's milliseconds go.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use wick_runtime::protocol::RunTiming;

use super::compile::CompileTiming;

/// The phases of one cell.
#[derive(Debug, Clone)]
pub(super) struct Phases {
    started: Instant,
    pub total: Duration,
    pub split: Duration,
    /// Compiling the session's items, if the cell changed them.
    pub items: Option<CompileTiming>,
    /// Compiling the statements; one entry an attempt.
    pub attempts: Vec<CompileTiming>,
    pub run: Option<RunTiming>,
}

impl Phases {
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            total: Duration::ZERO,
            split: Duration::ZERO,
            items: None,
            attempts: Vec::new(),
            run: None,
        }
    }

    pub fn end(&mut self) {
        self.total = self.started.elapsed();
    }

    /// Whether this was more than a command.
    pub fn compiled_anything(&self) -> bool {
        self.items.is_some() || !self.attempts.is_empty()
    }

    /// As a person reads it.
    pub fn table(&self) -> String {
        let mut rows: Vec<(String, Option<Duration>, String)> = Vec::new();
        let mut row = |name: &str, time: Duration, remark: &str| {
            rows.push((name.to_string(), Some(time), remark.to_string()));
        };
        row("split", self.split, "");
        if let Some(items) = &self.items {
            compile_rows(&mut row, "items", items);
        }
        for (index, attempt) in self.attempts.iter().enumerate() {
            let name = if index == 0 {
                "cell".to_string()
            } else {
                format!("cell, attempt {}", index + 1)
            };
            compile_rows(&mut row, &name, attempt);
        }
        if let Some(run) = &self.run {
            row("load", Duration::from_micros(run.load), "");
            // Threads that show something at the same time may count for more than the cell took.
            let alone = run.run.saturating_sub(run.display);
            row("run", Duration::from_micros(alone), "");
            if run.display > 0 {
                row("display", Duration::from_micros(run.display), "");
            }
        }
        row("total", self.total, "");
        let width = rows
            .iter()
            .map(|(name, ..)| name.chars().count())
            .max()
            .unwrap_or(0);
        let mut table = String::new();
        for (name, time, remark) in rows {
            let time = time
                .map(|time| format!("{:8.1} ms", time.as_secs_f64() * 1e3))
                .unwrap_or_default();
            let _ = writeln!(
                table,
                "{}",
                format!("{name:width$} {time}  {remark}").trim_end()
            );
        }
        table
    }
}

fn compile_rows(row: &mut impl FnMut(&str, Duration, &str), name: &str, timing: &CompileTiming) {
    if timing.cached {
        row(&format!("{name}: rustc"), Duration::ZERO, "compiled before");
        return;
    }
    let mut remarks = Vec::new();
    if let Some(frontend) = timing.frontend {
        remarks.push(format!(
            "{:.1} ms for checking",
            frontend.as_secs_f64() * 1e3
        ));
    }
    if !timing.warm {
        remarks.push("started anew".to_string());
    }
    row(&format!("{name}: rustc"), timing.rustc, &remarks.join(", "));
    row(&format!("{name}: link"), timing.link, "");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_shows_has_a_row_of_its_own() {
        let mut phases = Phases::start();
        let run = |display| RunTiming {
            load: 0,
            run: 5_000,
            display,
        };
        phases.run = Some(run(3_000));
        let table = phases.table();
        let row = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(
            row("run").contains("2.0 ms") && row("display").contains("3.0 ms"),
            "{table}"
        );
        phases.run = Some(run(0));
        assert!(!phases.table().contains("display"));
    }

    #[test]
    fn a_cached_cell_is_said_to_be_one() {
        let mut phases = Phases::start();
        phases.attempts.push(CompileTiming {
            cached: true,
            ..CompileTiming::default()
        });
        phases.end();
        let table = phases.table();
        assert!(
            table.contains("compiled before") && table.contains("total"),
            "{table}"
        );
    }
}
