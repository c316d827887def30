//! What C programs take from glibc's static part.
//!
//! `atexit`, `at_quick_exit` and `pthread_atfork` are not in `libc.so.6`: a linker adds them to each program and library
//! from `libc_nonshared.a`. Cells are linked without that archive, so the one library that all of them see has them.

use libc::{c_int, c_void};

/// A handler, as C declares it.
type Handler = extern "C" fn();

unsafe extern "C" {
    fn __cxa_atexit(
        handler: extern "C" fn(*mut c_void),
        argument: *mut c_void,
        library: *mut c_void,
    ) -> c_int;
    fn __cxa_at_quick_exit(handler: extern "C" fn(*mut c_void), library: *mut c_void) -> c_int;
    fn __register_atfork(
        prepare: Option<Handler>,
        parent: Option<Handler>,
        child: Option<Handler>,
        library: *mut c_void,
    ) -> c_int;
}

/// Has `handler` called when the process exits.
// SAFETY of the name: it is C's own, with its type; libraries that carry their own copy keep using that one.
#[unsafe(no_mangle)]
pub extern "C" fn atexit(handler: Handler) -> c_int {
    // SAFETY: glibc calls the handler with an argument, which a function without parameters leaves alone in C's calling
    // convention, as glibc's own `atexit` counts on. Cells' libraries are never unloaded.
    unsafe {
        let handler = std::mem::transmute::<Handler, extern "C" fn(*mut c_void)>(handler);
        __cxa_atexit(handler, std::ptr::null_mut(), std::ptr::null_mut())
    }
}

/// Has `handler` called when the process leaves by `quick_exit`.
// SAFETY of the name: as above.
#[unsafe(no_mangle)]
pub extern "C" fn at_quick_exit(handler: Handler) -> c_int {
    // SAFETY: as above.
    unsafe {
        let handler = std::mem::transmute::<Handler, extern "C" fn(*mut c_void)>(handler);
        __cxa_at_quick_exit(handler, std::ptr::null_mut())
    }
}

/// Has the handlers called around each `fork`.
// SAFETY of the name: as above.
#[unsafe(no_mangle)]
pub extern "C" fn pthread_atfork(
    prepare: Option<Handler>,
    parent: Option<Handler>,
    child: Option<Handler>,
) -> c_int {
    // SAFETY: the handlers have the type that glibc asks for, and their libraries are never unloaded.
    unsafe { __register_atfork(prepare, parent, child, std::ptr::null_mut()) }
}
