//! Reading a state.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zip::ZipArchive;

use super::TENSORS;
use super::tensors::{Described, Restored, restoring};
use crate::nn::{Module, ModuleExt as _, StateDict};
use crate::optim::lr_scheduler::{ScheduleState, Stands};
use crate::optim::{Optimizer, OptimizerState};
use crate::{Error, Result, Tensor};

type Archive = ZipArchive<BufReader<File>>;

/// A state that is being read; [`load`] makes one.
///
/// ```
/// use wick::prelude::*;
/// use wick::optim::lr_scheduler::StepLR;
/// use wick::state;
/// let path = std::env::temp_dir().join(format!("wick-reader-{}", std::process::id())).display().to_string();
/// let net = Linear::new(2, 1);
/// let optimizer = SGD::new(net.parameters(), 0.1);
/// let schedule = StepLR::new(&optimizer, 2);
/// state::save(&path, &mut |writer| {
///     writer.value("epochs", &7)?;
///     writer.weights("net", &net)?;
///     writer.state("optimizer", &optimizer.state_dict())?;
///     writer.state("schedule", &schedule.state_dict())
/// })
/// .unwrap();
/// let epochs = state::load(&path, |reader| {
///     reader.weights("net", &net)?;
///     reader.optimizer("optimizer", &optimizer)?;
///     reader.schedule("schedule", &schedule)?;
///     reader.value::<i32>("epochs")
/// });
/// assert_eq!(epochs.unwrap(), 7);
/// std::fs::remove_file(&path).unwrap();
/// ```
pub struct Reader {
    archive: Rc<RefCell<Archive>>,
}

/// Opens the file at `path` and reads from it what `take` takes.
///
/// ```
/// use wick::state;
/// let path = std::env::temp_dir().join(format!("wick-stateload-{}", std::process::id())).display().to_string();
/// state::save(&path, &mut |writer| writer.value("losses", &[0.5, 0.25])).unwrap();
/// assert_eq!(state::load(&path, |reader| reader.value::<Vec<f64>>("losses")).unwrap(), [0.5, 0.25]);
/// let error = state::load(&path, |reader| reader.value::<i32>("losses")).unwrap_err();
/// assert!(error.to_string().starts_with("`losses` does not fit what its type is now"));
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Errors
/// When the file cannot be read, is no state, or holds something else than what is asked for.
pub fn load<R>(path: &str, take: impl FnOnce(&Reader) -> Result<R>) -> Result<R> {
    let (reader, restored) = open(path)?;
    restoring(restored, || take(&reader))
}

fn open(path: &str) -> Result<(Reader, Restored)> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::runtime(format!("{path} could not be read: {error}"))
    };
    let file = File::open(Path::new(path)).map_err(|error| failed(&error))?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| failed(&error))?;
    let archive = Rc::new(RefCell::new(archive));
    let tensors = bytes(&archive, TENSORS)?;
    let described: Vec<Described> =
        serde_json::from_slice(&tensors).map_err(|error| failed(&error))?;
    let numbers = archive.clone();
    let restored = Restored {
        described,
        read: Box::new(move |storage| bytes(&numbers, &format!("storages/{storage}"))),
        storages: HashMap::new(),
        made: HashMap::new(),
    };
    Ok((Reader { archive }, restored))
}

/// An entry of the archive, checked against its sum.
fn bytes(archive: &RefCell<Archive>, name: &str) -> Result<Vec<u8>> {
    let mut archive = archive.borrow_mut();
    let damaged = |error: &dyn std::fmt::Display| {
        Error::runtime(format!("the file is damaged: {name}: {error}"))
    };
    let mut entry = archive.by_name(name).map_err(|error| damaged(&error))?;
    let mut bytes = Vec::new();
    entry
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(&error))?;
    Ok(bytes)
}

impl Reader {
    /// A variable by its `Deserialize`.
    ///
    /// # Errors
    /// When it is not in the file, or its type has changed since.
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let bytes = self.bytes(name)?;
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(&bytes);
        let mut erased = <dyn erased_serde::Deserializer<'_>>::erase(&mut deserializer);
        erased_serde::deserialize(&mut erased).map_err(|error| does_not_fit(name, &error))
    }

    /// A variable that refers to text in the file, which stays in memory from now on.
    ///
    /// ```
    /// use wick::state;
    /// let path = std::env::temp_dir().join(format!("wick-valueforever-{}", std::process::id())).display().to_string();
    /// state::save(&path, &mut |writer| writer.value("names", &["cat", "dog"])).unwrap();
    /// let names = state::load(&path, |reader| reader.value_forever::<Vec<&'static str>>("names"));
    /// assert_eq!(names.unwrap(), ["cat", "dog"]);
    /// std::fs::remove_file(&path).unwrap();
    /// ```
    ///
    /// # Errors
    /// As for [`Reader::value`].
    pub fn value_forever<T: Deserialize<'static>>(&self, name: &str) -> Result<T> {
        let bytes: &'static [u8] = self.bytes(name)?.leak();
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
        let mut erased = <dyn erased_serde::Deserializer<'_>>::erase(&mut deserializer);
        erased_serde::deserialize(&mut erased).map_err(|error| does_not_fit(name, &error))
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        bytes(&self.archive, &format!("values/{name}"))
    }

    /// Gives a module the weights of the variable `name`.
    ///
    /// # Errors
    /// When they are not in the file, or the module has other names or shapes.
    pub fn weights(&self, name: &str, module: &dyn Module) -> Result<()> {
        let state: Vec<(String, Tensor)> = self.value(name)?;
        let state: StateDict = state.into_iter().collect();
        let loaded = module.load_state_dict(&state);
        loaded
            .map(drop)
            .map_err(|error| Error::runtime(format!("`{name}`: {error}")))
    }

    /// Gives an optimizer what the variable `name` remembered, its momentum among it.
    ///
    /// # Errors
    /// When it is not in the file, or the optimizer has other parameters.
    pub fn optimizer(&self, name: &str, optimizer: &dyn Optimizer) -> Result<()> {
        let state: OptimizerState = self.value(name)?;
        let loaded = optimizer.load_state_dict(&state);
        loaded.map_err(|error| Error::runtime(format!("`{name}`: {error}")))
    }

    /// Has a schedule stand where the variable `name` stood.
    ///
    /// # Errors
    /// When it is not in the file.
    pub fn schedule(&self, name: &str, schedule: &dyn Stands) -> Result<()> {
        let state: ScheduleState = self.value(name)?;
        schedule.stand_at(&state);
        Ok(())
    }
}

fn does_not_fit(name: &str, error: &erased_serde::Error) -> Error {
    Error::runtime(format!(
        "`{name}` does not fit what its type is now: {error}"
    ))
}
