//! `:time`, `:bench` and `:opt`: how long things take, and how much the compiler works to make that less.

use std::ops::Range;
use std::time::Duration;

use super::super::NativeEngine;
use super::super::compile::OptLevel;
use super::super::timing::Phases;
use super::command_error;
use crate::engine::source_map::CellText;
use crate::engine::{Cell, Reply, Stream};

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
        let timed = Cell {
            id: cell.id,
            code: format!("{before}{expression}"),
        };
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
        let benched = Cell {
            id: cell.id,
            code: format!(
                "println!(\"{{}}\", ::wick_runtime::bench::bench(|| {{ {expression} }}));"
            ),
        };
        let opt = self.opt.replace(self.opt.unwrap_or(OptLevel::Full));
        let outcome = Box::pin(self.evaluate_cell(&benched, &mut Phases::start())).await;
        self.opt = opt;
        outcome
    }

    pub(super) fn set_opt(&mut self, argument: &str) -> Reply {
        self.opt = match argument {
            "0" => Some(OptLevel::None),
            "1" => Some(OptLevel::Little),
            // Without an argument evcxr switches between its two levels.
            "2" => Some(OptLevel::Full),
            "" if self.opt.is_none() => Some(OptLevel::Full),
            "3" => Some(OptLevel::Most),
            "" | "auto" => None,
            other => {
                return Err(command_error(format!(
                    "`:opt` takes 0, 1, 2, 3 or auto, not `{other}`"
                )));
            }
        };
        let said = match self.opt {
            Some(level) => format!("cells are compiled at {level} from now on\n"),
            None => "cells with loops are optimised, others are compiled fast\n".to_owned(),
        };
        self.say(Stream::Stdout, said);
        Ok(())
    }
}
