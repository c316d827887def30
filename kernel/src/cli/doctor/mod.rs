//! `wick doctor`

mod checks;

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

/// Look for what Wick needs, and say what to do about what is missing.
///
/// The exit code is 1 if something is missing that is needed.
#[derive(Args)]
#[command(after_help = "Examples:
  wick doctor                   look at this machine
  wick doctor && jupyter lab    start only if everything is there")]
pub struct Doctor {}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for.
    name: &'static str,
    verdict: Verdict,
    /// What there is, or what is wrong.
    found: String,
    /// What to do about it.
    advice: Option<String>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing to do.
    Good,
    /// Something works less well without it.
    Optional,
    /// Cells do not run without it.
    Missing,
}

impl Finding {
    fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Good,
            found: found.into(),
            advice: None,
        }
    }

    fn optional(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Optional,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    fn missing(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Missing,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }
}

impl Doctor {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode> {
        let findings = checks::all();
        print!("{}", report(&findings, std::io::stdout().is_terminal()));
        let needed = findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Missing)
            .count();
        match needed {
            0 => {
                println!("\nWick has what it needs.");
                Ok(ExitCode::SUCCESS)
            }
            _ => {
                println!("\nWick cannot run cells yet: see what is marked `missing`.");
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

fn report(findings: &[Finding], colour: bool) -> String {
    let width = findings.iter().map(|f| f.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for finding in findings {
        let (mark, code) = match finding.verdict {
            Verdict::Good => ("ok", 32),
            Verdict::Optional => ("note", 33),
            Verdict::Missing => ("missing", 31),
        };
        let mark = if colour {
            format!("\x1b[{code}m{mark:<7}\x1b[0m")
        } else {
            format!("{mark:<7}")
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{mark}  {:<width$}  {}", finding.name, finding.found);
        if let Some(advice) = &finding.advice {
            let _ = writeln!(text, "         {:<width$}  -> {advice}", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_stands_below_what_it_is_about() {
        let findings = [
            Finding::good("rustc", "1.95.0"),
            Finding::missing("cargo", "not found", "install Rust"),
        ];
        assert_eq!(
            report(&findings, false),
            "ok       rustc  1.95.0\n\
             missing  cargo  not found\n         \
             \x20      -> install Rust\n"
        );
    }
}
