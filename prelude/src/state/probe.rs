//! What a variable's type can do, found by method resolution (dtolnay's autoref specialisation).

use std::any::type_name;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::read::Reader;
use super::write::Writer;
use crate::nn::Module;
use crate::{Error, Result};

/// A variable to be saved: `(&&&&Save(&x)).save(writer, "x")` takes the first way that its type has.
pub struct Save<'a, T>(pub &'a T);

/// Text in the program itself.
pub trait ViaText {
    /// Saves it.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl ViaText for &&&Save<'_, &'static str> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.value(name, self.0)
    }
}

/// What serde can write and read.
pub trait ViaValue {
    /// Saves it.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Serialize + DeserializeOwned> ViaValue for &&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.value(name, self.0)
    }
}

/// Modules.
pub trait ViaModule {
    /// Saves its state dict.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Module> ViaModule for &Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.weights(name, self.0.as_module())
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

/// A variable to be made: `(&&&Load::<T>::new()).load(reader, "x")`.
pub struct Load<T>(PhantomData<T>);

impl<T> Load<T> {
    #[expect(missing_docs, clippy::new_without_default)]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// Text in the program itself, which the file's is made to be.
pub trait LoadText {
    /// Reads it.
    fn load(&self, reader: &Reader, name: &str) -> Result<&'static str>;
}

impl LoadText for &&Load<&'static str> {
    fn load(&self, reader: &Reader, name: &str) -> Result<&'static str> {
        Ok(reader.value::<String>(name)?.leak())
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

/// What could be read when it was saved.
pub trait LoadNothing<T> {
    /// Says that it cannot be read.
    fn load(&self, reader: &Reader, name: &str) -> Result<T>;
}

impl<T> LoadNothing<T> for Load<T> {
    fn load(&self, _: &Reader, name: &str) -> Result<T> {
        Err(Error::runtime(format!(
            "`{name}` cannot be read: its type {} has no `Deserialize` any more",
            type_name::<T>()
        )))
    }
}

/// A variable that weights go into: `(&&Weights(&model)).load(reader, "model")`.
pub struct Weights<'a, T>(pub &'a T);

/// Modules.
pub trait IntoModule {
    /// Gives it the weights.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T: Module> IntoModule for &Weights<'_, T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<()> {
        reader.weights(name, self.0.as_module())
    }
}

/// What is no module any more.
pub trait IntoNothing {
    /// Says so.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T> IntoNothing for Weights<'_, T> {
    fn load(&self, _: &Reader, name: &str) -> Result<()> {
        Err(Error::runtime(format!(
            "`{name}` is no module here but a {}, and the file holds the weights of one",
            type_name::<T>()
        )))
    }
}
