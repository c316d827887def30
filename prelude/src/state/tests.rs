// As the kernel's cells call it.
#![expect(clippy::needless_borrow)]

use std::collections::{BTreeMap, HashMap};

use ::serde::{Deserialize, Serialize};

use super::*;
use super::{load, save};
use crate::optim::lr_scheduler::{LRScheduler as _, ReduceLROnPlateau, StepLR};
use crate::prelude::*;

fn file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state").to_str().unwrap().to_owned();
    (folder, path)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Circle(f64),
    Box {
        width: u128,
        name: Option<Option<char>>,
    },
}

#[test]
fn what_serde_can_write_comes_back() {
    let (_folder, path) = file();
    let shapes = vec![
        Shape::Dot,
        Shape::Circle(f64::INFINITY),
        Shape::Box {
            width: u128::MAX,
            name: Some(Some('ä')),
        },
    ];
    let table: BTreeMap<(i32, String), Vec<u8>> = [((-1, "x".to_owned()), vec![1, 2])].into();
    save(&path, &mut |writer| {
        (&&&&&Save(&shapes)).save(writer, "shapes")?;
        (&&&&&Save(&table)).save(writer, "table")?;
        (&&&&&Save(&"text")).save(writer, "text")?;
        (&&&&&Save(&HashMap::from([("a", 1)]))).save(writer, "words")?;
        (&&&&&Save(&())).save(writer, "unit")
    })
    .unwrap();
    load(&path, |reader| {
        assert_eq!(
            (&&Load::<Vec<Shape>>::new()).load(reader, "shapes")?,
            shapes
        );
        let read = (&&Load::<BTreeMap<(i32, String), Vec<u8>>>::new()).load(reader, "table")?;
        assert_eq!(read, table);
        assert_eq!(
            (&&LoadForever::<&'static str>::new()).load(reader, "text")?,
            "text"
        );
        let words = (&&LoadForever::<HashMap<&'static str, i32>>::new()).load(reader, "words")?;
        assert_eq!(words["a"], 1);
        (&&Load::<()>::new()).load(reader, "unit")
    })
    .unwrap();
}

#[test]
fn tensors_keep_what_they_share() {
    let (_folder, path) = file();
    let base = Tensor::arange(0, 6, 1).to(DType::F32);
    let view = base.view([2, 3]).t();
    let weight = tensor!([1., 2.]).requires_grad_(true);
    (&weight * &weight).sum().backward();
    let handles = HashMap::from([("a", weight.clone()), ("b", weight.clone())]);
    let all = (base, view, weight, handles);
    save(&path, &mut |writer| writer.value("all", &all)).unwrap();
    let (base, view, weight, handles) = load(&path, |reader| {
        reader.value::<(Tensor, Tensor, Tensor, HashMap<String, Tensor>)>("all")
    })
    .unwrap();
    assert_eq!(view.to_vec2::<f32>(), [[0., 3.], [1., 4.], [2., 5.]]);
    base.add_(10);
    assert_eq!(view.to_vec2::<f32>(), [[10., 13.], [11., 14.], [12., 15.]]);
    assert!(weight.requires_grad());
    assert_eq!(weight.grad().unwrap().to_vec1::<f32>(), [2., 4.]);
    assert!(handles["a"].same_as(&weight) && handles["b"].same_as(&weight));
}

#[test]
fn weights_go_into_a_module_that_is_there() {
    let (_folder, path) = file();
    let net = Linear::new(2, 3);
    save(&path, &mut |writer| (&&&&&Save(&net)).save(writer, "net")).unwrap();
    let other = Linear::new(2, 3);
    load(&path, |reader| (&&&&Fill(&other)).load(reader, "net")).unwrap();
    assert_eq!(other.weight.to_string(), net.weight.to_string());
    let wrong = load(&path, |reader| {
        (&&&&Fill(&Linear::new(3, 3))).load(reader, "net")
    });
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("size mismatch for weight")
    );
    let wrong = load(&path, |reader| (&&&&Fill(&7)).load(reader, "net"));
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("`net` is a i32 here, and the file holds the state of a module")
    );
}

/// A step of a training whose parameter is `w`; the gradient is 1.
fn step(w: &Tensor, optimizer: &dyn Optimizer) {
    optimizer.zero_grad();
    w.sum().backward();
    optimizer.step();
}

#[test]
fn an_optimizer_and_its_schedules_go_on_where_they_stood() {
    let (_folder, path) = file();
    let start = || {
        let w = tensor!([1., 2.]).requires_grad_(true);
        let optimizer = SGD::new([w.clone()], 0.1).momentum(0.9);
        let schedule = StepLR::new(&optimizer, 2).gamma(0.5);
        let plateau = ReduceLROnPlateau::new(&optimizer).patience(3);
        (w, optimizer, schedule, plateau)
    };
    let (w, optimizer, schedule, plateau) = start();
    for metric in [1., 2., 3.] {
        step(&w, &optimizer);
        schedule.step();
        plateau.step(metric);
    }
    save(&path, &mut |writer| {
        (&&&&&Save(&w)).save(writer, "w")?;
        (&&&&&Save(&optimizer)).save(writer, "optimizer")?;
        (&&&&&Save(&schedule)).save(writer, "schedule")?;
        (&&&&&Save(&plateau)).save(writer, "plateau")
    })
    .unwrap();

    let (other, others_optimizer, others_schedule, others_plateau) = start();
    load(&path, |reader| {
        let w: Tensor = (&&Load::<Tensor>::new()).load(reader, "w")?;
        no_grad(|| other.copy_(&w));
        (&&&&Fill(&others_optimizer)).load(reader, "optimizer")?;
        (&&&&Fill(&others_schedule)).load(reader, "schedule")?;
        (&&&&Fill(&others_plateau)).load(reader, "plateau")
    })
    .unwrap();
    assert_eq!(others_optimizer.lr(), 0.05);
    assert_eq!(
        others_plateau.state_dict().to_string(),
        plateau.state_dict().to_string()
    );
    for _ in 0..2 {
        step(&w, &optimizer);
        step(&other, &others_optimizer);
        schedule.step();
        others_schedule.step();
    }
    assert_eq!(others_optimizer.lr(), optimizer.lr());
    assert_eq!(other.to_vec1::<f32>(), w.to_vec1::<f32>());

    let another = Adam::new([tensor!([1.]), tensor!([2.])], 0.1);
    let wrong = load(&path, |reader| {
        (&&&&Fill(&another)).load(reader, "optimizer")
    });
    assert!(wrong.unwrap_err().to_string().contains("`optimizer`"));
}

#[test]
fn what_cannot_be_saved_is_named_and_the_rest_is_saved() {
    let (_folder, path) = file();
    let locked = std::sync::Mutex::new(1);
    let broken = HashMap::from([(1, f64::NAN)]);
    struct Opaque;
    save(&path, &mut |writer| {
        (&&&&&Save(&Opaque)).save(writer, "opaque")?;
        (&&&&&Save(&locked)).save(writer, "locked")?;
        (&&&&&Save(&broken)).save(writer, "broken")
    })
    .unwrap();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let list: Vec<Entry> = serde_json::from_reader(archive.by_name(LIST).unwrap()).unwrap();
    let missing = Form::Missing(String::new());
    assert_eq!(list[0].form, missing);
    assert_eq!(
        (list[1].form.clone(), list[2].form.clone()),
        (Form::Value, Form::Value)
    );
}

#[test]
fn damaged_files_are_refused() {
    let (_folder, path) = file();
    let read = |path: &str| {
        load(path, |reader| reader.value::<Tensor>("x"))
            .unwrap_err()
            .to_string()
    };
    assert!(read(&path).contains("could not be read"));
    save(&path, &mut |writer| {
        writer.value("x", &tensor!([1., 2., 3.]))
    })
    .unwrap();
    assert!(
        load(&path, |reader| reader.value::<i32>("x"))
            .unwrap_err()
            .to_string()
            .contains("`x` does not fit")
    );
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x41;
        std::fs::write(&path, &damaged).unwrap();
        // An error or the right value, never a crash.
        if let Ok(x) = load(&path, |reader| reader.value::<Tensor>("x")) {
            assert_eq!(x.numel(), 3);
        }
        std::fs::write(&path, &whole[..at]).unwrap();
        assert!(load(&path, |reader| reader.value::<Tensor>("x")).is_err());
    }
}
