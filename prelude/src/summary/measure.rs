//! One application of a model, with somebody looking on.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::LayerSummary;
use crate::autograd::RemovableHandle;
use crate::autograd::no_grad;
use crate::nn::hooks;
use crate::nn::{Module, ModuleExt, evaluating};
use crate::{Shape, Tensor};

/// A module, by where it lies and what it is: the first part of a module lies where the module itself does.
type Place = (usize, TypeId);

/// What came out of a module.
pub(super) struct Seen {
    /// Last.
    shape: Shape,
    /// In all calls.
    bytes: usize,
    /// For how many places all parameters of a convolution were used: of each item, and of each pixel of it.
    places: usize,
    /// For how many items.
    items: usize,
}

fn place(module: &dyn Module) -> Place {
    let address = std::ptr::from_ref(module).cast::<()>().addr();
    (address, module.type_id())
}

/// How many bytes a tensor's values take.
pub(super) fn bytes(tensor: &Tensor) -> usize {
    tensor.numel() * tensor.dtype().size()
}

/// Somebody looking on, until this is dropped: a model may panic.
struct Watching(RemovableHandle);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// Applies the model as it would be used, not trained.
pub(super) fn apply(
    model: &dyn Module,
    input: &Tensor,
    forward: &dyn Fn(&Tensor) -> Tensor,
) -> HashMap<Place, Seen> {
    let seen: Arc<Mutex<HashMap<Place, Seen>>> = Arc::default();
    let (notes, thread) = (seen.clone(), std::thread::current().id());
    let watching = Watching(hooks::register_module_forward_hook(
        move |module, _, output| {
            // Another thread may use a model of its own.
            if std::thread::current().id() == thread {
                note(&mut lock(&notes), module, output);
            }
        },
    ));
    let output = evaluating(model, || no_grad(|| forward(input)));
    drop(watching);
    let mut seen = std::mem::take(&mut *lock(&seen));
    // Nobody called the model itself but this function.
    if !seen.contains_key(&place(model)) {
        note(&mut seen, model, &output);
    }
    seen
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(seen: &mut HashMap<Place, Seen>, module: &dyn Module, output: &Tensor) {
    let shape = output.shape();
    let items = shape.dims().first().copied().unwrap_or(1);
    let pixels: usize = shape.dims().iter().skip(2).product();
    let entry = seen.entry(place(module)).or_insert(Seen {
        shape: shape.clone(),
        bytes: 0,
        places: 0,
        items: 0,
    });
    entry.shape = shape;
    entry.bytes += bytes(output);
    entry.places += items * pixels;
    entry.items += items;
}

/// The model and all that is in it, with what was seen.
pub(super) fn layers(model: &dyn Module, seen: HashMap<Place, Seen>) -> Vec<LayerSummary> {
    let modules = model.named_modules();
    let names: Vec<&str> = modules.iter().map(|(name, _)| name.as_str()).collect();
    let mut own: BTreeMap<&str, Vec<Tensor>> = BTreeMap::new();
    for (name, parameter) in model.named_parameters() {
        own.entry(owner(&names, &name)).or_default().push(parameter);
    }
    modules
        .iter()
        .map(|(name, module)| {
            let seen = seen.get(&place(*module));
            let own = own.get(name.as_str()).map_or(&[][..], Vec::as_slice);
            let params = own.iter().map(Tensor::numel).sum();
            let trained = own.iter().filter(|it| it.requires_grad());
            let uses = seen.map_or(0, |seen| {
                if module.kind().contains("Conv") {
                    seen.places
                } else {
                    seen.items
                }
            });
            LayerSummary {
                name: name.clone(),
                kind: module.kind(),
                depth: inside(&names, name),
                output: seen.map(|seen| seen.shape.clone()),
                params,
                trainable: trained.map(Tensor::numel).sum(),
                bytes: own.iter().map(bytes).sum(),
                mult_adds: params * uses,
                output_bytes: seen.map_or(0, |seen| seen.bytes),
                is_parent: names.iter().any(|other| is_in(other, name)),
            }
        })
        .collect()
}

/// Whether the module `inner` lies in `outer`.
fn is_in(inner: &str, outer: &str) -> bool {
    match inner.strip_prefix(outer) {
        Some(rest) if outer.is_empty() => !rest.is_empty(),
        Some(rest) => rest.starts_with('.'),
        None => false,
    }
}

/// In how many of these modules one lies.
fn inside(names: &[&str], name: &str) -> usize {
    names.iter().filter(|outer| is_in(name, outer)).count()
}

/// The innermost of these modules that holds a parameter.
fn owner<'a>(names: &[&'a str], parameter: &str) -> &'a str {
    let holds = |name: &&&str| is_in(parameter, name);
    let longest = names.iter().filter(holds).max_by_key(|name| name.len());
    longest.copied().unwrap_or_default()
}
