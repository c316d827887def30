//! `:time`, `:bench` and `:opt`: how long things take, and how much the compiler works to make that less.

use std::ops::Range;
use std::time::Duration;

use super::super::NativeEngine;
use super::super::compile::OptLevel;
use super::super::timing::Phases;
use super::command_error;
use crate::engine::source_map::CellText;
use crate::engine::{Cell, CellError, Reply, Stream};

/// What stands around an expression that is run often.
const LOOP: &str = "::wick_runtime::bench::bench";

impl NativeEngine {
    /// Runs the rest of the line where it stands, so that errors point at it.
    pub(super) async fn time(
        &mut self,
        cell: &CellText,
        range: Range<usize>,
        expression: &str,
    ) -> Reply {
        if expression.is_empty() {
            return Err(command_error(
                "`:time` takes an expression: `:time x.matmul(&y)`".into(),
            ));
        }
        let end = range.start + cell.text[range.clone()].trim_end().len();
        let start = end - expression.len();
        let blank = |c: char| {
            if c == '\n' {
                "\n".into()
            } else {
                " ".repeat(c.len_utf8())
            }
        };
        let before: String = cell.text[..start].chars().map(blank).collect();
        let timed = Cell::new(cell.id, format!("{before}{expression}"));
        let mut phases = Phases::start();
        Box::pin(self.evaluate_cell(&timed, &mut phases)).await?;
        phases.end();
        if let Some(run) = phases.run {
            let ran = Duration::from_micros(run.run);
            let other = phases.total.saturating_sub(ran);
            self.say(
                Stream::Stdout,
                format!("ran {ran:.1?}, compiled and loaded {other:.1?}\n"),
            );
        }
        Ok(())
    }

    pub(super) async fn bench(&mut self, cell: &CellText, expression: &str) -> Reply {
        if expression.is_empty() {
            return Err(command_error(
                "`:bench` takes an expression: `:bench x.matmul(&y)`".into(),
            ));
        }
        let at = cell.text.rfind(expression).unwrap_or(0);
        // What is wrong with the expression is said of it alone, not of the loop around it.
        self.type_of(cell, at..at + expression.len()).await?;
        let code = format!("println!(\"{{}}\", {LOOP}(|| {{ {expression} }}));");
        let benched = Cell::new(cell.id, code);
        let level = self.opt_level.unwrap_or(OptLevel::Full);
        let before = self.opt_level.replace(level);
        let outcome = Box::pin(self.evaluate_cell(&benched, &mut Phases::start())).await;
        self.opt_level = before;
        outcome.map_err(|error| without_loop(error, expression))
    }

    /// `:opt [auto|0|1|2|3]`
    pub(super) fn set_opt(&mut self, argument: &str) -> Reply {
        match argument {
            "" => {}
            "auto" => self.opt_level = None,
            "0" => self.opt_level = Some(OptLevel::None),
            "1" => self.opt_level = Some(OptLevel::Little),
            "2" => self.opt_level = Some(OptLevel::More),
            "3" => self.opt_level = Some(OptLevel::Full),
            other => {
                return Err(command_error(format!(
                    "`:opt` takes `auto`, `0`, `1`, `2` or `3`, not `{other}`"
                )));
            }
        }
        let text = match self.opt_level {
            None => "auto: cells and items with loops are optimised, others are not",
            Some(OptLevel::None) => "0: nothing is optimised, cells answer soonest",
            Some(OptLevel::Little) => "1: everything is optimised a little",
            Some(OptLevel::More) => "2: everything is optimised",
            Some(OptLevel::Full) => "3: everything is optimised",
        };
        self.say(Stream::Stdout, format!("{text}\n"));
        Ok(())
    }
}

/// An error of an expression that was run often, without the line that ran it, which nobody wrote.
fn without_loop(error: CellError, expression: &str) -> CellError {
    if !error.traceback.iter().any(|line| line.contains(LOOP)) {
        return error;
    }
    let mut told = CellError::plain(&error.ename, &error.evalue);
    told.traceback.push(format!(" --> in `{expression}`"));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_of_the_expression_alone() {
        let mut error = CellError::plain("panic", "x");
        assert_eq!(without_loop(error.clone(), "f()"), error);
        error.traceback.push(format!("1 | {LOOP}(|| f())"));
        let told = without_loop(error, "f()").traceback;
        assert_eq!(told[1], " --> in `f()`");
        assert!(!told.iter().any(|line| line.contains(LOOP)));
    }
}
