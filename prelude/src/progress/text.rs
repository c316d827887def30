//! A bar as text and as HTML.

use std::time::Duration;

/// How things stand with one bar.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub name: String,
    pub done: u64,
    pub total: Option<u64>,
    pub message: String,
    pub elapsed: Duration,
    /// Items a second lately; `None` before the first.
    pub rate: Option<f64>,
    pub ended: bool,
}

/// Blocks of eighths.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Columns of a bar of text.
const WIDTH: u64 = 30;

impl Standing {
    fn share(&self) -> Option<f64> {
        self.total.map(|total| match total {
            0 => 1.0,
            total => (self.done as f64 / total as f64).min(1.0),
        })
    }

    /// A line as tqdm writes it: `epochs:  40%|████      | 4/10 [00:02<00:03,  1.91it/s, loss 0.2]`.
    pub fn line(&self) -> String {
        let name = if self.name.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.name)
        };
        match (self.share(), self.total) {
            (Some(share), Some(total)) => {
                let eighths = (share * (WIDTH * 8) as f64) as u64;
                let full = "█".repeat((eighths / 8) as usize);
                let part = PARTS[(eighths % 8) as usize];
                let used = eighths / 8 + u64::from(!part.is_empty());
                let empty = " ".repeat((WIDTH - used) as usize);
                format!(
                    "{name}{:3}%|{full}{part}{empty}| {}/{total} {}",
                    (share * 100.0) as u64,
                    self.done,
                    self.times()
                )
            }
            _ => format!("{name}{}it {}", self.done, self.times()),
        }
    }

    /// `[00:02<00:03,  1.91it/s, loss 0.2]`
    fn times(&self) -> String {
        let mut times = format!("[{}", clock(self.elapsed.as_secs_f64()));
        if let Some(total) = self.total {
            let rest = total.saturating_sub(self.done) as f64;
            let rest = match self.rate {
                _ if rest == 0.0 => clock(0.0),
                Some(rate) if rate > 0.0 => clock(rest / rate),
                _ => "?".into(),
            };
            times += &format!("<{rest}");
        }
        times += &format!(", {}", speed(self.rate));
        if !self.message.is_empty() {
            times += &format!(", {}", self.message);
        }
        times + "]"
    }

    /// A row of a table: name, bar, numbers.
    pub fn html_row(&self) -> String {
        let escaped = crate::plot::escaped;
        let color = if self.ended && self.share().is_none_or(|share| share < 1.0) {
            "var(--jp-warn-color1, #e65100)"
        } else if self.ended {
            "var(--jp-success-color1, #2e7d32)"
        } else {
            "var(--jp-brand-color1, #1976d2)"
        };
        let (percent, count) = match (self.share(), self.total) {
            (Some(share), Some(total)) => (
                share * 100.0,
                format!(
                    "{:.0}% &nbsp;{}/{total}",
                    (share * 100.0).floor(),
                    self.done
                ),
            ),
            _ => (100.0, format!("{}it", self.done)),
        };
        // Text in the notebook's own colour; the bar's ground is that colour too, faintly.
        format!(
            "<div style=\"display:flex;align-items:center;gap:8px;font-family:monospace;font-size:13px\">\
             <span>{}</span>\
             <span style=\"flex:0 0 240px;height:12px;border-radius:6px;overflow:hidden;background:rgba(128,128,128,.3)\">\
             <span style=\"display:block;height:100%;width:{percent:.1}%;background:{color}\"></span></span>\
             <span style=\"white-space:nowrap\">{count} {}</span></div>",
            escaped(&self.name),
            escaped(&self.times())
        )
    }
}

/// `03:07`, or `1:03:07`.
fn clock(seconds: f64) -> String {
    if !seconds.is_finite() || seconds > 3.6e6 {
        return "?".into();
    }
    let seconds = seconds as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// `12.30it/s`, or `3.20s/it` where it is slow.
fn speed(rate: Option<f64>) -> String {
    match rate {
        Some(rate) if rate >= 1.0 => format!("{rate:5.2}it/s"),
        Some(rate) if rate > 0.0 => format!("{:5.2}s/it", 1.0 / rate),
        _ => "?it/s".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            name: "epochs".into(),
            done: 4,
            total: Some(10),
            elapsed: Duration::from_secs(2),
            rate: Some(2.0),
            ..Standing::default()
        }
    }

    /// The texts are tqdm's for the same numbers, but for the width of the bar.
    #[test]
    fn a_line_says_what_tqdm_says() {
        assert_eq!(
            standing().line(),
            "epochs:  40%|████████████                  | 4/10 [00:02<00:03,  2.00it/s]"
        );
        let slow = Standing {
            rate: Some(0.25),
            message: "loss 0.2".into(),
            ..standing()
        };
        assert_eq!(
            slow.line(),
            "epochs:  40%|████████████                  | 4/10 [00:02<00:24,  4.00s/it, loss 0.2]"
        );
        let endless = Standing {
            total: None,
            name: String::new(),
            ..standing()
        };
        assert_eq!(endless.line(), "4it [00:02,  2.00it/s]");
        let begun = Standing {
            done: 0,
            rate: None,
            ..standing()
        };
        assert_eq!(
            begun.line(),
            format!("epochs:   0%|{}| 0/10 [00:02<?, ?it/s]", " ".repeat(30))
        );
    }

    #[test]
    fn bars_are_as_wide_at_every_share() {
        for done in 0..=100 {
            let line = Standing {
                done,
                total: Some(100),
                ..Standing::default()
            }
            .line();
            assert_eq!(
                line.split('|').nth(1).unwrap().chars().count(),
                30,
                "{line}"
            );
        }
        assert!(
            Standing {
                done: 3,
                total: Some(0),
                ..Standing::default()
            }
            .line()
            .starts_with("100%")
        );
    }

    #[test]
    fn times_are_read_off_a_clock() {
        assert_eq!(clock(3787.0), "1:03:07");
        assert_eq!(clock(187.9), "03:07");
        assert_eq!(clock(f64::INFINITY), "?");
    }

    #[test]
    fn names_cannot_break_the_html() {
        let html = Standing {
            name: "<b>".into(),
            ..standing()
        }
        .html_row();
        assert!(html.contains("&lt;b&gt;") && html.contains("width:40.0%"));
    }
}
