//! Changes of shape in place, against torch 2.15.

use wick::prelude::*;
use wick::transforms::{GridOptions, make_grid, save_image, try_make_grid};

fn numbers() -> Tensor {
    Tensor::arange(0, 6, 1).reshape([2, 3]).float()
}

#[test]
fn the_shape_changes_and_the_memory_stays() {
    let x = numbers();
    let other = x.clone();
    assert_eq!(x.unsqueeze_(1).shape(), [2, 1, 3]);
    assert_eq!(other.shape(), [2, 1, 3]);
    assert_eq!(
        x.squeeze_(1).t_().to_string(),
        "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])"
    );
    let row = x.i(0);
    x.transpose_(0, 1).add_(10);
    assert_eq!(row.to_vec::<f32>(), [10., 13.]);
    assert_eq!(Tensor::zeros([1, 2, 1]).squeeze_all_().shape(), [2]);
    assert_eq!(Tensor::zeros([1, 2, 1]).squeeze_dim_(-1).shape(), [1, 2]);
    assert_eq!(Tensor::zeros([1, 2, 3]).swapaxes_(0, 2).shape(), [3, 2, 1]);
}

#[test]
fn gradients_go_through_a_change_of_shape() {
    let leaf = numbers().requires_grad_(true);
    let y = &leaf * 2;
    y.unsqueeze_(0);
    assert_eq!(y.grad_fn().unwrap().name(), "UnsqueezeBackward1");
    y.transpose_(1, 2);
    y.mul_(tensor!([[[1.], [2.], [3.]]]).expand([1, 3, 2]));
    y.sum().backward();
    let gradient = "tensor([[2., 4., 6.],\n        [2., 4., 6.]])";
    assert_eq!(leaf.grad().unwrap().to_string(), gradient);
}

#[test]
fn what_is_written_to_a_view_in_another_shape_reaches_its_base() {
    let leaf = numbers().requires_grad_(true);
    let base = &leaf * 1;
    let view = base.i(0);
    view.unsqueeze_(0).mul_(5);
    base.sum().backward();
    let gradient = "tensor([[5., 5., 5.],\n        [1., 1., 1.]])";
    assert_eq!(leaf.grad().unwrap().to_string(), gradient);
}

#[test]
fn a_leaf_keeps_its_shape_while_operations_are_recorded() {
    let leaf = numbers().requires_grad_(true);
    let error = leaf.try_unsqueeze_(0).unwrap_err().to_string();
    assert!(
        error
            .contains("a leaf Variable that requires grad is being used in an in-place operation.")
    );
    no_grad(|| leaf.unsqueeze_(0));
    assert_eq!(leaf.shape(), [1, 2, 3]);
    assert!(leaf.is_leaf() && leaf.requires_grad());
}

#[test]
fn the_diagonal_is_filled() {
    let x = Tensor::zeros([7, 3]);
    x.fill_diagonal_(1, false);
    assert_eq!(x.sum().item::<f32>(), 3.);
    let x = Tensor::zeros([7, 3]).fill_diagonal_(5, true);
    let rows = x.sum_dim(1, false).to_vec::<f32>();
    assert_eq!(rows, [5., 5., 5., 0., 5., 5., 5.]);
    assert_eq!(x.i(6).to_vec::<f32>(), [0., 0., 5.]);
    let cube = Tensor::zeros([2, 2, 2]).fill_diagonal_(1, false);
    assert_eq!(
        cube.nonzero().to_string(),
        "tensor([[0, 0, 0],\n        [1, 1, 1]])"
    );
    let error = |shape: &[usize]| {
        Tensor::zeros(shape)
            .try_fill_diagonal_(1, false)
            .unwrap_err()
            .to_string()
    };
    assert!(error(&[3]).contains("dimensions must larger than 1"));
    assert!(error(&[2, 2, 3]).contains("all dimensions of input must be of equal length"));
}

#[test]
fn images_are_laid_out_as_torchvision_lays_them_out() {
    let images = Tensor::arange(0, 12, 1).float().reshape([3, 1, 2, 2]);
    let options = GridOptions {
        nrow: 2,
        padding: 1,
        pad_value: -1.,
        ..Default::default()
    };
    let grid = make_grid(&images, options);
    assert_eq!(grid.shape(), [3, 7, 7]);
    let expected = "tensor([[-1., -1., -1., -1., -1., -1., -1.],
        [-1.,  0.,  1., -1.,  4.,  5., -1.],
        [-1.,  2.,  3., -1.,  6.,  7., -1.],
        [-1., -1., -1., -1., -1., -1., -1.],
        [-1.,  8.,  9., -1., -1., -1., -1.],
        [-1., 10., 11., -1., -1., -1., -1.],
        [-1., -1., -1., -1., -1., -1., -1.]])";
    assert_eq!(grid.i(2).to_string(), expected);
    let stretched = make_grid(
        &images,
        GridOptions {
            normalize: true,
            scale_each: true,
            padding: 0,
            ..options
        },
    );
    assert_eq!(
        stretched.i((0, 3)).to_string(),
        "tensor([ 0.6667,  1.0000, -1.0000, -1.0000])"
    );
    assert_eq!(make_grid(&images.i(0), options).shape(), [3, 2, 2]);
    assert!(try_make_grid(&Tensor::zeros([2]), options).is_err());
    assert!(try_make_grid(&images.i(..0), options).is_err());
}

#[test]
fn a_saved_grid_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.png");
    let images = Tensor::linspace(0., 1., 24).reshape([2, 3, 2, 2]);
    save_image(&images, &path, GridOptions::default());
    let image = wick::image::open(&path).unwrap().to_rgb8();
    assert_eq!(image.dimensions(), (10, 6));
    assert_eq!(image.get_pixel(2, 2).0, [0, 44, 89]);
    let error = wick::transforms::try_save_image(
        &images,
        folder.path().join("no.kind"),
        GridOptions::default(),
    );
    assert!(error.unwrap_err().to_string().contains("no.kind"));
}
