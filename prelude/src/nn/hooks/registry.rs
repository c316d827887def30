//! Which hooks there are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use super::key::{Anchor, Key};
use crate::Tensor;
use crate::autograd::RemovableHandle;
use crate::nn::module::Module;
use crate::nn::utils::parametrize::Made;

type Tensors = Option<Vec<Tensor>>;
pub(super) type Pre = Arc<dyn Fn(&dyn Module, &[Tensor]) -> Tensors + Send + Sync>;
pub(super) type Post = Arc<dyn Fn(&dyn Module, &[Tensor], &[Tensor]) -> Tensors + Send + Sync>;
pub(super) type BackwardPre = Arc<dyn Fn(&[Option<Tensor>]) -> Tensors + Send + Sync>;
pub(super) type Backward =
    Arc<dyn Fn(&[Option<Tensor>], &[Option<Tensor>]) -> Tensors + Send + Sync>;

/// A hook, in the form in which all are called.
#[derive(Clone)]
pub(in crate::nn) enum Hook {
    Pre(Pre),
    Post(Post),
    BackwardPre(BackwardPre),
    Backward(Backward),
    /// A tensor of the module is made of others before each call.
    Made(Arc<Made>),
}

/// The hooks of all modules (under `None`) and of single ones, each list in the order of registration.
#[derive(Default)]
struct Registry {
    hooks: HashMap<Option<Key>, Vec<(u64, Hook)>>,
    next: u64,
}

/// How many hooks there are, so that a call without any costs one look at a number.
static COUNT: AtomicUsize = AtomicUsize::new(0);

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is no hook at all.
#[inline]
pub(in crate::nn) fn is_empty() -> bool {
    COUNT.load(Ordering::Relaxed) == 0
}

/// Adds a hook of one module or, under `None`, of all.
pub(super) fn add(key: Option<Key>, hook: Hook) -> RemovableHandle {
    let mut registry = registry();
    let id = registry.next;
    registry.next += 1;
    registry.hooks.entry(key).or_default().push((id, hook));
    COUNT.fetch_add(1, Ordering::Relaxed);
    RemovableHandle::new(id, move |id| remove(key, id))
}

/// The hooks that a call of this module has to run: those of all modules first.
pub(super) fn of(module: &dyn Module) -> Vec<Hook> {
    let key = Key::of(module);
    let registry = registry();
    let global = registry.hooks.get(&None);
    let own = key.and_then(|key| registry.hooks.get(&Some(key)));
    let all = global.into_iter().chain(own).flatten();
    all.map(|(_, hook)| hook.clone()).collect()
}

/// The tensors of this module that are made of others, in the order of registration.
pub(in crate::nn) fn made(module: &dyn Module) -> Vec<Arc<Made>> {
    let Some(key) = Key::of(module) else {
        return Vec::new();
    };
    let registry = registry();
    let own = registry.hooks.get(&Some(key)).into_iter().flatten();
    own.filter_map(|(_, hook)| match hook {
        Hook::Made(made) => Some(made.clone()),
        _ => None,
    })
    .collect()
}

/// Takes away what makes a tensor of this module.
pub(in crate::nn) fn forget_made(module: &dyn Module, gone: &Arc<Made>) {
    let Some(key) = Key::of(module) else { return };
    let id = {
        let registry = registry();
        let mut own = registry.hooks.get(&Some(key)).into_iter().flatten();
        own.find_map(|(id, hook)| match hook {
            Hook::Made(made) if Arc::ptr_eq(made, gone) => Some(*id),
            _ => None,
        })
    };
    if let Some(id) = id {
        remove(Some(key), id);
    }
}

/// Removes the hooks of a module whose anchor is gone.
pub(in crate::nn) fn forget(anchor: Anchor) {
    if is_empty() {
        return;
    }
    // Hooks may own modules, whose anchors would come back here: they are dropped when the lock is free again.
    let mut gone = Vec::new();
    let mut registry = registry();
    registry.hooks.retain(|key, hooks| {
        let stays = key.is_none_or(|key| key.anchor != anchor);
        if !stays {
            gone.append(hooks);
        }
        stays
    });
    drop(registry);
    COUNT.fetch_sub(gone.len(), Ordering::Relaxed);
}

/// Takes a hook away. A second time it does nothing.
fn remove(key: Option<Key>, id: u64) {
    let mut gone = Vec::new();
    let mut registry = registry();
    if let Some(hooks) = registry.hooks.get_mut(&key) {
        let (out, stay) = std::mem::take(hooks)
            .into_iter()
            .partition(|(other, _)| *other == id);
        *hooks = stay;
        gone = out;
        if hooks.is_empty() {
            registry.hooks.remove(&key);
        }
    }
    drop(registry);
    COUNT.fetch_sub(gone.len(), Ordering::Relaxed);
}
