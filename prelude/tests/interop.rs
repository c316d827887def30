//! Tensors handed to other crates and libraries, and taken from them. `--features nalgebra` adds what that turns on.

use std::ffi::c_void;
use wick::dlpack::{DLDataType, DLDevice, DLManagedTensor, DLPack, DLTensor};
use wick::dlpack::{from_dlpack, to_dlpack, try_from_dlpack, try_to_dlpack};
use wick::prelude::*;

fn numbers() -> Tensor {
    Tensor::arange(0, 12, 1).to(DType::F64).view([3, 4])
}

#[test]
fn faer_sees_views_without_a_copy() {
    let x = numbers();
    let turned = x.i((1.., 1..3)).t().numpy::<f64>();
    let guard = turned.read();
    let m = guard.faer();
    assert_eq!((m.nrows(), m.ncols()), (2, 2));
    assert_eq!(
        [m[(0, 0)], m[(0, 1)], m[(1, 0)], m[(1, 1)]],
        [5., 9., 6., 10.]
    );
    drop(guard);
    x.i((1, 1)).fill_(100);
    assert_eq!(turned.read().faer()[(0, 0)], 100.);
    // A vector is a column.
    let column = x.i(0).numpy::<f64>();
    assert_eq!(column.read().faer().ncols(), 1);
    // Repeated numbers are seen as often.
    let wide = Tensor::ones([3, 1]).expand([3, 70]).numpy::<f32>();
    let guard = wide.read();
    let product = guard.faer() * guard.faer().transpose();
    assert_eq!((product[(0, 2)], guard.faer().sum()), (70., 210.));
}

#[test]
fn faers_matrices_come_and_go() {
    let x = numbers();
    let m = x.t().to_faer::<f64>();
    assert_eq!((m.nrows(), m.ncols(), m[(3, 2)]), (4, 3, 11.));
    let product = Tensor::from_faer((&m * m.transpose()).as_ref());
    assert_eq!(product.to_vec2::<f64>(), x.t().matmul(&x).to_vec2::<f64>());
    // Numbers are converted, as by `to_vec`.
    assert_eq!(tensor!([1, 2]).to_faer::<f32>()[(1, 0)], 2.);
    let error = Tensor::ones([1, 1, 1]).try_to_faer::<f32>().unwrap_err();
    assert!(error.message().contains("the tensor has 3"), "{error}");
    assert_eq!(Tensor::zeros([0, 3]).to_faer::<f32>().ncols(), 3);
}

#[test]
fn dlpack_shares_what_it_gives_away() {
    let x = Tensor::zeros([2, 3]);
    let column = to_dlpack(&x.i((.., 1)));
    let tensor = column.tensor();
    assert_eq!((tensor.ndim, tensor.byte_offset), (1, 4));
    assert_eq!(
        tensor.device,
        DLDevice {
            device_type: 1,
            device_id: 0
        }
    );
    assert_eq!(
        tensor.dtype,
        DLDataType {
            code: 2,
            bits: 32,
            lanes: 1
        }
    );
    // SAFETY: one size and one stride belong to one dimension.
    unsafe { assert_eq!((*tensor.shape, *tensor.strides), (2, 3)) };
    // SAFETY: four bytes into six floats.
    let second = unsafe { tensor.data.byte_add(4).cast::<f32>() };
    // SAFETY: as above; nobody else touches the numbers now.
    unsafe { second.write(7.) };
    assert_eq!(x.to_vec2::<f32>(), [[0., 7., 0.], [0.; 3]]);
    // The numbers outlive the tensor.
    x.i((1, 1)).fill_(8);
    drop(x);
    assert_eq!(from_dlpack(&column).to_vec1::<f32>(), [7., 8.]);
}

#[test]
fn every_dtype_goes_through_dlpack() {
    for dtype in DType::ALL {
        let x = tensor!([[0., 1., 2.], [3., 4., 5.]]).to(dtype).t();
        let y = from_dlpack(&to_dlpack(&x));
        assert_eq!(y.dtype(), dtype);
        assert_eq!(y.to_string(), x.to_string());
        assert!(y.is_contiguous());
    }
    let scalar = from_dlpack(&to_dlpack(&tensor!(2.5)));
    assert_eq!((scalar.dim(), scalar.item::<f32>()), (0, 2.5));
    assert_eq!(
        from_dlpack(&to_dlpack(&Tensor::zeros([0, 3]))).shape(),
        [0, 3]
    );
}

/// Numbers of somebody else: three rows of two bytes from the last to the first, and a count of how often they were
/// given back.
struct Foreign {
    bytes: [i16; 6],
    shape: [i64; 2],
    strides: [i64; 2],
    given_back: usize,
}

unsafe extern "C" fn count(managed: *mut DLManagedTensor) {
    // SAFETY: the test keeps both alive.
    unsafe { (*(*managed).manager_ctx.cast::<Foreign>()).given_back += 1 };
}

#[test]
fn what_others_give_is_read_and_given_back_once() {
    let mut foreign = Foreign {
        bytes: [1, 2, 3, 4, 5, 6],
        shape: [3, 2],
        strides: [-2, 1],
        given_back: 0,
    };
    let foreign: *mut Foreign = &mut foreign;
    // SAFETY: it lives until the end of the test.
    let (data, shape, strides) = unsafe {
        (
            (&raw mut (*foreign).bytes).cast::<c_void>(),
            (&raw mut (*foreign).shape).cast::<i64>(),
            (&raw mut (*foreign).strides).cast::<i64>(),
        )
    };
    let mut managed = DLManagedTensor {
        dl_tensor: DLTensor {
            data,
            device: DLDevice {
                device_type: 1,
                device_id: 0,
            },
            ndim: 2,
            dtype: DLDataType {
                code: 0,
                bits: 16,
                lanes: 1,
            },
            shape,
            strides,
            byte_offset: 8,
        },
        manager_ctx: foreign.cast(),
        deleter: Some(count),
    };
    // SAFETY: all of it lives until the end of the test, and `count` frees nothing.
    let mut given = || unsafe { DLPack::from_raw(&mut managed) }.unwrap();
    assert_eq!(
        from_dlpack(&given()).to_string(),
        "tensor([[5, 6],\n        [3, 4],\n        [1, 2]], dtype=torch.int16)"
    );
    let raw = given().into_raw();
    // SAFETY: as above.
    unsafe {
        assert_eq!((*foreign).given_back, 1);
        (*raw).dl_tensor.strides = std::ptr::null_mut();
        (*raw).dl_tensor.byte_offset = 0;
        let rows = DLPack::from_raw(raw).unwrap();
        assert_eq!(
            from_dlpack(&rows).to_vec2::<i64>(),
            [[1, 2], [3, 4], [5, 6]]
        );
        (*raw).dl_tensor.dtype.lanes = 4;
        let error = try_from_dlpack(&rows).unwrap_err();
        assert!(error.message().contains("16 bits and 4 lanes"), "{error}");
        (*raw).dl_tensor.device.device_type = 2;
        let error = try_from_dlpack(&rows).unwrap_err();
        assert!(error.message().contains("device type 2"), "{error}");
        drop(rows);
        assert_eq!((*foreign).given_back, 2);
        assert!(DLPack::from_raw(std::ptr::null_mut()).is_none());
    }
}

#[test]
fn what_needs_gradients_is_not_given_away() {
    let error = try_to_dlpack(&tensor!(1.).requires_grad_(true)).unwrap_err();
    assert_eq!(
        error.message(),
        "Can't export tensors that require gradient, use tensor.detach()"
    );
}

#[cfg(feature = "nalgebra")]
mod nalgebra {
    use super::numbers;
    use wick::nalgebra::{DVector, dmatrix};
    use wick::prelude::*;

    #[test]
    fn matrices_and_vectors_come_and_go() {
        let m = dmatrix![1., 2., 3.; 4., 5., 6.];
        let address = m.as_ptr();
        let x = Tensor::from_dmatrix(m.clone());
        assert_eq!(x.to_vec2::<f64>(), [[1., 2., 3.], [4., 5., 6.]]);
        assert_eq!(x.to_dmatrix::<f64>(), m);
        // Not copied.
        let x = Tensor::from_dmatrix(m);
        assert_eq!(x.numpy::<f64>().read().view().as_ptr(), address);
        let v = DVector::from_vec(vec![1f32, 2.]);
        assert_eq!(Tensor::from_dvector(v.clone()).to_vec1::<f32>(), [1., 2.]);
        assert_eq!(tensor!([1, 2]).to_dvector::<f32>(), v);
        let error = Tensor::ones(()).try_to_dmatrix::<f32>().unwrap_err();
        assert!(error.message().contains("the tensor has 0"), "{error}");
    }

    #[test]
    fn views_are_seen_without_a_copy() {
        let x = numbers();
        let turned = x.i((1.., 1..3)).t().numpy::<f64>();
        assert_eq!(
            turned.read().nalgebra().clone_owned(),
            dmatrix![5., 9.; 6., 10.]
        );
        // A row and a column whose other stride says nothing.
        let row = tensor!([[1., 2.]]).numpy::<f32>();
        assert_eq!(row.read().nalgebra().row_sum().as_slice(), [1., 2.]);
        let column = tensor!([1., 2.]).numpy::<f32>();
        assert_eq!(column.read().nalgebra().column_sum().as_slice(), [1., 2.]);
        assert_eq!(column.read().nalgebra().sum(), 3.);
    }

    #[test]
    #[should_panic(expected = "use contiguous() first")]
    fn views_of_repeated_numbers_are_refused() {
        let wide = tensor!([1., 2.]).expand([3, 2]).numpy::<f32>();
        wide.read().nalgebra();
    }
}
