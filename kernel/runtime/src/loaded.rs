//! The shared libraries of a session: loading them, and knowing whose code an address is.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_void};
use std::os::unix::ffi::OsStrExt;
use std::panic::Location;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::protocol::Place;

/// Which cell a library was last run as, by where it is loaded.
static CELLS: LazyLock<Mutex<HashMap<usize, u32>>> = LazyLock::new(Mutex::default);

/// A library that stays loaded: closures, threads and vtables of it may live as long as the session.
#[derive(Clone, Copy)]
pub(crate) struct Library(*mut c_void);

impl Library {
    /// Loads a library; `shared` ones give their symbols to what is loaded later.
    ///
    /// # Errors
    /// With the dynamic linker's words.
    pub(crate) fn open(path: &Path, shared: bool) -> Result<Self, String> {
        let name = CString::new(path.as_os_str().as_bytes()).map_err(|error| error.to_string())?;
        let scope = if shared {
            libc::RTLD_GLOBAL
        } else {
            libc::RTLD_LOCAL
        };
        // SAFETY: `name` is a C string. The library is one that the kernel made: its constructors are those of
        // Rust code, which has none, or of a dependency that the user asked for.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | scope) };
        if handle.is_null() {
            Err(last_error())
        } else {
            Ok(Self(handle))
        }
    }

    /// The address of an exported function.
    pub(crate) fn symbol(self, name: &CStr) -> Option<*mut c_void> {
        // SAFETY: the handle came from `dlopen` and is never closed.
        let address = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        (!address.is_null()).then_some(address)
    }
}

fn last_error() -> String {
    // SAFETY: `dlerror` returns null or a C string that is valid until the next call on this thread.
    unsafe {
        let text = libc::dlerror();
        if text.is_null() {
            "unknown error".into()
        } else {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    }
}

/// Remembers that the library with this function now runs as cell `cell`.
pub(crate) fn runs_as(function: *const c_void, cell: u32) {
    if let Some((_, base)) = library_at(function) {
        CELLS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(base, cell);
    }
}

/// The library that an address belongs to, and where that is loaded.
fn library_at(address: *const c_void) -> Option<(Vec<u8>, usize)> {
    // SAFETY: `dladdr` takes any address and fills `info` when it returns non-zero.
    unsafe {
        let mut info = std::mem::zeroed::<libc::Dl_info>();
        if libc::dladdr(address, &mut info) == 0 || info.dli_fname.is_null() {
            return None;
        }
        Some((
            CStr::from_ptr(info.dli_fname).to_bytes().to_vec(),
            info.dli_fbase as usize,
        ))
    }
}

/// An instruction of a library that was made of people's code.
pub(crate) struct Code {
    /// The library's path.
    pub library: Vec<u8>,
    /// Which cell it runs as, if it holds statements.
    pub cell: Option<u32>,
    /// The instruction's offset in it.
    pub offset: usize,
}

/// What code is at `address`, if it is people's.
pub(crate) fn code_at(address: usize) -> Option<Code> {
    let (library, base) = library_at(std::ptr::without_provenance(address))?;
    let ours = library.ends_with(b".cell.so");
    ours.then(|| Code {
        cell: cell_of(base),
        library,
        offset: address - base,
    })
}

fn cell_of(base: usize) -> Option<u32> {
    CELLS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&base)
        .copied()
}

/// Whether a source file is one that holds people's code, by the names the kernel gives such files.
pub(crate) fn is_user_file(file: &str) -> bool {
    file == "cell" || file.starts_with("In[")
}

/// A location as the kernel can look it up. The location itself lies in the library that was compiled from it.
pub(crate) fn place(location: &'static Location<'static>) -> Place {
    Place {
        file: location.file().to_string(),
        cell: library_at((&raw const *location).cast()).and_then(|(_, base)| cell_of(base)),
        line: location.line(),
        column: location.column(),
    }
}

/// A place for people who read a stream: `In[7]:3:5`.
pub(crate) fn describe(place: &Place) -> String {
    match place.cell {
        Some(cell) if place.file == "cell" => format!("In[{cell}]:{}:{}", place.line, place.column),
        _ => format!("{}:{}:{}", place.file, place.line, place.column),
    }
}
