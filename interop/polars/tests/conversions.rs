//! What polars gives to tensors and takes from them.

use polars_core::prelude::*;
use wick::prelude::{DType, Tensor, tensor};
use wick_polars::{ToPolars, ToTensor};

fn series<T, P: ?Sized>(values: T) -> Series
where
    Series: NamedFrom<T, P>,
{
    Series::new("x".into(), values)
}

#[test]
fn every_type_of_number_comes_and_goes() {
    let numbers = series([0i64, 1, 100]);
    let kept = [
        (DataType::Int8, DType::I8),
        (DataType::Int16, DType::I16),
        (DataType::Int32, DType::I32),
        (DataType::Int64, DType::I64),
        (DataType::UInt8, DType::U8),
        (DataType::Float16, DType::F16),
        (DataType::Float32, DType::F32),
        (DataType::Float64, DType::F64),
    ];
    for (polars, dtype) in kept {
        let column = numbers.cast(&polars).unwrap();
        let x = column.tensor().unwrap();
        assert_eq!(
            (x.dtype(), x.to_vec1::<i64>()),
            (dtype, vec![0, 1, 100]),
            "{polars}"
        );
        assert!(x.series("x").unwrap().equals(&column), "{polars}");
    }
    let wider = [
        (DataType::UInt16, DType::I32),
        (DataType::UInt32, DType::I64),
        (DataType::UInt64, DType::I64),
    ];
    for (polars, dtype) in wider {
        let x = numbers.cast(&polars).unwrap().tensor().unwrap();
        assert_eq!((x.dtype(), x.to_vec1::<i64>()), (dtype, vec![0, 1, 100]));
    }
    let flags = series([true, false]);
    let x = flags.tensor().unwrap();
    assert_eq!(
        (x.dtype(), x.to_vec1::<bool>()),
        (DType::Bool, vec![true, false])
    );
    assert!(x.series("x").unwrap().equals(&flags));
    let short = tensor!([1.5, -2.]).to(DType::BF16).series("x").unwrap();
    assert!(short.equals(&series([1.5f32, -2.])));
    assert_eq!(series([0f32; 0]).tensor().unwrap().dims(), [0]);
}

#[test]
fn chunks_and_slices_are_read_in_order() {
    let mut column = series([1i32, 2]);
    column.append(&series([3i32, 4, 5])).unwrap();
    let x = column.slice(1, 3).tensor().unwrap();
    assert_eq!((column.n_chunks(), x.to_vec1::<i32>()), (2, vec![2, 3, 4]));
}

#[test]
fn what_a_tensor_does_leaves_the_column_alone() {
    let column = series([1f32, 2.]);
    column.tensor().unwrap().fill_(0);
    assert!(column.equals(&series([1f32, 2.])));
}

#[test]
fn missing_floats_are_nan_and_other_missing_values_are_told() {
    let x = series([Some(1.), None, Some(3.)]).tensor().unwrap();
    assert_eq!(x.isnan().to_vec1::<bool>(), [false, true, false]);
    assert_eq!(x.i(2).item::<f64>(), 3.);
    let error = series([Some(1i16), None, None]).tensor().unwrap_err();
    assert_eq!(
        error.message(),
        "column `x` of type i16 lacks 2 of its 3 values, and only floats have NaN for that; use fill_null(…) or \
         drop_nulls() first, or cast it to Float64"
    );
    let flags = series([Some(true), None]);
    assert!(flags.tensor().is_err());
    let cast = flags.cast(&DataType::Float64).unwrap().tensor().unwrap();
    assert!(cast.i(1).item::<f64>().is_nan());
}

#[test]
fn what_has_no_numbers_or_too_large_ones_is_told() {
    let message = |series: Series| series.tensor().unwrap_err().message().to_owned();
    assert_eq!(
        message(series(["a"])),
        "column `x` is of type str, which no tensor has; cast it to a type of numbers first"
    );
    let large = message(series([u64::MAX]));
    assert!(large.contains("18446744073709551615"), "{large}");
    assert!(DataFrame::empty().tensor().is_err());
}

#[test]
fn a_table_is_a_matrix() {
    let table = df!("a" => [1i32, 2, 3], "b" => [Some(0.5f32), None, Some(2.)]).unwrap();
    let x = table.tensor().unwrap();
    assert_eq!(
        x.to_string(),
        "tensor([[1.0000, 0.5000],\n        [2.0000,    nan],\n        [3.0000, 2.0000]])"
    );
    let narrow = table.select(["a"]).unwrap().tensor().unwrap();
    assert_eq!((narrow.dims(), narrow.dtype()), (vec![3, 1], DType::I32));

    let back = x.t().t().data_frame(["a", "b"]).unwrap();
    assert_eq!(back.shape(), (3, 2));
    assert_eq!(back.column("a").unwrap().f32().unwrap().get(2), Some(3.));
    assert_eq!(
        Tensor::zeros([0, 1]).data_frame(["a"]).unwrap().shape(),
        (0, 1)
    );
}

#[test]
fn shapes_that_polars_does_not_have_are_told() {
    let message = |result: wick::Result<DataFrame>| result.unwrap_err().message().to_owned();
    let x = Tensor::zeros([2, 2]);
    assert!(x.series("x").unwrap_err().message().contains("data_frame"));
    assert!(
        message(x.data_frame(["a"]))
            .contains("1 names were given for the 2 columns of a tensor of shape [2, 2]")
    );
    assert!(message(x.data_frame(["a", "a"])).contains("duplicate"));
    assert!(message(x.i(0).data_frame(["a"])).contains("two dimensions"));
    let complex = x.i(0).to(DType::C64).series("x").unwrap_err();
    assert!(complex.message().contains("real() and imag()"));
}
