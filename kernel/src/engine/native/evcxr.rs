//! The convention by which programs show pictures inside of an evcxr kernel: content between two marks on stdout.
//! Plotters, plotly, charming and others speak it.

use serde_json::{Value, json};

use crate::engine::MimeBundle;

const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "EVCXR_END_CONTENT";

/// What the crate `evcxr_input` prints in front of its prompt before it reads a line; what is typed may be secret.
const ASK: &str = "EVCXR_INPUT_REQUEST";
const SECRET: &str = "_PASSWORD";

/// What stdout carries.
#[derive(Debug, PartialEq)]
pub(super) enum Shown {
    Text(String),
    Content(MimeBundle),
    /// What is to stand in front of the next line that the cell reads, and whether that is to be hidden.
    Prompt(String, bool),
}

/// Takes content out of text. What may be the beginning of a mark waits for more.
#[derive(Debug, Default)]
pub(super) struct Filter {
    waiting: String,
    /// The mark at the end of content has a line of its own, whose end is still to come.
    line_end_due: bool,
}

impl Filter {
    /// Adds text and returns what is complete.
    pub fn push(&mut self, text: &str) -> Vec<Shown> {
        self.waiting.push_str(text);
        let mut shown = Vec::new();
        loop {
            if self.line_end_due && !self.waiting.is_empty() {
                self.line_end_due = false;
                if self.waiting.starts_with('\n') {
                    self.waiting.remove(0);
                }
            }
            let begin = [BEGIN, ASK]
                .iter()
                .filter_map(|mark| self.waiting.find(mark))
                .min();
            let text_ends =
                begin.unwrap_or_else(|| self.waiting.len() - partial_mark(&self.waiting));
            if text_ends > 0 {
                shown.push(Shown::Text(self.waiting.drain(..text_ends).collect()));
            }
            if let Some((prompt, secret, length)) = prompt(&self.waiting) {
                self.waiting.drain(..length);
                shown.push(Shown::Prompt(prompt, secret));
                continue;
            }
            match content(&self.waiting) {
                Some((bundle, length)) if begin.is_some() => {
                    self.waiting.drain(..length);
                    self.line_end_due = true;
                    shown.push(Shown::Content(bundle));
                }
                _ => return shown,
            }
        }
    }

    /// What is left when nothing more comes.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.waiting);
        (!rest.is_empty()).then_some(rest)
    }
}

/// The content at the start of `text`, if it is all there, with its length.
fn content(text: &str) -> Option<(MimeBundle, usize)> {
    let (mime, rest) = text.strip_prefix(BEGIN)?.split_once('\n')?;
    let end = rest.find(END)?;
    let body = rest[..end].trim_end_matches('\n');
    let mime = mime.trim();
    let value = match serde_json::from_str::<Value>(body) {
        Ok(value) if mime.ends_with("json") => value,
        _ => json!(body),
    };
    let mut bundle = MimeBundle::new();
    bundle.insert(mime.to_string(), value);
    let after = &rest[end + END.len()..];
    Some((bundle, text.len() - after.len()))
}

/// The prompt at the start of `text`, if its line is all there, with that line's length.
fn prompt(text: &str) -> Option<(String, bool, usize)> {
    let (line, _) = text.strip_prefix(ASK)?.split_once('\n')?;
    let length = ASK.len() + line.len() + 1;
    let (secret, line) = match line.strip_prefix(SECRET) {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let prompt = line.strip_prefix(':').unwrap_or(line);
    Some((prompt.trim_end_matches('\r').to_owned(), secret, length))
}

/// How many bytes at the end of `text` may become a mark.
fn partial_mark(text: &str) -> usize {
    let of = |mark: &str| {
        (1..mark.len())
            .rev()
            .find(|length| text.ends_with(&mark[..*length]))
    };
    of(BEGIN).max(of(ASK)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "a\nEVCXR_BEGIN_CONTENT text/html\n<i>1</i>\nEVCXR_END_CONTENT\nb\n";

    fn read(portions: &[&str]) -> (String, Vec<MimeBundle>) {
        let mut filter = Filter::default();
        let (mut text, mut content) = (String::new(), Vec::new());
        for shown in portions.iter().flat_map(|portion| filter.push(portion)) {
            match shown {
                Shown::Text(more) => text.push_str(&more),
                Shown::Content(bundle) => content.push(bundle),
                Shown::Prompt(..) => panic!("nothing was asked"),
            }
        }
        text.push_str(&filter.finish().unwrap_or_default());
        (text, content)
    }

    #[test]
    fn content_is_taken_out_wherever_the_text_is_cut() {
        for cut in 0..SAMPLE.len() {
            let (text, content) = read(&[&SAMPLE[..cut], &SAMPLE[cut..]]);
            assert_eq!(text, "a\nb\n", "cut at {cut}");
            assert_eq!(content[0]["text/html"], "<i>1</i>");
        }
    }

    #[test]
    fn text_that_only_begins_like_a_mark_is_text() {
        assert_eq!(read(&["EVCXR_BEG", "AN"]).0, "EVCXR_BEGAN");
        assert_eq!(
            read(&["EVCXR_BEGIN_CONTENT text/html\nnever ended"]).0,
            "EVCXR_BEGIN_CONTENT text/html\nnever ended"
        );
    }

    #[test]
    fn prompts_are_taken_out_wherever_the_text_is_cut() {
        let sample = "a\nEVCXR_INPUT_REQUEST_PASSWORD:Your word?\n";
        for cut in 0..sample.len() {
            let mut filter = Filter::default();
            let mut shown = filter.push(&sample[..cut]);
            shown.extend(filter.push(&sample[cut..]));
            let prompt = Shown::Prompt("Your word?".to_owned(), true);
            assert_eq!(shown.pop(), Some(prompt), "cut at {cut}");
        }
    }

    #[test]
    fn json_is_not_shown_as_a_string() {
        let (_, content) =
            read(&["EVCXR_BEGIN_CONTENT application/json\n{\"a\": 1}\nEVCXR_END_CONTENT"]);
        assert_eq!(content[0]["application/json"]["a"], 1);
    }
}
