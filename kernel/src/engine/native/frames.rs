//! Text and frames, told apart as they arrive.

use wick_runtime::protocol::{FRAME_BODY, FRAME_START, Frame};

/// What a stream of the runtime carries.
#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Frame(Frame),
}

/// Takes a stream apart. Bytes come in any portions; what may be the beginning of something longer waits.
pub(super) struct Decoder {
    /// [`FRAME_START`], the token, and `;`. Text that only looks like a frame does not have the token.
    start: Vec<u8>,
    waiting: Vec<u8>,
}

/// A frame's length has no more digits than this.
const LENGTH_DIGITS: usize = 12;

impl Decoder {
    pub fn new(token: &str) -> Self {
        Self {
            start: [FRAME_START, token.as_bytes(), b";"].concat(),
            waiting: Vec::new(),
        }
    }

    /// Adds bytes and returns all that is complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.waiting.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        while let Some(piece) = self.next() {
            pieces.push(piece);
        }
        pieces
    }

    /// What is left when nothing more comes.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.waiting);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }

    fn next(&mut self) -> Option<Piece> {
        if let Some(rest) = self.waiting.strip_prefix(self.start.as_slice()) {
            match frame(rest) {
                Parsed::Whole(frame, length) => {
                    self.waiting.drain(..self.start.len() + length);
                    return Some(Piece::Frame(frame));
                }
                Parsed::Unreadable(why, length) => {
                    self.waiting.drain(..self.start.len() + length);
                    let text = format!("what the cell shows here cannot be read: {why}\n");
                    return Some(Piece::Text(text));
                }
                Parsed::Partial => return None,
                // Not of our making, token or not.
                Parsed::Broken => return self.text(self.start.len()),
            }
        }
        let end = self.end_of_text();
        if end == 0 { None } else { self.text(end) }
    }

    /// Where the text at the front ends: before a frame, or what may become one, or half a character.
    fn end_of_text(&self) -> usize {
        let bytes = &self.waiting;
        let first = self.start[0];
        let candidates = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == first)
            .map(|(at, _)| at);
        let may_be_frame = |at: &usize| {
            let length = self.start.len().min(bytes.len() - at);
            bytes[*at..at + length] == self.start[..length]
        };
        let end = candidates
            .into_iter()
            .find(may_be_frame)
            .unwrap_or(bytes.len());
        // The rest of the last character may be on its way.
        let half = if end == bytes.len() {
            half_character(bytes)
        } else {
            0
        };
        end - half
    }

    fn text(&mut self, length: usize) -> Option<Piece> {
        let text: Vec<u8> = self.waiting.drain(..length).collect();
        Some(Piece::Text(String::from_utf8_lossy(&text).into_owned()))
    }
}

/// How many bytes at the end are the beginning of a character.
fn half_character(bytes: &[u8]) -> usize {
    let is_half = |length: &usize| {
        let text = std::str::from_utf8(&bytes[bytes.len() - length..]);
        text.is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=bytes.len().min(3)).find(is_half).unwrap_or(0)
}

enum Parsed {
    Whole(Frame, usize),
    /// All of it is there. It has the token, which must not be shown.
    Unreadable(serde_json::Error, usize),
    Partial,
    Broken,
}

/// A frame behind its start: the length, a separator, the payload.
fn frame(bytes: &[u8]) -> Parsed {
    let Some(separator) = bytes
        .iter()
        .take(LENGTH_DIGITS + 1)
        .position(|byte| *byte == FRAME_BODY)
    else {
        return if bytes.len() > LENGTH_DIGITS {
            Parsed::Broken
        } else {
            Parsed::Partial
        };
    };
    let length = std::str::from_utf8(&bytes[..separator])
        .ok()
        .and_then(|digits| digits.parse::<usize>().ok());
    let Some(length) = length else {
        return Parsed::Broken;
    };
    let payload = &bytes[separator + 1..];
    if payload.len() < length {
        return Parsed::Partial;
    }
    match serde_json::from_slice(&payload[..length]) {
        Ok(frame) => Parsed::Whole(frame, separator + 1 + length),
        Err(error) => Parsed::Unreadable(error, separator + 1 + length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn sample() -> Vec<u8> {
        let payload = br#"{"End":{"run":7}}"#;
        let start = [
            FRAME_START,
            TOKEN.as_bytes(),
            format!(";{}\u{7}", payload.len()).as_bytes(),
        ]
        .concat();
        [b"h\xc3\xa9llo\n".as_slice(), &start, payload, b"after"].concat()
    }

    fn read(portions: &[&[u8]]) -> (String, usize) {
        let mut decoder = Decoder::new(TOKEN);
        let (mut text, mut frames) = (String::new(), 0);
        for piece in portions.iter().flat_map(|portion| decoder.push(portion)) {
            match piece {
                Piece::Text(piece) => text.push_str(&piece),
                Piece::Frame(_) => frames += 1,
            }
        }
        text.push_str(&decoder.finish().unwrap_or_default());
        (text, frames)
    }

    #[test]
    fn portions_do_not_matter() {
        let bytes = sample();
        for cut in 0..bytes.len() {
            assert_eq!(
                read(&[&bytes[..cut], &bytes[cut..]]),
                ("héllo\nafter".to_string(), 1),
                "cut at {cut}"
            );
        }
        let single: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(read(&single), ("héllo\nafter".to_string(), 1));
    }

    #[test]
    fn a_frame_with_another_token_is_text() {
        let mut bytes = sample();
        let at = bytes
            .windows(4)
            .position(|window| window == b"0123")
            .unwrap();
        bytes[at] = b'x';
        let (text, frames) = read(&[&bytes]);
        assert_eq!(frames, 0);
        assert!(text.contains("End"));
    }

    #[test]
    fn a_frame_that_cannot_be_read_does_not_show_the_token() {
        let deep = format!(
            r#"{{"Result":{{"a":{}{}}}}}"#,
            "[".repeat(500),
            "]".repeat(500)
        );
        let head = format!("{TOKEN};{}\u{7}{deep}", deep.len());
        let (text, frames) = read(&[b"a", &[FRAME_START, head.as_bytes()].concat(), b"b"]);
        assert_eq!(frames, 0);
        assert!(text.starts_with("awhat the cell shows here cannot be read: recursion limit"));
        assert!(text.ends_with("\nb") && !text.contains(TOKEN), "{text}");
    }

    #[test]
    fn half_a_character_waits_for_its_rest_behind_bytes_that_are_no_text_too() {
        assert_eq!(read(&[b"\xff\xf0\x9f", b"\x98\x80"]).0, "\u{fffd}\u{1f600}");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_stop_what_follows() {
        let (text, _) = read(&[b"a\xff\xfeb", b"c"]);
        assert_eq!(text, "a\u{fffd}\u{fffd}bc");
    }
}
