//! The convention by which programs show pictures inside of an evcxr kernel: content between two marks on stdout.
//! Plotters, plotly, charming and others speak it.

use serde_json::{Value, json};

use crate::engine::MimeBundle;

const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "EVCXR_END_CONTENT";

/// What stdout carries.
#[derive(Debug, PartialEq)]
pub(super) enum Shown {
    Text(String),
    Content(MimeBundle),
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
            let begin = self.waiting.find(BEGIN);
            let text_ends =
                begin.unwrap_or_else(|| self.waiting.len() - partial_mark(&self.waiting));
            if text_ends > 0 {
                shown.push(Shown::Text(self.waiting.drain(..text_ends).collect()));
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

/// How many bytes at the end of `text` may become a mark.
fn partial_mark(text: &str) -> usize {
    (1..BEGIN.len())
        .rev()
        .find(|length| text.ends_with(&BEGIN[..*length]))
        .unwrap_or(0)
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
    fn json_is_not_shown_as_a_string() {
        let (_, content) =
            read(&["EVCXR_BEGIN_CONTENT application/json\n{\"a\": 1}\nEVCXR_END_CONTENT"]);
        assert_eq!(content[0]["application/json"]["a"], 1);
    }
}
