//! Cells and streams as anybody may write them.

use std::ops::Range;

use wick_runtime::protocol::{FRAME_BODY, FRAME_START, Request, Response, SlotId};
use wick_runtime::wire;

use super::evcxr::{Filter, Shown};
use super::frames::{Decoder, Piece};
use super::generate::{CELL_FILE, Generated, Plan, generate, generate_type_probe};
use super::memory::Bytes;
use super::notebook::Notebook;
use super::split::{Split, completeness, split};
use super::variables::{Variable, Variables};
use super::{assist, commands, lex};
use crate::engine::deep::with_room;
use crate::engine::deps::DependencySpec;
use crate::engine::source_map::CellText;
use crate::engine::{CellId, without_byte_order_mark};

/// What an earlier cell has defined.
const EARLIER: &str = "use std::fmt; struct P { x: i64 } impl P { fn x(&self) {} } fn f() {} static S: u8 = 1; \
    macro_rules! m { () => {} } trait T {} impl T for P {}";

/// Takes a cell's text apart, takes its items over, and makes its code.
pub fn cell(text: &str) {
    let text = without_byte_order_mark(text);
    let earlier = CellText {
        id: CellId(1),
        text: EARLIER.into(),
    };
    let cell = CellText {
        id: CellId(2),
        text: text.into(),
    };
    let parts = split(text);
    check_ranges(text, &parts);
    completeness(text);

    let mut notebook = Notebook::default();
    notebook.add(&earlier, &split(EARLIER));
    notebook.mark_loaded(&notebook.everything());
    notebook.add(&cell, &parts);
    // As when a cell is run once more, with the same number or another.
    notebook.add(&cell, &parts);
    let again = CellText {
        id: CellId(3),
        text: text.into(),
    };
    notebook.add(&again, &parts);
    let texts = notebook.item_texts();
    assert!(
        notebook.lacks(&[], &texts).is_empty(),
        "a session lacks an item of its own"
    );
    notebook.source();

    let variables = variables();
    let plan = Plan::new(&parts, text, &variables);
    check_code(&parts, &generate(&cell, &parts, &plan, &notebook));
    if let Some(plan) = plan.guessing_closures() {
        check_code(&parts, &generate(&cell, &parts, &plan, &notebook));
    }
    for cursor in cursors(text) {
        assist::look_around(text, cursor);
    }
}

fn variables() -> Variables {
    let mut variables = Variables::default();
    for (slot, name, mutable) in [(1, "x", false), (2, "r#type", true)] {
        variables.insert(Variable {
            name: name.to_owned(),
            ty: "i64".to_owned(),
            mutable,
            slot: SlotId(slot),
            cell: CellId(1),
            made_of: Vec::new(),
        });
    }
    variables
}

/// Every range is one of whole characters, and those of one kind come in order.
fn check_ranges(text: &str, split: &Split) {
    let whole =
        |range: &Range<usize>| assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    let ordered = |ranges: &[Range<usize>]| {
        ranges.iter().for_each(whole);
        assert!(
            ranges.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "{ranges:?} of {text:?}"
        );
    };
    ordered(&split.commands);
    ordered(&split.attributes);
    ordered(
        &split
            .items
            .iter()
            .map(|item| item.range.clone())
            .collect::<Vec<_>>(),
    );
    split
        .bindings
        .iter()
        .for_each(|binding| whole(&binding.range));
    split.trailing.iter().for_each(whole);
    for place in &split.shown_places {
        assert!(
            split
                .trailing
                .as_ref()
                .is_some_and(|trailing| trailing.contains(place))
        );
    }
}

/// What parsed as a cell parses as the statements that are made of it.
fn check_code(split: &Split, generated: &Generated) {
    let Some(body) = generated.map.get(CELL_FILE).filter(|_| !split.broken) else {
        return;
    };
    let text = body.text();
    let parsed = with_room(text, || {
        let parsed = syn::parse_str::<syn::Block>(text)
            .map(drop)
            .map_err(|error| error.to_string());
        proc_macro2::extra::invalidate_current_thread_spans();
        parsed
    });
    if let Some(Err(error)) = parsed {
        panic!("{error} in what was made of the cell: {text}");
    }
    for keep in generated.keeps.iter().flatten() {
        assert!(text.get(keep.clone()).is_some());
    }
}

/// Some positions of a cursor: all in a short text.
fn cursors(text: &str) -> impl Iterator<Item = usize> + '_ {
    (0..=text.len()).step_by(1 + text.len() / 16)
}

/// Reads the commands of a cell, and the cell as a script.
pub fn command(text: &str) {
    let nowhere = std::path::Path::new("/nowhere");
    for range in lex::command_lines(text) {
        let command = &text[range.clone()];
        assert!(
            command.starts_with(':') && !command.contains('\n'),
            "{command:?}"
        );
        let (name, rest) = commands::name_and_rest(command);
        assert!(command[1..].starts_with(name) && command.trim_end().ends_with(rest));
        if commands::usage(name).is_none() {
            assert!(!commands::unknown(name).evalue.is_empty());
        }
        match DependencySpec::parse(rest, nowhere) {
            Ok(spec) => {
                let again = DependencySpec::parse(&spec.line(), nowhere)
                    .expect("a line that was just written");
                assert_eq!(again, spec);
            }
            Err(error) => assert!(error.evalue.contains("cannot be read"), "{}", error.evalue),
        }
        if let Some(size) = Bytes::parse(rest) {
            assert!(!size.to_string().is_empty());
        }
        if !rest.is_empty() {
            let end = range.start + command.trim_end().len();
            let cell = CellText {
                id: CellId(1),
                text: text.into(),
            };
            generate_type_probe(
                &cell,
                end - rest.len()..end,
                &variables(),
                &Notebook::default(),
            );
        }
    }
    if let Some((interpreter, script)) = commands::script(text) {
        assert!(!interpreter.is_empty() && text.ends_with(script));
    }
}

/// Nobody knows it; an input that does is one that the runtime itself wrote.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Reads a stream in portions of as many bytes as the first one says, and as the messages of a socket. A start of
/// a frame, whose token cannot be guessed, is written `@`.
pub fn stream(bytes: &[u8]) {
    let _ = wire::receive::<Request>(bytes);
    let _ = wire::receive::<Response>(bytes);
    let Some((portion, rest)) = bytes.split_first() else {
        return;
    };
    let start = [FRAME_START, TOKEN.as_bytes(), b";"].concat();
    let mut carried = Vec::new();
    for byte in rest {
        match byte {
            b'@' => carried.extend_from_slice(&start),
            b'#' => carried.push(FRAME_BODY),
            byte => carried.push(*byte),
        }
    }
    let parts = read(carried.chunks(usize::from(*portion).max(1)));
    assert_eq!(
        parts,
        read(std::iter::once(carried.as_slice())),
        "how a stream is cut into portions matters"
    );
}

/// The text, the displays in the middle of it, and how many frames came.
fn read<'a>(portions: impl Iterator<Item = &'a [u8]>) -> (String, usize, usize) {
    let (mut decoder, mut evcxr) = (Decoder::new(TOKEN), Filter::default());
    let (mut text, mut displays, mut frames) = (String::new(), 0, 0);
    let mut take = |piece: &str| {
        for shown in evcxr.push(piece) {
            match shown {
                Shown::Text(shown) => text.push_str(&shown),
                Shown::Content(_) | Shown::Prompt(..) => displays += 1,
            }
        }
    };
    for portion in portions {
        for piece in decoder.push(portion) {
            match piece {
                Piece::Text(piece) => take(&piece),
                Piece::Frame(_) => frames += 1,
            }
        }
    }
    take(&decoder.finish().unwrap_or_default());
    text.push_str(&evcxr.finish().unwrap_or_default());
    (text, displays, frames)
}
