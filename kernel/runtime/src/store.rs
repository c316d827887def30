//! Where variables live between cells: one heap block each, with what is needed to drop it.

use std::alloc::{Layout, alloc, dealloc};
use std::collections::HashMap;
use std::ptr::NonNull;

use crate::protocol::SlotId;

/// A variable's bytes, its layout and its destructor.
struct Slot {
    bytes: NonNull<u8>,
    layout: Layout,
    drop: Option<unsafe fn(*mut u8)>,
    /// The running cell holds the value in a local variable; the bytes here are not to be used.
    taken: bool,
}

// SAFETY: slots are only touched by the thread that runs cells, and by the main thread while none runs. Values
// that are not `Send` are thus dropped where they were made, except after a fork, where there is one thread.
unsafe impl Send for Slot {}

impl Slot {
    fn free(self) {
        if self.layout.size() > 0 {
            // SAFETY: allocated in `Store::keep` with this layout, and `self` is consumed.
            unsafe { dealloc(self.bytes.as_ptr(), self.layout) }
        }
    }
}

/// All variables of the session.
#[derive(Default)]
pub(crate) struct Store {
    slots: HashMap<SlotId, Slot>,
}

impl Store {
    /// Moves `layout.size()` bytes at `value` in.
    ///
    /// # Safety
    /// `value` must be valid for reads of `layout`, what it holds must not be used afterwards, and `drop` must
    /// be its destructor.
    pub(crate) unsafe fn keep(
        &mut self,
        id: SlotId,
        value: *const u8,
        layout: Layout,
        drop: Option<unsafe fn(*mut u8)>,
    ) {
        let bytes = if layout.size() == 0 {
            NonNull::without_provenance(
                layout.align().try_into().expect("an alignment is not zero"),
            )
        } else {
            // SAFETY: the size is not zero.
            NonNull::new(unsafe { alloc(layout) })
                .unwrap_or_else(|| std::alloc::handle_alloc_error(layout))
        };
        // SAFETY: both are valid for `layout`, and the block is new.
        unsafe {
            bytes
                .as_ptr()
                .copy_from_nonoverlapping(value, layout.size())
        };
        self.slots.insert(
            id,
            Slot {
                bytes,
                layout,
                drop,
                taken: false,
            },
        );
    }

    /// Lends the value to the running cell, which copies its bytes out.
    pub(crate) fn take(&mut self, id: SlotId) -> *mut u8 {
        let slot = self
            .slots
            .get_mut(&id)
            .expect("the kernel only names slots that hold a value");
        assert!(!slot.taken, "a variable is taken once in a cell");
        slot.taken = true;
        slot.bytes.as_ptr()
    }

    /// Where to write a taken value back to.
    pub(crate) fn put_back(&mut self, id: SlotId) -> *mut u8 {
        let slot = self.slots.get_mut(&id).expect("the cell took it");
        slot.taken = false;
        slot.bytes.as_ptr()
    }

    /// Forgets the slots whose value the cell kept for itself, and says which.
    pub(crate) fn forget_taken(&mut self, among: &[SlotId]) -> Vec<SlotId> {
        let gone: Vec<_> = among
            .iter()
            .copied()
            .filter(|id| self.slots.get(id).is_some_and(|slot| slot.taken))
            .collect();
        for id in &gone {
            if let Some(slot) = self.slots.remove(id) {
                slot.free();
            }
        }
        gone
    }

    /// Whether a slot holds a value.
    pub(crate) fn holds(&self, id: SlotId) -> bool {
        self.slots.contains_key(&id)
    }

    /// Takes a slot out, so that its value can be dropped without the store being locked.
    pub(crate) fn remove(&mut self, id: SlotId) -> Option<Removed> {
        self.slots.remove(&id).map(Removed)
    }
}

/// A value on its way out.
pub(crate) struct Removed(Slot);

impl Removed {
    /// Runs the destructor, which may panic, and frees the block in any case.
    pub(crate) fn drop_value(self) {
        struct Free(Option<Slot>);
        impl Drop for Free {
            fn drop(&mut self) {
                if let Some(slot) = self.0.take() {
                    slot.free();
                }
            }
        }
        let (bytes, drop, taken) = (self.0.bytes, self.0.drop, self.0.taken);
        let _free = Free(Some(self.0));
        if let (Some(drop), false) = (drop, taken) {
            // SAFETY: the slot held a value that was not taken, and it is not reachable any more.
            unsafe { drop(bytes.as_ptr()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::ManuallyDrop;
    use std::rc::Rc;

    unsafe fn drop_rc(value: *mut u8) {
        // SAFETY: the tests below only keep values of this type.
        unsafe { value.cast::<Rc<()>>().drop_in_place() }
    }

    fn store_with(value: &Rc<()>) -> Store {
        let mut store = Store::default();
        let value = ManuallyDrop::new(value.clone());
        // SAFETY: the copy is never used or dropped.
        unsafe {
            store.keep(
                SlotId(1),
                (&raw const value).cast(),
                Layout::new::<Rc<()>>(),
                Some(drop_rc),
            )
        };
        store
    }

    #[test]
    fn a_removed_value_is_dropped_once() {
        let value = Rc::new(());
        let mut store = store_with(&value);
        assert_eq!(Rc::strong_count(&value), 2);
        store.remove(SlotId(1)).unwrap().drop_value();
        assert_eq!(Rc::strong_count(&value), 1);
        assert!(!store.holds(SlotId(1)));
    }

    #[test]
    fn a_value_that_a_cell_moved_is_not_dropped_again() {
        let value = Rc::new(());
        let mut store = store_with(&value);
        // SAFETY: `take` lends the bytes of an `Rc<()>`.
        let moved = unsafe { store.take(SlotId(1)).cast::<Rc<()>>().read() };
        assert_eq!(store.forget_taken(&[SlotId(1)]), [SlotId(1)]);
        drop(moved);
        assert_eq!(Rc::strong_count(&value), 1);
    }
}
