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
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Save, ViaModule, ViaNothing, ViaOptimizer, ViaSchedule, ViaValue};
/// let path = std::env::temp_dir().join(format!("wick-save-{}", std::process::id())).display().to_string();
/// let (epochs, net) = (7, Linear::new(2, 1));
/// let square = |x: f64| x * x;
/// state::save(&path, &mut |writer| {
///     (&&&&&Save(&epochs)).save(writer, "epochs")?; // a value
///     (&&&&&Save(&net)).save(writer, "net")?; // weights
///     (&&&&&Save(&square)).save(writer, "square") // nothing: noted as missing
/// })
/// .unwrap();
/// assert_eq!(state::load(&path, |reader| reader.value::<i32>("epochs")).unwrap(), 7);
/// std::fs::remove_file(&path).unwrap();
/// ```
pub struct Save<'a, T>(pub &'a T);

/// What serde can write and read.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Save, ViaValue};
/// let path = std::env::temp_dir().join(format!("wick-viavalue-{}", std::process::id())).display().to_string();
/// let losses = vec![0.5, 0.25];
/// state::save(&path, &mut |writer| (&&&&&Save(&losses)).save(writer, "losses")).unwrap();
/// assert_eq!(state::load(&path, |reader| reader.value::<Vec<f64>>("losses")).unwrap(), [0.5, 0.25]);
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait ViaValue {
    /// Saves the variable under this name as a value.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

// All variables outlive their cell, so text that they refer to is `'static`.
impl<T: Serialize + Deserialize<'static>> ViaValue for &&&&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.value(name, self.0)
    }
}

/// Modules, of which the file holds the state dict.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Save, ViaModule};
/// let path = std::env::temp_dir().join(format!("wick-viamodule-{}", std::process::id())).display().to_string();
/// let net = Linear::new(2, 1);
/// state::save(&path, &mut |writer| (&&&&&Save(&net)).save(writer, "net")).unwrap();
/// let other = Linear::new(2, 1);
/// state::load(&path, |reader| reader.weights("net", &other)).unwrap();
/// assert_eq!(other.weight.to_string(), net.weight.to_string());
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait ViaModule {
    /// Saves its state dict.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Module> ViaModule for &&&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.weights(name, self.0.as_module())
    }
}

/// Optimizers, of which the file holds the state dict.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Save, ViaOptimizer};
/// let path = std::env::temp_dir().join(format!("wick-viaoptimizer-{}", std::process::id())).display().to_string();
/// let optimizer = SGD::new([tensor!([1.]).requires_grad_(true)], 0.1);
/// state::save(&path, &mut |writer| (&&&&&Save(&optimizer)).save(writer, "optimizer")).unwrap();
/// let other = SGD::new([tensor!([1.]).requires_grad_(true)], 0.5);
/// state::load(&path, |reader| reader.optimizer("optimizer", &other)).unwrap();
/// assert_eq!(other.lr(), 0.1);
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait ViaOptimizer {
    /// Saves its state dict: its momentum and what else it remembers, and its options.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Optimizer> ViaOptimizer for &&Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.state(name, &self.0.state_dict())
    }
}

/// Schedules of learning rates, of which the file holds where they stand.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Save, ViaSchedule};
/// let path = std::env::temp_dir().join(format!("wick-viaschedule-{}", std::process::id())).display().to_string();
/// use wick::optim::lr_scheduler::StepLR;
/// let optimizer = SGD::new([tensor!([1.]).requires_grad_(true)], 0.1);
/// let schedule = StepLR::new(&optimizer, 2);
/// schedule.step();
/// state::save(&path, &mut |writer| (&&&&&Save(&schedule)).save(writer, "schedule")).unwrap();
/// let other = StepLR::new(&optimizer, 2);
/// state::load(&path, |reader| reader.schedule("schedule", &other)).unwrap();
/// assert_eq!(other.state_dict().to_string(), schedule.state_dict().to_string());
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait ViaSchedule {
    /// Saves where it stands.
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()>;
}

impl<T: Stands> ViaSchedule for &Save<'_, T> {
    fn save(&self, writer: &mut Writer, name: &str) -> Result<()> {
        writer.state(name, &self.0.stands())
    }
}

/// All others, which are not saved.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Save, ViaNothing};
/// let path = std::env::temp_dir().join(format!("wick-vianothing-{}", std::process::id())).display().to_string();
/// let square = |x: f64| x * x;
/// state::save(&path, &mut |writer| (&&&&&Save(&square)).save(writer, "square")).unwrap();
/// assert!(state::load(&path, |reader| reader.value::<f64>("square")).is_err());
/// std::fs::remove_file(&path).unwrap();
/// ```
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
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Load, LoadNothing, LoadValue};
/// let path = std::env::temp_dir().join(format!("wick-load-{}", std::process::id())).display().to_string();
/// state::save(&path, &mut |writer| writer.value("x", &tensor!([1., 2.]))).unwrap();
/// let x: Tensor = state::load(&path, |reader| (&&Load::<Tensor>::new()).load(reader, "x")).unwrap();
/// assert_eq!(x.to_string(), "tensor([1., 2.])");
/// std::fs::remove_file(&path).unwrap();
/// ```
pub struct Load<T>(PhantomData<T>);

/// A variable to be made that may refer to text, `&'static str`: what it refers to stays in memory.
///
/// ```
/// use wick::state::{self, LoadForever, LoadNothing, LoadValue};
/// let path = std::env::temp_dir().join(format!("wick-forever-{}", std::process::id())).display().to_string();
/// state::save(&path, &mut |writer| writer.value("name", &"resnet")).unwrap();
/// let name = state::load(&path, |reader| (&&LoadForever::<&'static str>::new()).load(reader, "name"));
/// assert_eq!(name.unwrap(), "resnet");
/// std::fs::remove_file(&path).unwrap();
/// ```
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
///
/// ```
/// use wick::state::{self, Load, LoadValue};
/// let path = std::env::temp_dir().join(format!("wick-loadvalue-{}", std::process::id())).display().to_string();
/// state::save(&path, &mut |writer| writer.value("epochs", &7)).unwrap();
/// assert_eq!(state::load(&path, |reader| (&&Load::<i32>::new()).load(reader, "epochs")).unwrap(), 7);
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait LoadValue<T> {
    /// Reads the variable of this name.
    ///
    /// # Errors
    /// When it is not in the file, or its type has changed since.
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

/// What could be read when it was saved, and has no `Deserialize` now.
///
/// ```
/// use wick::state::{self, Load, LoadNothing, LoadValue};
/// struct Plain;
/// let path = std::env::temp_dir().join(format!("wick-loadnothing-{}", std::process::id())).display().to_string();
/// state::save(&path, &mut |writer| writer.value("plain", &())).unwrap();
/// let read = state::load(&path, |reader| (&&Load::<Plain>::new()).load(reader, "plain"));
/// assert!(read.err().unwrap().to_string().starts_with("`plain` cannot be read: its type"));
/// std::fs::remove_file(&path).unwrap();
/// ```
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
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Fill, IntoModule, IntoNothing, IntoOptimizer, IntoSchedule};
/// let path = std::env::temp_dir().join(format!("wick-fill-{}", std::process::id())).display().to_string();
/// let (net, other) = (Linear::new(2, 1), Linear::new(2, 1));
/// state::save(&path, &mut |writer| writer.weights("net", &net)).unwrap();
/// state::load(&path, |reader| (&&&&Fill(&other)).load(reader, "net")).unwrap();
/// assert_eq!(other.weight.to_string(), net.weight.to_string());
/// std::fs::remove_file(&path).unwrap();
/// ```
pub struct Fill<'a, T>(pub &'a T);

/// Modules, which take the weights in the file.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Fill, IntoModule};
/// let path = std::env::temp_dir().join(format!("wick-intomodule-{}", std::process::id())).display().to_string();
/// let (net, other) = (Linear::new(2, 1), Linear::new(2, 1));
/// state::save(&path, &mut |writer| writer.weights("net", &net)).unwrap();
/// let loaded = state::load(&path, |reader| (&&&&Fill(&other)).load(reader, "net"));
/// assert!(loaded.is_ok() && other.weight.to_string() == net.weight.to_string());
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait IntoModule {
    /// Gives it the weights.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T: Module> IntoModule for &&&Fill<'_, T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<()> {
        reader.weights(name, self.0.as_module())
    }
}

/// Optimizers, which go on from what is in the file.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Fill, IntoOptimizer};
/// let path = std::env::temp_dir().join(format!("wick-intooptimizer-{}", std::process::id())).display().to_string();
/// let new = |lr| SGD::new([tensor!([1.]).requires_grad_(true)], lr);
/// let (optimizer, other) = (new(0.1), new(0.5));
/// state::save(&path, &mut |writer| writer.state("optimizer", &optimizer.state_dict())).unwrap();
/// let loaded = state::load(&path, |reader| (&&&&Fill(&other)).load(reader, "optimizer"));
/// assert!(loaded.is_ok() && other.lr() == 0.1);
/// std::fs::remove_file(&path).unwrap();
/// ```
pub trait IntoOptimizer {
    /// Has it go on from what is in the file.
    fn load(&self, reader: &Reader, name: &str) -> Result<()>;
}

impl<T: Optimizer> IntoOptimizer for &&Fill<'_, T> {
    fn load(&self, reader: &Reader, name: &str) -> Result<()> {
        reader.optimizer(name, self.0)
    }
}

/// Schedules of learning rates, which go on from where they stood.
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Fill, IntoSchedule};
/// let path = std::env::temp_dir().join(format!("wick-intoschedule-{}", std::process::id())).display().to_string();
/// use wick::optim::lr_scheduler::StepLR;
/// let optimizer = SGD::new([tensor!([1.]).requires_grad_(true)], 0.1);
/// let (schedule, other) = (StepLR::new(&optimizer, 2), StepLR::new(&optimizer, 2));
/// schedule.step();
/// state::save(&path, &mut |writer| writer.state("schedule", &schedule.state_dict())).unwrap();
/// let loaded = state::load(&path, |reader| (&&&&Fill(&other)).load(reader, "schedule"));
/// assert!(loaded.is_ok() && other.state_dict().to_string() == schedule.state_dict().to_string());
/// std::fs::remove_file(&path).unwrap();
/// ```
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
///
/// ```
/// use wick::prelude::*;
/// use wick::state::{self, Fill, IntoNothing};
/// let path = std::env::temp_dir().join(format!("wick-intonothing-{}", std::process::id())).display().to_string();
/// let net = Linear::new(2, 1);
/// state::save(&path, &mut |writer| writer.weights("net", &net)).unwrap();
/// let loaded = state::load(&path, |reader| (&&&&Fill(&7)).load(reader, "net"));
/// assert!(loaded.unwrap_err().to_string().starts_with("`net` is a i32 here"));
/// std::fs::remove_file(&path).unwrap();
/// ```
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
