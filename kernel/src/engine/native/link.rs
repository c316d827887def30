//! From an object file to a shared library, by the linker Wild inside this process: to start a linker of its own takes ten
//! times as long as to link.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use libwild::error::Error;
use libwild::{FileSystem, FileType, InputFileData, Linker, OutputFileData, OutputOptions};

use super::compile::{Compiled, Failed, Job, OBJECT, cannot_write, other_error};
use super::native_libraries::{self, Found, Kind};
use super::visibility::show_undefined;

/// Names that the linker sees; only the last one is kept, as the library's own name in those that use it.
const NOTEBOOK: &str = "notebook.so";
const VERSIONS: &str = "versions";
const LIBRARY: &str = "cell.so";

/// Makes a shared library of an object file, in the folder `out`. What it uses of the prelude, of std and of dependencies stays
/// undefined: those are loaded already. `notebook` are the items that it may use.
#[tracing::instrument(skip_all)]
pub(super) async fn link(
    job: &Job<'_>,
    done: &Compiled,
    notebook: Option<&Compiled>,
    object: &Path,
    out: &Path,
) -> Result<(), Failed> {
    let name = format!("{}.cell.so", done.key);
    let mut code = fs::read(object).map_err(cannot_write)?;
    show_undefined(&mut code);
    let mut files = vec![(OBJECT, code)];
    if let Some(notebook) = notebook {
        let items = fs::read(notebook.library()).map_err(cannot_write)?;
        files.push((NOTEBOOK, items));
    }
    let natives = native_libraries::read(job.map)
        .map_err(|message| Failed::Other(other_error("LinkError", message)))?;
    if job.metadata {
        // Later versions of the items define the same symbols; a version of their own keeps them apart.
        let script = format!("\"{name}\" {{ global: *; }};");
        files.push((VERSIONS, script.into_bytes()));
    }
    let soname = job.metadata.then(|| name.clone());
    // A defect of the linker is a panic; it ends there.
    let linked = tokio::task::spawn_blocking(move || run(files, natives, soname.as_deref())).await;
    let told = match linked {
        Ok(Ok(library)) => return fs::write(out.join(name), library).map_err(cannot_write),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    let message = format!(
        "the compiled cell could not be made a library\n{}",
        told.trim()
    );
    Err(Failed::Other(other_error("LinkError", message)))
}

/// The library's bytes. `natives` are libraries that were not made here; `soname` is its own name and the version of its
/// symbols.
fn run(
    files: Vec<(&'static str, Vec<u8>)>,
    natives: Vec<Found>,
    soname: Option<&str>,
) -> Result<Vec<u8>, Error> {
    let mut arguments = vec![
        "wild",
        "-shared",
        "--eh-frame-hdr",
        "-Bsymbolic",
        "--build-id=none",
        "--hash-style=gnu",
        "-z",
        "noexecstack",
        "-o",
        LIBRARY,
    ];
    if let Some(soname) = soname {
        arguments.extend(["--version-script", VERSIONS, "-soname", soname]);
    }
    let inputs = files.iter().map(|(name, _)| *name);
    arguments.extend(inputs.filter(|name| *name != VERSIONS));
    for library in &natives {
        let path = utf8(&library.path)?;
        match (library.kind, library.path.parent()) {
            // So that it is found again where it was found, when it is loaded.
            (Kind::Dynamic, Some(folder)) => arguments.extend([path, "-rpath", utf8(folder)?]),
            (Kind::Dynamic, None) => arguments.push(path),
            (Kind::Static, _) => arguments.extend(["--whole-archive", path, "--no-whole-archive"]),
        }
    }
    let arguments = || arguments.iter().copied();
    let mut args = libwild::Args::new(arguments)?;
    args.on_warning(Box::new(|_| {}));
    args.parse(arguments)?;

    let files = files.into_iter().map(|(name, bytes)| (name.into(), bytes));
    let natives = natives.into_iter().map(|it| (it.path, it.bytes));
    let files = files.chain(natives);
    let files = files.map(|(path, bytes)| (path, Arc::new(bytes))).collect();
    let memory = Memory {
        files,
        library: Arc::default(),
    };
    let library = memory.library.clone();
    // One thread: a cell is linked before a second one would be awake.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| Linker::with_file_system(memory).run(&args).map(drop))?;
    let mut library = library.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *library))
}

fn utf8(path: &Path) -> Result<&str, Error> {
    let not_utf8 = || io::Error::new(io::ErrorKind::InvalidFilename, path.display().to_string());
    Ok(path.to_str().ok_or_else(not_utf8)?)
}

/// The files that the linker reads and the one that it writes. It would map those of the disk into memory, and a map of a file
/// that another process cuts short, or that has no room on the disk, ends the process that reads or writes it.
struct Memory {
    files: Vec<(PathBuf, Arc<Vec<u8>>)>,
    library: Arc<Mutex<Vec<u8>>>,
}

impl Memory {
    fn file(&self, path: &Path) -> Result<&Arc<Vec<u8>>, Error> {
        let mut files = self.files.iter();
        match files.find(|(name, _)| name == path) {
            Some((_, bytes)) => Ok(bytes),
            None => Err(io::Error::from(io::ErrorKind::NotFound).into()),
        }
    }
}

impl FileSystem for Memory {
    type Input = Input;
    type Output = Output;

    fn open_input(&self, path: &Path, _: bool) -> Result<(Input, Option<Arc<File>>), Error> {
        Ok((Input(self.file(path)?.clone()), None))
    }

    fn file_type(&self, path: &Path) -> Result<FileType, Error> {
        self.file(path).map(|_| FileType::File)
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, Error> {
        Ok(path.to_owned())
    }

    fn remove_file(&self, _: &Path) -> Result<(), Error> {
        Err(io::Error::from(io::ErrorKind::ReadOnlyFilesystem).into())
    }

    fn rename_file(&self, _: &Path, _: &Path) -> Result<(), Error> {
        Err(io::Error::from(io::ErrorKind::ReadOnlyFilesystem).into())
    }

    fn create_output(&self, _: Arc<Path>, options: OutputOptions) -> Result<Output, Error> {
        let size = usize::try_from(options.size)
            .map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(Output {
            bytes: vec![0; size],
            library: self.library.clone(),
        })
    }

    fn write_auxiliary(&self, _: &Path, _: &[u8]) -> Result<(), Error> {
        Err(io::Error::from(io::ErrorKind::ReadOnlyFilesystem).into())
    }
}

#[derive(Debug)]
struct Input(Arc<Vec<u8>>);

impl InputFileData for Input {
    fn bytes(&self) -> &[u8] {
        &self.0
    }
}

struct Output {
    bytes: Vec<u8>,
    library: Arc<Mutex<Vec<u8>>>,
}

impl OutputFileData for Output {
    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    fn finish(mut self) -> Result<(), Error> {
        *self.library.lock().unwrap_or_else(PoisonError::into_inner) =
            std::mem::take(&mut self.bytes);
        Ok(())
    }
}
