//! NumPy's files: `.npy` with one array and `.npz` with several.
//!
//! ```
//! use wick::prelude::*;
//! use wick::serialization::npy;
//!
//! let path = std::env::temp_dir().join(format!("wick-x-{}.npy", std::process::id()));
//! npy::save(&path, &tensor!([[1., 2.], [3., 4.]]));
//! assert_eq!(npy::load(&path).to_vec2::<f32>(), [[1., 2.], [3., 4.]]);
//! std::fs::remove_file(&path).unwrap();
//!
//! let path = std::env::temp_dir().join(format!("wick-both-{}.npz", std::process::id()));
//! npy::savez(&path, [("x", &Tensor::ones([2])), ("n", &tensor!(7))]);
//! assert_eq!(npy::load_npz(&path)[1].0, "n");
//! std::fs::remove_file(&path).unwrap();
//! ```
//!
//! Arrays of `uint16` become `i32` and of `uint32` `i64`, the next larger dtypes that there are. Numbers in the other
//! byte order and arrays in Fortran's order are turned round. Arrays of Python objects are refused: they are programs.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use flate2::read::DeflateDecoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{damaged, io, persist};
use crate::error::{Error, OrPanic, Result};
use crate::{DType, Tensor};

/// What every file begins with.
const MAGIC: &[u8] = b"\x93NUMPY";
/// Where the numbers begin is a multiple of this.
const ALIGNMENT: usize = 64;
/// A header is a line about one array.
const LONGEST: usize = 1 << 16;

/// Reads the array in a `.npy` file: `torch.from_numpy(np.load(path))`. Its shape and dtype are the array's.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::npy;
/// let path = std::env::temp_dir().join(format!("wick-load-{}.npy", std::process::id()));
/// npy::save(&path, &tensor!([[1, 2], [3, 4]]));
/// assert_eq!(npy::load(&path).to_string(), "tensor([[1, 2],\n        [3, 4]])");
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be read, is damaged, or holds something else than numbers.
#[track_caller]
pub fn load(path: impl AsRef<Path>) -> Tensor {
    try_load(path).or_panic()
}

/// [`load`] that returns what is wrong as an error.
///
/// # Errors
/// Where that panics.
pub fn try_load(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let read = || {
        let mut bytes = Vec::new();
        let mut file = File::open(path).map_err(io)?;
        file.read_to_end(&mut bytes).map_err(io)?;
        if bytes.starts_with(b"PK") {
            return Err(Error::value("this is a .npz file: load_npz reads it"));
        }
        array(&bytes)
    };
    read().map_err(|error| within(path, &error))
}

/// Writes a tensor to a `.npy` file: `np.save(path, x.numpy())`.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::npy;
/// let path = std::env::temp_dir().join(format!("wick-save-{}.npy", std::process::id()));
/// npy::save(&path, &tensor!([0.5, 1.5]));
/// let bytes = std::fs::read(&path).unwrap();
/// assert!(String::from_utf8_lossy(&bytes).contains("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"));
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be written, or the tensor is `bf16`, which NumPy does not have.
#[track_caller]
pub fn save(path: impl AsRef<Path>, x: &Tensor) {
    try_save(path, x).or_panic();
}

/// [`save`] that returns what is wrong as an error.
///
/// # Errors
/// Where that panics.
pub fn try_save(path: impl AsRef<Path>, x: &Tensor) -> Result<()> {
    let bytes = encoded(x)?;
    persist(path.as_ref(), &mut |file| {
        file.write_all(&bytes).map_err(io)
    })
}

/// Reads the arrays in a `.npz` file with their names, in the file's order: `np.load(path)`.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::npy;
/// let path = std::env::temp_dir().join(format!("wick-load-{}.npz", std::process::id()));
/// npy::savez(&path, [("x", &tensor!([1., 2.])), ("y", &tensor!([0, 1]))]);
/// let lines: Vec<String> = npy::load_npz(&path).iter().map(|(name, x)| format!("{name} = {x}")).collect();
/// assert_eq!(lines, ["x = tensor([1., 2.])", "y = tensor([0, 1])"]);
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be read, is damaged, or holds something else than numbers.
#[track_caller]
pub fn load_npz(path: impl AsRef<Path>) -> Vec<(String, Tensor)> {
    try_load_npz(path).or_panic()
}

/// [`load_npz`] that returns what is wrong as an error.
///
/// # Errors
/// Where that panics.
pub fn try_load_npz(path: impl AsRef<Path>) -> Result<Vec<(String, Tensor)>> {
    let path = path.as_ref();
    let read = || {
        let mut archive =
            ZipArchive::new(BufReader::new(File::open(path).map_err(io)?)).map_err(damaged)?;
        let mut arrays = Vec::with_capacity(archive.len().min(1024));
        for index in 0..archive.len() {
            let (name, bytes) = entry(&mut archive, index)?;
            let tensor =
                array(&bytes).map_err(|error| Error::runtime(format!("{name}: {error}")))?;
            let name = name.strip_suffix(".npy").unwrap_or(&name).to_owned();
            arrays.push((name, tensor));
        }
        Ok(arrays)
    };
    read().map_err(|error| within(path, &error))
}

/// Writes tensors under names to a `.npz` file: `np.savez(path, x=x.numpy(), …)`.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::npy;
/// let path = std::env::temp_dir().join(format!("wick-savez-{}.npz", std::process::id()));
/// npy::savez(&path, [("images", &Tensor::zeros([2, 28, 28])), ("labels", &tensor!([7, 2]))]);
/// let arrays = npy::load_npz(&path);
/// assert_eq!((arrays[1].0.as_str(), arrays[1].1.to_vec1::<i64>()), ("labels", vec![7, 2]));
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be written, or one of the tensors is `bf16`, which NumPy does not have.
#[track_caller]
pub fn savez<'a>(path: impl AsRef<Path>, tensors: impl IntoIterator<Item = (&'a str, &'a Tensor)>) {
    try_savez(path, tensors).or_panic();
}

/// [`savez`] that returns what is wrong as an error.
///
/// # Errors
/// Where that panics.
pub fn try_savez<'a>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (&'a str, &'a Tensor)>,
) -> Result<()> {
    let encode = |(name, tensor): (&'a str, &Tensor)| Ok((name, encoded(tensor)?));
    let entries = tensors
        .into_iter()
        .map(encode)
        .collect::<Result<Vec<_>>>()?;
    let failed = |error: zip::result::ZipError| Error::runtime(error.to_string());
    persist(path.as_ref(), &mut |file| {
        let mut archive = ZipWriter::new(file);
        for (name, bytes) in &entries {
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Stored)
                .large_file(bytes.len() >= u32::MAX as usize);
            archive
                .start_file(format!("{name}.npy"), options)
                .map_err(failed)?;
            archive.write_all(bytes).map_err(io)?;
        }
        archive.finish().map(drop).map_err(failed)
    })
}

fn within(path: &Path, error: &Error) -> Error {
    Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Name and bytes of an entry; `np.savez_compressed` packs them.
fn entry(archive: &mut ZipArchive<BufReader<File>>, index: usize) -> Result<(String, Vec<u8>)> {
    let entry = archive.by_index_raw(index).map_err(damaged)?;
    let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    let (size, sum, packing) = (entry.size(), entry.crc32(), entry.compression());
    // The file may say what it likes about the size: memory is taken as bytes come.
    let mut bytes = Vec::new();
    match packing {
        CompressionMethod::Stored => entry.take(size).read_to_end(&mut bytes),
        _ => DeflateDecoder::new(entry)
            .take(size)
            .read_to_end(&mut bytes),
    }
    .map_err(|error| damaged(format!("{name}: {error}")))?;
    let mut crc = flate2::Crc::new();
    crc.update(&bytes);
    if bytes.len() as u64 != size || crc.sum() != sum {
        return Err(damaged(format!("{name} is cut off or changed")));
    }
    Ok((name, bytes))
}

/// What the header says about an array.
#[derive(Debug, PartialEq)]
struct Header {
    /// NumPy's name of the type, such as `<f4`.
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

fn array(bytes: &[u8]) -> Result<Tensor> {
    let not = || Error::value("this is no file that NumPy wrote");
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(not)?;
    let cut = || damaged("the header ends too early");
    let (len, start) = match rest.first().ok_or_else(cut)? {
        1 => {
            let len = rest.get(2..4).ok_or_else(cut)?;
            (usize::from(u16::from_le_bytes([len[0], len[1]])), 4)
        }
        2 | 3 => {
            let len = rest.get(2..6).ok_or_else(cut)?;
            (
                u32::from_le_bytes([len[0], len[1], len[2], len[3]]) as usize,
                6,
            )
        }
        version => return Err(damaged(format!("it has the unknown version {version}"))),
    };
    if len > LONGEST {
        return Err(damaged("the header is too long"));
    }
    let header = rest.get(start..start + len).ok_or_else(cut)?;
    let header = std::str::from_utf8(header).map_err(damaged)?;
    let header =
        Header::parse(header).ok_or_else(|| damaged(format!("the header is {header:?}")))?;
    header.tensor(&rest[start + len..])
}

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let (_, after) = text.split_once(&format!("'{key}':"))?;
            Some(after.trim_start())
        };
        let descr = value("descr")?;
        let descr = match descr.strip_prefix('\'') {
            Some(name) => name.split_once('\'')?.0.to_owned(),
            // Records have a list of names and types.
            None => descr
                .split_once("'fortran_order'")
                .map_or(descr, |(list, _)| list)
                .to_owned(),
        };
        let fortran = value("fortran_order")?.starts_with("True");
        let (sizes, _) = value("shape")?.strip_prefix('(')?.split_once(')')?;
        let sizes = sizes
            .split(',')
            .map(str::trim)
            .filter(|size| !size.is_empty());
        let shape = sizes.map(|size| size.trim_end_matches('L').parse().ok());
        Some(Self {
            descr,
            fortran,
            shape: shape.collect::<Option<_>>()?,
        })
    }

    fn tensor(&self, bytes: &[u8]) -> Result<Tensor> {
        let (order, kind) = match self.descr.as_bytes() {
            [b'<' | b'>' | b'|' | b'=', ..] => self.descr.split_at(1),
            _ => ("=", &self.descr[..]),
        };
        let swapped = order
            == if cfg!(target_endian = "little") {
                ">"
            } else {
                "<"
            };
        let count = self
            .shape
            .iter()
            .try_fold(1usize, |count, &size| count.checked_mul(size));
        let whole = |size: usize| match count.and_then(|count| count.checked_mul(size)) {
            Some(len) if len == bytes.len() => Ok(()),
            _ => Err(damaged(format!(
                "it has {} bytes of numbers, which are not {:?} of {kind}",
                bytes.len(),
                self.shape
            ))),
        };
        // The numbers of one type, in the order of the bytes of this machine.
        macro_rules! numbers {
            ($number:ty) => {{
                const SIZE: usize = size_of::<$number>();
                whole(SIZE)?;
                let (chunks, _) = bytes.as_chunks::<SIZE>();
                chunks.iter().map(|chunk| match swapped {
                    true => <$number>::from_be_bytes(*chunk),
                    false => <$number>::from_le_bytes(*chunk),
                })
            }};
        }
        let flat = match kind {
            "f4" => self.shaped(numbers!(f32).collect()),
            "f8" => self.shaped(numbers!(f64).collect()),
            "f2" => self.shaped(numbers!(half::f16).collect()),
            "i8" => self.shaped(numbers!(i64).collect()),
            "i4" => self.shaped(numbers!(i32).collect()),
            "i2" => self.shaped(numbers!(i16).collect()),
            "i1" => self.shaped(numbers!(i8).collect()),
            // Complex numbers are pairs of floats.
            "c8" | "c16" => {
                whole(if kind == "c8" { 8 } else { 16 })?;
                let mut pairs = Self {
                    descr: format!("{order}f{}", if kind == "c8" { 4 } else { 8 }),
                    fortran: false,
                    shape: self.shape.clone(),
                };
                pairs.shape.push(2);
                pairs.tensor(bytes)?.try_view_as_complex()
            }
            "u1" => self.shaped(numbers!(u8).collect()),
            "b1" => self.shaped(numbers!(u8).map(|byte| byte != 0).collect()),
            "u2" => self.shaped(numbers!(u16).map(i32::from).collect()),
            "u4" => self.shaped(numbers!(u32).map(i64::from).collect()),
            "O" => Err(Error::value(
                "Object arrays cannot be loaded when allow_pickle=False: they are programs",
            )),
            _ => Err(Error::dtype(format!(
                "can't convert an array of the type {} to a tensor; the supported types are float64, float32, float16, \
                 complex64, complex128, int64, int32, int16, int8, uint32, uint16, uint8, and bool",
                self.descr
            ))),
        }?;
        if !self.fortran || self.shape.len() < 2 {
            return Ok(flat);
        }
        let axes: Vec<i64> = (0..self.shape.len() as i64).rev().collect();
        flat.try_permute(axes)
    }

    /// In Fortran's order the first size is the innermost one.
    fn shaped<T: crate::tensor::TensorElement>(&self, numbers: Vec<T>) -> Result<Tensor> {
        let mut shape = self.shape.clone();
        if self.fortran {
            shape.reverse();
        }
        Tensor::try_from_vec(numbers, shape)
    }
}

/// A whole `.npy` file.
fn encoded(x: &Tensor) -> Result<Vec<u8>> {
    let x = x.detach();
    macro_rules! bytes {
        ($number:ty) => {
            bytes!(x, $number)
        };
        ($x:expr, $number:ty) => {
            $x.try_to_vec::<$number>()?
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect()
        };
    }
    let (descr, numbers): (&str, Vec<u8>) = match x.dtype() {
        DType::F32 => ("<f4", bytes!(f32)),
        DType::F64 => ("<f8", bytes!(f64)),
        DType::F16 => ("<f2", bytes!(half::f16)),
        DType::I64 => ("<i8", bytes!(i64)),
        DType::I32 => ("<i4", bytes!(i32)),
        DType::I16 => ("<i2", bytes!(i16)),
        DType::I8 => ("|i1", bytes!(i8)),
        DType::U8 => ("|u1", x.try_to_vec::<u8>()?),
        DType::Bool => (
            "|b1",
            x.try_to_vec::<bool>()?
                .iter()
                .map(|&value| value.into())
                .collect(),
        ),
        DType::C64 => ("<c8", {
            let x = x.try_view_as_real()?;
            bytes!(x, f32)
        }),
        DType::C128 => ("<c16", {
            let x = x.try_view_as_real()?;
            bytes!(x, f64)
        }),
        DType::BF16 => {
            return Err(Error::dtype(
                "Got unsupported ScalarType BFloat16: NumPy does not have it; convert the tensor first: x.to(DType::F32)",
            ));
        }
    };
    let sizes = match &x.dims()[..] {
        [size] => format!("({size},)"),
        sizes => format!(
            "({})",
            sizes
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {sizes}, }}");
    let begin = MAGIC.len() + 4;
    let padding = ALIGNMENT - (begin + header.len() + 1) % ALIGNMENT;
    header.push_str(&" ".repeat(padding % ALIGNMENT));
    header.push('\n');
    let mut file = [
        MAGIC,
        &[1, 0],
        &(header.len() as u16).to_le_bytes(),
        header.as_bytes(),
    ]
    .concat();
    file.extend(numbers);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    /// What `testdata/make_npy.py` wrote with NumPy 2.
    const ARRAYS: &[u8] = include_bytes!("testdata/arrays.npz");
    const PACKED: &[u8] = include_bytes!("testdata/packed.npz");

    fn file(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn numpys_arrays_are_read() {
        for bytes in [ARRAYS, PACKED] {
            let (_folder, path) = file(bytes);
            let arrays = load_npz(path);
            let shown: Vec<String> = arrays
                .iter()
                .map(|(name, x)| format!("{name} {x}"))
                .collect();
            assert_eq!(
                shown,
                [
                    "f4 tensor([[0.0000, 0.5000, 1.0000],\n        [1.5000, 2.0000, 2.5000]])",
                    "f8 tensor([0.1000, 0.2000], dtype=torch.float64)",
                    "f2 tensor([1.5000, -2.0000], dtype=torch.float16)"
                        .replace("[1.5000", "[ 1.5000")
                        .as_str(),
                    "i8 tensor(-7)",
                    "i4 tensor([1, 2], dtype=torch.int32)",
                    "i2 tensor([-300], dtype=torch.int16)",
                    "i1 tensor([-3], dtype=torch.int8)",
                    "u1 tensor([200], dtype=torch.uint8)",
                    "u2 tensor([65535], dtype=torch.int32)",
                    "u4 tensor([4294967295])",
                    "b1 tensor([ True, False])",
                    "empty tensor([], size=(0, 3))",
                    "fortran tensor([[0, 1, 2],\n        [3, 4, 5]])",
                    "big tensor([1., 2.], dtype=torch.float64)",
                ]
            );
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let x = Tensor::arange(0, 6, 1).view([2, 3]);
        for dtype in [
            DType::F32,
            DType::F64,
            DType::F16,
            DType::I64,
            DType::I32,
            DType::I16,
            DType::I8,
            DType::U8,
            DType::Bool,
        ] {
            let x = x.to(dtype).t();
            save(&path, &x);
            assert_eq!(load(&path).to_string(), x.to_string());
        }
        let bytes = std::fs::read(&path).unwrap();
        let numbers = bytes.len() - 6;
        assert_eq!(numbers % 64, 0);
        assert_eq!(&bytes[numbers - 1..numbers], b"\n");
        save(&path, &tensor!(2.5).requires_grad_(true));
        assert_eq!(load(&path).to_string(), "tensor(2.5000)");
        let error = try_save(&path, &x.to(DType::BF16)).unwrap_err();
        assert!(error.message().contains("BFloat16"), "{error}");
    }

    #[test]
    #[ignore = "needs a Python with NumPy: PYTHON=/path/to/python"]
    fn numpy_loads_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.npz");
        let x = Tensor::arange(0, 6, 1).view([2, 3]);
        let names: Vec<String> = (0..NAMES.len()).map(|i| format!("a{i}")).collect();
        let tensors: Vec<Tensor> = NAMES
            .iter()
            .map(|name| x.to(DType::from_name(name).unwrap()).t())
            .collect();
        let arrays = names.iter().map(String::as_str).zip(&tensors);
        savez(&path, arrays);
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/serialization/testdata/make_npy.py");
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let run = std::process::Command::new(python)
            .arg(script)
            .arg(&path)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let expected: String = NAMES
            .iter()
            .zip(&names)
            .map(|(dtype, name)| {
                let numbers = match *dtype {
                    "bool" => "[[False, True], [True, True], [True, True]]",
                    dtype if dtype.starts_with("float") => "[[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]",
                    dtype if dtype.starts_with("complex") => {
                        "[[0j, (3+0j)], [(1+0j), (4+0j)], [(2+0j), (5+0j)]]"
                    }
                    _ => "[[0, 3], [1, 4], [2, 5]]",
                };
                format!("{name} {dtype} (3, 2) {numbers}\n")
            })
            .collect();
        assert_eq!(String::from_utf8_lossy(&run.stdout), expected);
    }

    /// The dtypes that NumPy has too.
    const NAMES: [&str; 11] = [
        "float32",
        "float64",
        "float16",
        "int64",
        "int32",
        "int16",
        "int8",
        "uint8",
        "bool",
        "complex64",
        "complex128",
    ];

    #[test]
    fn what_is_no_array_is_refused() {
        let message = |bytes: &[u8]| {
            let (_folder, path) = file(bytes);
            let error = try_load(&path).unwrap_err().to_string();
            error.split_once(": ").unwrap().1.to_owned()
        };
        assert_eq!(message(b"hello"), "this is no file that NumPy wrote");
        assert!(message(ARRAYS).contains("load_npz"));
        let with = |header: &str, rest: &[u8]| {
            let head = [
                MAGIC,
                &[1, 0],
                &(header.len() as u16).to_le_bytes(),
                header.as_bytes(),
            ]
            .concat();
            [&head, rest].concat()
        };
        let object = with(
            "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
            b"x",
        );
        assert!(message(&object).contains("programs"));
        let record = with(
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
            b"1234",
        );
        assert!(
            message(&record).contains("[('a', '<f4')]"),
            "{}",
            message(&record)
        );
        let short = with(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
            b"1234",
        );
        assert!(message(&short).contains("4 bytes of numbers"));
        let huge = with(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }",
            b"",
        );
        assert!(message(&huge).contains("0 bytes of numbers"));
        assert!(message(&MAGIC[..6]).contains("ends too early"));
        assert!(message(&ARRAYS[..0]).contains("no file"));
    }

    #[test]
    fn a_changed_archive_is_noticed() {
        let mut bytes = ARRAYS.to_vec();
        let at = bytes.windows(6).position(|window| window == MAGIC).unwrap();
        bytes[at + 130] ^= 1;
        let (_folder, path) = file(&bytes);
        let error = try_load_npz(path).unwrap_err().to_string();
        assert!(error.contains("cut off or changed"), "{error}");
    }
}
