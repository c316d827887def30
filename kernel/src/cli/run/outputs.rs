//! What cells show becomes the outputs of a notebook file, as a Jupyter client would store them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::notebook::{Notebook, lines};
use crate::engine::{MimeBundle, Stream};
use crate::session::Output;

/// Collects the outputs of one cell after the other.
#[derive(Debug, Default)]
pub struct Outputs {
    place: usize,
    current: Vec<Shown>,
    clear_before_next: bool,
    /// Where each display id was shown: cell and output.
    displays: BTreeMap<String, Vec<(usize, usize)>>,
    /// New content for displays of earlier cells.
    updates: Vec<(usize, usize, Value, Value)>,
}

/// An output; text is split into lines only when it is complete.
#[derive(Debug)]
enum Shown {
    Stream(Stream, String),
    Other(Value),
}

impl Outputs {
    /// From now on the cell at `place` runs.
    pub fn begin(&mut self, place: usize) {
        self.place = place;
        self.current.clear();
        self.clear_before_next = false;
    }

    /// Takes one output.
    pub fn take(&mut self, output: Output) {
        match output {
            // Comms need a browser; nobody asks, because nobody is there.
            Output::Input { .. } | Output::Comm(_) | Output::Ask { .. } => {}
            Output::Stream { name, text } => self.stream(name, text),
            Output::Display {
                data,
                metadata,
                display_id,
                update,
            } => {
                let (data, metadata) = (stored(data), Value::Object(metadata));
                if let Some(id) = &display_id {
                    self.update(id, &data, &metadata);
                }
                if !update {
                    self.clear_if_due();
                    if let Some(id) = display_id {
                        let at = (self.place, self.current.len());
                        self.displays.entry(id).or_default().push(at);
                    }
                    self.push(json!({
                        "output_type": "display_data",
                        "data": data,
                        "metadata": metadata,
                    }));
                }
            }
            Output::Clear { wait: true } => self.clear_before_next = true,
            Output::Clear { wait: false } => self.clear(),
            Output::Result { data, count } => self.push(json!({
                "output_type": "execute_result",
                "execution_count": count,
                "data": stored(data),
                "metadata": {},
            })),
            Output::Error(error) => self.push(json!({
                "output_type": "error",
                "ename": error.ename,
                "evalue": error.evalue,
                "traceback": error.traceback,
            })),
        }
    }

    /// Stores what the cell has shown so far.
    pub fn store(&mut self, notebook: &mut Notebook) {
        let outputs = self.current.iter().map(Shown::to_value).collect();
        notebook.set_outputs(self.place, outputs);
        for (place, output, data, metadata) in self.updates.drain(..) {
            notebook.update_output(place, output, data, metadata);
        }
    }

    fn stream(&mut self, name: Stream, text: String) {
        self.clear_if_due();
        match self.current.last_mut() {
            Some(Shown::Stream(last, before)) if *last == name => before.push_str(&text),
            _ => self.current.push(Shown::Stream(name, text)),
        }
    }

    fn push(&mut self, output: Value) {
        self.clear_if_due();
        self.current.push(Shown::Other(output));
    }

    fn clear_if_due(&mut self) {
        if self.clear_before_next {
            self.clear();
        }
    }

    fn clear(&mut self) {
        self.clear_before_next = false;
        self.current.clear();
        for places in self.displays.values_mut() {
            places.retain(|(place, _)| *place != self.place);
        }
    }

    fn update(&mut self, id: &str, data: &Value, metadata: &Value) {
        for &(place, output) in self.displays.get(id).into_iter().flatten() {
            if place != self.place {
                self.updates
                    .push((place, output, data.clone(), metadata.clone()));
            } else if let Some(Shown::Other(shown)) = self.current.get_mut(output) {
                shown["data"] = data.clone();
                shown["metadata"] = metadata.clone();
            }
        }
    }
}

impl Shown {
    fn to_value(&self) -> Value {
        match self {
            Self::Stream(name, text) => json!({
                "output_type": "stream",
                "name": match name {
                    Stream::Stdout => "stdout",
                    Stream::Stderr => "stderr",
                },
                "text": lines(text),
            }),
            Self::Other(output) => output.clone(),
        }
    }
}

/// Text is stored as lines, everything else as it is.
fn stored(data: MimeBundle) -> Value {
    let split = |mime: &str| {
        mime.starts_with("text/") || mime == "application/javascript" || mime == "image/svg+xml"
    };
    data.into_iter()
        .map(|(mime, value)| {
            let value = match value {
                Value::String(text) if split(&mime) => lines(&text),
                other => other,
            };
            (mime, value)
        })
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CellError, CellId};

    fn notebook() -> Notebook {
        let file = tempfile::NamedTempFile::new().unwrap();
        let cell = json!({"cell_type": "code", "source": "x", "outputs": ["old"]});
        let text = json!({"nbformat": 4, "cells": [cell, cell]}).to_string();
        std::fs::write(file.path(), text).unwrap();
        Notebook::read(file.path()).unwrap()
    }

    fn written(notebook: &Notebook, place: usize) -> Value {
        let file = tempfile::NamedTempFile::new().unwrap();
        notebook.write(file.path()).unwrap();
        let text = std::fs::read(file.path()).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()["cells"][place]["outputs"].clone()
    }

    fn text(name: Stream, text: &str) -> Output {
        Output::Stream {
            name,
            text: text.to_owned(),
        }
    }

    fn display(id: Option<&str>, update: bool, html: &str) -> Output {
        Output::Display {
            data: MimeBundle::from_iter([("text/html".to_owned(), html.into())]),
            metadata: Map::new(),
            display_id: id.map(str::to_owned),
            update,
        }
    }

    fn outputs(all: impl IntoIterator<Item = Output>) -> Value {
        let (mut outputs, mut notebook) = (Outputs::default(), notebook());
        outputs.begin(0);
        all.into_iter().for_each(|output| outputs.take(output));
        outputs.store(&mut notebook);
        written(&notebook, 0)
    }

    #[test]
    fn text_of_a_stream_is_joined_and_split_into_lines() {
        let stored = outputs([
            text(Stream::Stdout, "a"),
            text(Stream::Stdout, "b\nc"),
            text(Stream::Stderr, "e"),
        ]);
        assert_eq!(
            stored,
            json!([
                {"output_type": "stream", "name": "stdout", "text": ["ab\n", "c"]},
                {"output_type": "stream", "name": "stderr", "text": ["e"]},
            ])
        );
    }

    #[test]
    fn results_and_errors_keep_their_parts() {
        let stored = outputs([
            Output::Result {
                data: MimeBundle::from_iter([
                    ("text/plain".to_owned(), "1\n2".into()),
                    ("image/png".to_owned(), "QQ\n".into()),
                ]),
                count: CellId(3),
            },
            Output::Error(CellError::plain("E", "why")),
        ]);
        assert_eq!(stored[0]["execution_count"], 3);
        assert_eq!(
            stored[0]["data"],
            json!({"text/plain": ["1\n", "2"], "image/png": "QQ\n"})
        );
        assert_eq!(stored[1]["ename"], "E");
    }

    #[test]
    fn clearing_waits_where_it_was_asked_to() {
        let a = || text(Stream::Stdout, "a");
        assert_eq!(outputs([a(), Output::Clear { wait: false }]), json!([]));
        assert_eq!(
            outputs([a(), Output::Clear { wait: true }])[0]["text"],
            json!(["a"])
        );
        let stored = outputs([a(), Output::Clear { wait: true }, text(Stream::Stdout, "b")]);
        assert_eq!(stored[0]["text"], json!(["b"]));
    }

    #[test]
    fn displays_are_updated_wherever_they_were_shown() {
        let (mut outputs, mut notebook) = (Outputs::default(), notebook());
        outputs.begin(0);
        outputs.take(display(Some("d"), false, "1"));
        outputs.store(&mut notebook);
        outputs.begin(1);
        outputs.take(display(None, false, "other"));
        outputs.take(display(Some("d"), false, "2"));
        outputs.take(display(Some("d"), true, "3"));
        outputs.take(display(Some("unknown"), true, "4"));
        outputs.store(&mut notebook);
        assert_eq!(written(&notebook, 0)[0]["data"]["text/html"], json!(["3"]));
        let second = written(&notebook, 1);
        assert_eq!(second[0]["data"]["text/html"], json!(["other"]));
        assert_eq!(second[1]["data"]["text/html"], json!(["3"]));
        assert_eq!(second.as_array().unwrap().len(), 2);
    }
}
