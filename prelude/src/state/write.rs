//! Writing a state.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::tensors::{bytes_of, collecting};
use super::{LIST, TENSORS};
use crate::nn::{Module, StateDict};
use crate::{Error, Result};

/// What was written of a variable.
///
/// ```
/// use wick::state::{Entry, Form};
/// let entry = Entry { name: "net".to_owned(), form: Form::Weights };
/// assert_eq!(serde_json::to_string(&entry).unwrap(), r#"{"name":"net","form":"Weights"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The variable's name.
    pub name: String,
    /// In which form, or why not.
    pub form: Form,
}

/// The form in which a variable is in the file.
///
/// ```
/// use wick::state::Form;
/// let missing: Form = serde_json::from_str(r#"{"Missing":"it is a closure"}"#).unwrap();
/// assert_eq!(missing, Form::Missing("it is a closure".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// It can be made from the file alone.
    Value,
    /// Its state dict, which goes into a module that is there.
    Weights,
    /// Its state dict, which goes into an optimizer or a schedule that is there.
    State,
    /// It is not in the file, for this reason.
    Missing(String),
}

/// A state that is being written; [`save`] makes one.
///
/// ```
/// use wick::prelude::*;
/// use wick::state;
/// let path = std::env::temp_dir().join(format!("wick-writer-{}", std::process::id())).display().to_string();
/// let net = Linear::new(2, 1);
/// let optimizer = SGD::new(net.parameters(), 0.1);
/// state::save(&path, &mut |writer| {
///     writer.value("epochs", &7)?;
///     writer.weights("net", &net)?;
///     writer.state("optimizer", &optimizer.state_dict())?;
///     writer.missing("file", "it is an open file".to_owned());
///     Ok(())
/// })
/// .unwrap();
/// let list = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
/// assert!(list.contains(r#"{"name":"file","form":{"Missing":"it is an open file"}}"#));
/// std::fs::remove_file(&path).unwrap();
/// ```
pub struct Writer {
    archive: ZipWriter<BufWriter<File>>,
    entries: Vec<Entry>,
}

/// Writes the file at `path`, with what `add` adds to it.
///
/// Tensors that share their numbers share them in the file too, and afterwards.
///
/// ```
/// use wick::prelude::*;
/// use wick::state;
/// let path = std::env::temp_dir().join(format!("wick-statesave-{}", std::process::id())).display().to_string();
/// let x = tensor!([1., 2.]);
/// state::save(&path, &mut |writer| writer.value("both", &(x.clone(), x.view([2, 1])))).unwrap();
/// let (x, column) = state::load(&path, |reader| reader.value::<(Tensor, Tensor)>("both")).unwrap();
/// x.add_(10.);
/// assert_eq!(column.to_vec2::<f32>(), [[11.], [12.]]);
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Errors
/// When the file cannot be written.
pub fn save(path: &str, add: &mut dyn FnMut(&mut Writer) -> Result<()>) -> Result<()> {
    let file = File::create(Path::new(path)).map_err(|error| cannot_write(&error))?;
    let mut writer = Writer {
        archive: ZipWriter::new(BufWriter::new(file)),
        entries: Vec::new(),
    };
    let (added, collected) = collecting(|| add(&mut writer));
    added?;
    for (number, storage) in collected.storages.iter().enumerate() {
        writer.file(&format!("storages/{number}"), &bytes_of(storage.owner())?)?;
    }
    writer.file(TENSORS, &json(&collected.described)?)?;
    let list = json(&writer.entries)?;
    writer.file(LIST, &list)?;
    let finished = writer.archive.finish();
    let mut file = finished.map_err(|error| cannot_write(&error))?;
    file.flush().map_err(|error| cannot_write(&error))
}

impl Writer {
    /// Adds a variable by its `Serialize`. What that cannot write is noted as missing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn value(&mut self, name: &str, value: &dyn erased_serde::Serialize) -> Result<()> {
        let mut bytes = Vec::new();
        let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
        let written = erased_serde::serialize(value, &mut serializer);
        match written {
            Ok(()) => self.add(name, Form::Value, &bytes),
            Err(error) => {
                self.missing(name, error.to_string());
                Ok(())
            }
        }
    }

    /// Adds a module's state dict.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn weights(&mut self, name: &str, module: &dyn Module) -> Result<()> {
        let state: Vec<_> = StateDict::of(module).into_iter().collect();
        let bytes = rmp_serde::to_vec(&state).map_err(|error| Error::runtime(error.to_string()))?;
        self.add(name, Form::Weights, &bytes)
    }

    /// Adds the state dict of an optimizer or a schedule.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn state(&mut self, name: &str, state: &impl Serialize) -> Result<()> {
        let bytes =
            rmp_serde::to_vec_named(state).map_err(|error| Error::runtime(error.to_string()))?;
        self.add(name, Form::State, &bytes)
    }

    /// Notes that a variable is not in the file.
    pub fn missing(&mut self, name: &str, why: String) {
        let name = name.to_owned();
        let form = Form::Missing(why);
        self.entries.push(Entry { name, form });
    }

    fn add(&mut self, name: &str, form: Form, bytes: &[u8]) -> Result<()> {
        self.file(&format!("values/{name}"), bytes)?;
        let name = name.to_owned();
        self.entries.push(Entry { name, form });
        Ok(())
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .large_file(true);
        let started = self.archive.start_file(name, options);
        started.map_err(|error| cannot_write(&error))?;
        self.archive
            .write_all(bytes)
            .map_err(|error| cannot_write(&error))
    }
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Error::runtime(error.to_string()))
}

fn cannot_write(error: &dyn std::fmt::Display) -> Error {
    Error::runtime(format!("the state could not be written: {error}"))
}
