//! Files that torch 2.15 wrote (`testdata/make.py`), files for torch to read, and files that nobody should believe.

use std::path::{Path, PathBuf};

use super::*;
use crate::prelude::*;

const VARIETY: &[u8] = include_bytes!("testdata/variety.pt");
const LEGACY: &[u8] = include_bytes!("testdata/variety_legacy.pt");
const PROTOCOL4: &[u8] = include_bytes!("testdata/variety_protocol4.pt");

/// Puts bytes into a file and reads it.
fn read_bytes(bytes: &[u8]) -> Result<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.pt");
    std::fs::write(&path, bytes).unwrap();
    try_load(&path).map_err(|error| {
        let prefix = format!("{}: ", path.display());
        Error::runtime(error.message().strip_prefix(&prefix).unwrap().to_owned())
    })
}

fn refusal(bytes: &[u8]) -> String {
    read_bytes(bytes).unwrap_err().to_string()
}

#[test]
fn everything_that_data_is_made_of_is_read() {
    for file in [VARIETY, LEGACY, PROTOCOL4] {
        let value = read_bytes(file).unwrap();
        let model = value["model"].state_dict().unwrap();
        let net = Sequential::new((Linear::new(2, 3), BatchNorm1d::new(3)));
        net.load_state_dict(&model).unwrap();
        assert_eq!(model.get("1.num_batches_tracked").unwrap().item::<i64>(), 1);
        let state = &value["optimizer"]["state"];
        let Value::Dict(state) = state else {
            panic!("{state}")
        };
        assert_eq!(state[0].0.as_i64(), Some(0));
        assert_eq!(state[0].1["exp_avg"].tensor().unwrap().shape(), [3, 2]);
        let shown = |name: &str| value[name].to_string();
        assert_eq!(shown("epoch"), "7");
        assert_eq!(shown("large"), "1099511627776");
        assert_eq!(shown("negative"), "-300");
        assert_eq!(shown("loss"), "0.25");
        assert_eq!(shown("name"), "'größe'");
        assert_eq!(shown("raw"), r"b'\x00\xff'");
        assert_eq!(shown("none"), "None");
        assert_eq!(shown("flags"), "[True, False]");
        assert_eq!(shown("size"), "(2, 3)");
        assert_eq!(shown("dtype"), "torch.bfloat16");
        assert_eq!(shown("device"), "device(type='cpu')");
        assert_eq!(shown("set"), "{1}");
        assert_eq!(shown("complex"), "(1+2j)");
        assert_eq!(shown("ordered"), "{'a': 1, 'b': (2,)}");
        assert_eq!(shown("scalar"), "tensor(5)");
        assert_eq!(shown("empty"), "tensor([], size=(0, 3))");
        assert_eq!(shown("parameter"), "tensor([1., 2.], requires_grad=True)");
        assert_eq!(shown("f64"), "tensor([0.1000], dtype=torch.float64)");
        assert_eq!(
            shown("f16"),
            "tensor([ 1.5000, -2.0000], dtype=torch.float16)"
        );
        assert_eq!(
            shown("bf16"),
            "tensor([ 1.5000, -2.0000], dtype=torch.bfloat16)"
        );
        assert_eq!(shown("i64"), "tensor([           -1, 1099511627776])");
        assert_eq!(
            shown("i32"),
            "tensor([        -1, 1073741824], dtype=torch.int32)"
        );
        assert_eq!(shown("i16"), "tensor([   -1, 16384], dtype=torch.int16)");
        assert_eq!(shown("u8"), "tensor([  0, 255], dtype=torch.uint8)");
        assert_eq!(shown("bool"), "tensor([ True, False])");
        assert_eq!(shown("i8"), "tensor([ -1, 127], dtype=torch.int8)");
    }
    let value = read_bytes(VARIETY).unwrap();
    assert_eq!(
        value["u16"].to_string(),
        "tensor([    1, 65535], dtype=torch.int32)"
    );
    assert_eq!(value["u32"].to_string(), "tensor([         1, 2147483648])");
}

#[test]
fn tensors_share_their_numbers_as_they_did() {
    for file in [VARIETY, LEGACY] {
        let value = read_bytes(file).unwrap();
        let tensor = |name: &str| value[name].tensor().unwrap();
        let (base, part) = (tensor("base"), tensor("part"));
        part.fill_(9);
        assert_eq!(base.to_vec1::<i64>()[3..7], [3, 9, 9, 6]);
        assert_eq!(tensor("transposed").i((1, 1)).item::<i64>(), 9);
        assert_eq!(tensor("expanded").stride(), [0, 0]);
        assert!(tensor("expanded").shares_storage(&base));
    }
}

/// What `check.py` expects.
fn for_python() -> Value {
    let whole = Tensor::arange(0, 6, 1);
    let views = [whole.clone(), whole.i(2..4), whole.view([2, 3]).t()];
    let one = [Value::Int(1)];
    let numbers = vec![
        Value::None,
        true.into(),
        false.into(),
        7.into(),
        (-300).into(),
        (1i64 << 40).into(),
        0.25.into(),
        Value::Complex(1., 2.),
        "größe".into(),
        Value::Bytes(vec![0, 255]),
        Value::Tuple(one.to_vec()),
        Value::Set(one.to_vec()),
        Value::Dict(vec![(2.into(), 3.into())]),
        DType::BF16.into(),
        Value::Device("cpu".to_owned()),
        Value::Device("cuda:1".to_owned()),
    ];
    let dtype = |dtype: DType| {
        Value::from(
            tensor!([1, 0])
                .to(dtype)
                .requires_grad_(dtype == DType::F32),
        )
    };
    let net = Sequential::new((Linear::new(2, 3), BatchNorm1d::new(3)));
    Value::dict([
        ("model", net.state_dict().into()),
        ("views", Value::List(views.map(Value::from).to_vec())),
        ("numbers", numbers.into()),
        ("dtypes", DType::ALL.map(dtype).to_vec().into()),
    ])
}

#[test]
fn what_is_saved_is_loaded_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.pt");
    let value = for_python();
    save(&value, &path);
    let back = load(&path);
    assert_eq!(back.to_string(), value.to_string());
    let views: Vec<Tensor> = back["views"]
        .items()
        .unwrap()
        .iter()
        .map(|view| view.tensor().unwrap())
        .collect();
    views[1].fill_(9);
    assert_eq!(views[0].to_vec1::<i64>(), [0, 1, 9, 9, 4, 5]);
    assert_eq!(views[2].stride(), [1, 3]);
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(names, ["new.pt"]);
}

#[test]
#[ignore = "needs a Python with PyTorch: PYTHON=/path/to/python"]
fn pytorch_loads_what_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.pt");
    save(for_python(), &path);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/serialization/testdata/check.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let status = std::process::Command::new(python)
        .arg(script)
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn what_is_not_data_is_refused_by_name() {
    let harmful = refusal(include_bytes!("testdata/harmful.pt"));
    assert!(
        harmful.contains("unsupported GLOBAL posix.system whose module posix is blocked"),
        "{harmful}"
    );
    let unknown = refusal(include_bytes!("testdata/unknown.pt"));
    let expected =
        "Unsupported global: GLOBAL __main__.Unknown was not an allowed global by default.";
    assert!(unknown.contains(expected), "{unknown}");
    let script = refusal(include_bytes!("testdata/script.pt"));
    assert!(
        script.starts_with("Cannot load TorchScript archives"),
        "{script}"
    );
}

#[test]
fn what_is_no_such_file_is_said_in_words() {
    assert_eq!(refusal(b""), "the file is empty");
    assert_eq!(
        refusal(b"weights"),
        "this is no file that `torch.save` wrote"
    );
    assert_eq!(
        refusal(b"\x80\x02K\x01."),
        "it is a pickle, but none that `torch.save` wrote"
    );
    let missing = try_load("no/such/file.pt").unwrap_err().to_string();
    assert!(
        missing.starts_with("no/such/file.pt: No such file"),
        "{missing}"
    );
    let text = message(|| drop(load("no/such/file.pt")));
    assert_eq!(text, missing);
}

fn message(body: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_err();
    payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default()
}

#[test]
fn values_say_what_they_are_instead() {
    let value = Value::dict([
        ("model", Value::dict([("w", Tensor::ones([1]).into())])),
        ("epoch", 3.into()),
    ]);
    let error = value.state_dict().unwrap_err().to_string();
    assert_eq!(
        error,
        "this is no state dict: under 'model' it holds a dict, no tensor; its keys are 'model', 'epoch'"
    );
    assert_eq!(
        message(|| drop(value["optimizer"].clone())),
        "KeyError: 'optimizer'; the keys are 'model', 'epoch'"
    );
    assert_eq!(
        value["epoch"].tensor().unwrap_err().to_string(),
        "expected a Tensor, but the value is a int"
    );
}

/// A pickle whose operations follow the magic words of the old format.
fn legacy(operations: &[u8]) -> Vec<u8> {
    let head = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.";
    [head, &b"\x80\x02"[..], operations, b".\x80\x02]."].concat()
}

#[test]
fn false_lengths_cost_nothing() {
    // A string, bytes and a list that claim to be larger than all memory.
    for operations in [
        &b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7fx"[..],
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7fx",
        b"X\xff\xff\xff\xffx",
    ] {
        assert!(refusal(&legacy(operations)).contains("ends too early"));
    }
    assert_eq!(read_bytes(&legacy(b"K\x07")).unwrap().as_i64(), Some(7));
}

#[test]
fn a_tensor_cannot_look_beyond_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pt");
    save(Tensor::ones([4]), &path);
    let good = std::fs::read(&path).unwrap();
    // The size, written as BININT 4 after the offset BININT 0 and a mark.
    let at = good
        .windows(11)
        .position(|bytes| bytes == b"J\0\0\0\0(J\x04\0\0\0")
        .unwrap()
        + 7;
    for size in [5i32, i32::MAX, -1] {
        let mut bad = good.clone();
        bad[at..at + 4].copy_from_slice(&size.to_le_bytes());
        // The sum of the entry would tell too, so it has to be made right.
        fix_sum(&mut bad);
        let text = refusal(&bad);
        assert!(
            text.contains("beyond its numbers") || text.contains("other things than"),
            "{text}"
        );
    }
}

/// Gives the first entry of an archive the sum that its bytes have now, in its head and in the directory.
fn fix_sum(archive: &mut [u8]) {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let half = |bytes: &[u8], at: usize| {
        usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()))
    };
    let start = 30 + half(archive, 26) + half(archive, 28);
    let sum = crc32(&archive[start..start + word(archive, 18) as usize]).to_le_bytes();
    archive[14..18].copy_from_slice(&sum);
    let directory = archive
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    archive[directory + 16..directory + 20].copy_from_slice(&sum);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn objects_that_hold_themselves_are_an_error() {
    // A list that is put into itself.
    assert!(refusal(&legacy(b"]q\0h\0a")).contains("hold each other"));
    // Lists of which each holds the one before it twice: two to the power of 60 parts.
    let mut doubling = b"]q\0".to_vec();
    for at in 0..60u8 {
        doubling.extend([b']', b'h', at, b'a', b'h', at, b'a', b'q', at + 1]);
    }
    assert!(refusal(&legacy(&doubling)).contains("hold each other"));
}

#[test]
fn a_damaged_file_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("damaged.pt");
    for file in [LEGACY, VARIETY] {
        let step = file.len() / 97;
        for end in (0..file.len()).step_by(step) {
            std::fs::write(&path, &file[..end]).unwrap();
            assert!(
                try_load(&path).is_err(),
                "the first {end} bytes were taken for a whole file"
            );
        }
        for at in (0..file.len()).step_by(3) {
            let mut bytes = file.to_vec();
            bytes[at] ^= 0x55;
            std::fs::write(&path, &bytes).unwrap();
            // It may be a number that changed; what matters is that it ends, without a panic.
            let _ = try_load(&path);
        }
    }
}

#[test]
fn safetensors_come_back_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.safetensors");
    let tensors: crate::nn::StateDict = DType::ALL
        .iter()
        .filter(|&&dtype| dtype != DType::C128)
        .map(|&dtype| {
            (
                dtype.name().to_owned(),
                tensor!([[1, 0], [0, 0]]).to(dtype).t(),
            )
        })
        .collect();
    save_file(&tensors, &path);
    let back = load_file(&path);
    for (name, tensor) in tensors.iter() {
        assert_eq!(back.get(name).unwrap().to_string(), tensor.to_string());
    }
    let bytes = std::fs::read(&path).unwrap();
    for damaged in [&bytes[..bytes.len() - 1], &bytes[..20], b"", &[0xff; 16]] {
        std::fs::write(&path, damaged).unwrap();
        let error = try_load_file(&path).unwrap_err().to_string();
        assert!(
            error.contains("x.safetensors: the file is damaged"),
            "{error}"
        );
    }
}

/// What `fuzz/targets/pth.rs` makes of an input that begins with `P`: an archive of the pickle and its numbers.
fn archive(input: &[u8]) -> Vec<u8> {
    use ::zip::write::{SimpleFileOptions, ZipWriter};
    use std::io::Write;
    const SEPARATOR: &[u8] = b"\0data\0";
    let cut = input
        .windows(SEPARATOR.len())
        .position(|window| window == SEPARATOR);
    let (pickle, numbers) = match cut {
        Some(at) => (&input[..at], &input[at + SEPARATOR.len()..]),
        None => (input, &[][..]),
    };
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    for (name, bytes) in [
        ("a/data.pkl", pickle),
        ("a/byteorder", b"little"),
        ("a/data/0", numbers),
        ("a/data/1", numbers),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn the_seeds_of_the_fuzz_targets_are_read_or_refused() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    let of = |target: &str| {
        let files = std::fs::read_dir(seeds.join(target)).unwrap();
        files.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    };
    for seed in of("pth") {
        let bytes = std::fs::read(&seed).unwrap();
        let read = match bytes.strip_prefix(b"P") {
            Some(rest) if !bytes.starts_with(b"PK") => read_bytes(&archive(rest)),
            _ => read_bytes(&bytes),
        };
        match read {
            Ok(value) => assert!(!value.to_string().is_empty()),
            Err(error) => assert!(!error.to_string().is_empty(), "{}", seed.display()),
        }
    }
    for seed in of("safetensors") {
        if let Ok(tensors) = try_load_file(&seed) {
            assert!(
                tensors
                    .iter()
                    .all(|(_, tensor)| !tensor.to_string().is_empty())
            );
        }
    }
}
