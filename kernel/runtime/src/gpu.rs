//! Whether the process has begun to work with a GPU.
//!
//! CUDA does not survive a fork: a copy of the process holds handles that mean nothing to the driver. So from then on
//! there are no snapshots.

use std::ffi::{CStr, c_int, c_uint, c_void};
use std::mem::transmute;

/// The driver's library, by the name that every CUDA program loads it by.
const DRIVER: &CStr = c"libcuda.so.1";

type GetCount = unsafe extern "C" fn(*mut c_int) -> c_int;
type GetState = unsafe extern "C" fn(c_int, *mut c_uint, *mut c_int) -> c_int;

/// Whether a GPU's primary context is there, which is what candle and the CUDA runtime work in. Takes microseconds, and
/// loads nothing that is not loaded.
pub(crate) fn is_in_use() -> bool {
    // SAFETY: the name is a C string. The handle is given back below; whoever uses the driver holds one of its own.
    let driver = unsafe { libc::dlopen(DRIVER.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
    if driver.is_null() {
        return false;
    }
    let symbol = |name: &CStr| {
        // SAFETY: an open handle and a C string.
        let address = unsafe { libc::dlsym(driver, name.as_ptr()) };
        (!address.is_null()).then_some(address)
    };
    let found = symbol(c"cuDeviceGetCount").zip(symbol(c"cuDevicePrimaryCtxGetState"));
    let in_use = found.is_some_and(|(count, state)| {
        // SAFETY: the driver's interface, which is stable, gives the two functions these signatures.
        let (count, state) = unsafe {
            (
                transmute::<*mut c_void, GetCount>(count),
                transmute::<*mut c_void, GetState>(state),
            )
        };
        let mut devices = 0;
        // SAFETY: a valid pointer to an integer. Before the driver is initialised it answers with an error.
        let known = unsafe { count(&mut devices) } == 0;
        known
            && (0..devices).any(|device| {
                let (mut flags, mut active) = (0, 0);
                // SAFETY: valid pointers, and the number of a device that there is.
                unsafe { state(device, &mut flags, &mut active) == 0 && active != 0 }
            })
    });
    // SAFETY: the handle from above.
    unsafe { libc::dlclose(driver) };
    in_use
}
