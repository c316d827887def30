//! What a variable's type can do, found by method resolution (dtolnay's autoref specialisation).

use std::any::type_name;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::read::Reader;
use super::write::Writer;
use crate::nn::Module;
use crate::optim::Optimizer;
use crate::optim::lr_scheduler::Stands;
use crate::{Error, Result};

/// A variable to be saved: `(&&&&&Save(&x)).save(writer, "x")` takes the first way that its type has.
pub struct Save<'a, T>(pub &'a T);

/// What serde can write and read.
pub trait ViaValue {
    /// Saves it.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

// All variables outlive their cell, so text that they refer to is `'static`.
impl<T: Serialize + Deserialize<'static>> ViaValue for &&&&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.value(name, self.0)
    }
}

/// Modules.
pub trait ViaModule {
    /// Saves its state dict.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Module> ViaModule for &&&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.weights(name, self.0.as_module())
    }
}

/// Optimizers.
pub trait ViaOptimizer {
    /// Saves its state dict: its momentum and what else it remembers, and its options.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Optimizer> ViaOptimizer for &&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.state(name, &self.0.state_dict())
    }
}

/// Schedules of learning rates.
pub trait ViaSchedule {
    /// Saves where it stands.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Stands> ViaSchedule for &Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.state(name, &self.0.stands())
    }
}

/// All others.
pub trait ViaNothing {
    /// Notes that it is not saved.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T> ViaNothing for Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.missing(name, String::new());
        Ok(())
    }
}

/// A variable to be made: `(&&Load::<T>::new()).load(reader, "x")`.
pub struct Load<T>(PhantomData<T>);

/// The same for one that may refer to text, `&'static str`: what it refers to stays in memory.
pub struct LoadForever<T>(PhantomData<T>);

impl<T> Load<T> {
    #[expect(missing_docs, clippy::new_without_default)]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> LoadForever<T> {
    #[expect(missing_docs, clippy::new_without_default)]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// What serde can read.
pub trait LoadValue<T> {
    /// Reads it.
    fn load(&self, reader: &Reader, name: &str) -> Result<T>;
}

impl<T: DeserializeOwned> LoadValue<T> for &Load<T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<T> {
        reader.value(name)
    }
}

impl<T: Deserialize<'static>> LoadValue<T> for &LoadForever<T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<T> {
        reader.value_forever(name)
    }
}

/// What could be read when it was saved.
pub trait LoadNothing<T> {
    /// Says that it cannot be read.
    fn load(&self, reader: &Reader, name: &str) -> Result<T>;
}

impl<T> LoadNothing<T> for Load<T> {
    fn load(&self, _: &Reader, name: &str) -> Result<T> {
        Err(not_any_more::<T>(name))
    }
}

impl<T> LoadNothing<T> for LoadForever<T> {
    fn load(&self, _: &Reader, name: &str) -> Result<T> {
        Err(not_any_more::<T>(name))
    }
}

fn not_any_more<T>(name: &str) -> Error {
    let ty = type_name::<T>();
    Error::runtime(format!(
        "`{name}` cannot be read: its type {ty} has no `Deserialize` any more"
    ))
}

/// A variable that a state dict goes into: `(&&&&Fill(&model)).load(reader, "model")`.
pub struct Fill<'a, T>(pub &'a T);

/// Modules.
pub trait IntoModule {
    /// Gives it the weights.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T: Module> IntoModule for &&&Fill<'_, T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<()> {
        reader.weights(name, self.0.as_module())
    }
}

/// Optimizers.
pub trait IntoOptimizer {
    /// Has it go on from what is in the file.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T: Optimizer> IntoOptimizer for &&Fill<'_, T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<()> {
        reader.optimizer(name, self.0)
    }
}

/// Schedules of learning rates.
pub trait IntoSchedule {
    /// Has it go on from where it stood.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T: Stands> IntoSchedule for &Fill<'_, T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<()> {
        reader.schedule(name, self.0)
    }
}

/// What is none of these any more.
pub trait IntoNothing {
    /// Says so.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T> IntoNothing for Fill<'_, T> {
    fn load(&self, _: &Reader, name: &str) -> Result<()> {
        Err(Error::runtime(format!(
            "`{name}` is a {} here, and the file holds the state of a module, an optimizer or a schedule",
            type_name::<T>()
        )))
    }
}
