//! What can be plotted: lists, tensors, iterators, pairs of them.

use crate::Tensor;

/// The numbers of one call: one series, or one for each column of a matrix, and names for the places of the bars.
///
/// [`PlotData::data`] makes it of what [`plot`](super::plot()) and its kin are given.
///
/// ```
/// use wick::plot::PlotData;
/// assert_eq!([1.0, 4.0].data(), [(0, 1), (1, 4)].data());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    pub(super) series: Vec<Vec<[f64; 2]>>,
    pub(super) categories: Vec<String>,
}

impl Data {
    /// One series of values above 0, 1, 2, ….
    fn counted(values: Vec<f64>) -> Self {
        let points = values.into_iter().enumerate();
        Self::of(points.map(|(at, y)| [at as f64, y]).collect())
    }

    fn of(points: Vec<[f64; 2]>) -> Self {
        Self {
            series: vec![points],
            categories: Vec::new(),
        }
    }
}

/// A number that has a place on an axis: Rust's numbers, a bool, a tensor of one element.
///
/// ```
/// use wick::prelude::*;
/// use wick::plot::Number;
/// assert_eq!((3.number(), true.number(), tensor!(0.5).number()), (3., 1., 0.5));
/// ```
pub trait Number {
    /// Where on the axis it lies; `NaN` is a gap in a line.
    fn number(&self) -> f64;
}

macro_rules! numbers {
    ($($t:ty),+) => {$(
        impl Number for $t {
            #[inline]
            fn number(&self) -> f64 {
                *self as f64
            }
        }
    )+};
}
numbers!(f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Number for bool {
    fn number(&self) -> f64 {
        f64::from(*self)
    }
}

/// A tensor of one element, such as a loss.
impl Number for Tensor {
    #[track_caller]
    fn number(&self) -> f64 {
        self.item()
    }
}

impl<N: Number + ?Sized> Number for &N {
    #[inline]
    fn number(&self) -> f64 {
        (**self).number()
    }
}

/// What marks the ways in which data comes, so that a type can have several of them.
#[doc(hidden)]
pub mod by {
    /// An iterator of numbers.
    pub struct Numbers;
    /// An iterator of pairs.
    pub struct Pairs;
    /// A tensor.
    pub struct Tensors;
    /// Two of those: x and y.
    pub struct Both<X, Y>(X, Y);
    /// Names and numbers.
    pub struct Named<Y>(Y);
}

/// Everything that [`plot`](super::plot()) and its kin take. `By` is found by the compiler.
///
/// Values alone stand above 0, 1, 2, …; pairs are points; a pair of lists is x and y; of a matrix, each column is a
/// series.
///
/// ```
/// use wick::prelude::*;
/// use wick::plot::PlotData;
///
/// let squares = [(1., 1.), (2., 4.), (3., 9.)].data();
/// assert_eq!(([1, 2, 3], [1, 4, 9]).data(), squares);
/// assert_eq!((1..4).map(|x| (x, x * x)).data(), squares);
/// let x = tensor!([1., 2., 3.]);
/// assert_eq!((&x, &x * &x).data(), squares);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that can be plotted",
    note = "give a list, a tensor or an iterator of numbers: `&values`, `(&xs, &ys)`, `(0..10).map(|i| i * i)`"
)]
pub trait PlotData<By> {
    /// The numbers as points of one series or several. Panics if x and y are of different lengths.
    fn data(self) -> Data;
}

/// `vec`, `&vec`, `0..10`, `values.iter().map(…)`: values above 0, 1, 2, ….
impl<I> PlotData<by::Numbers> for I
where
    I: IntoIterator,
    I::Item: Number,
{
    fn data(self) -> Data {
        Data::counted(self.into_iter().map(|value| value.number()).collect())
    }
}

/// `values.iter().map(|x| (x, x * x))`: points.
impl<I, X, Y> PlotData<by::Pairs> for I
where
    I: IntoIterator<Item = (X, Y)>,
    X: Number,
    Y: Number,
{
    fn data(self) -> Data {
        let points = self.into_iter();
        Data::of(points.map(|(x, y)| [x.number(), y.number()]).collect())
    }
}

/// A vector is one series; of a matrix, each column is one.
impl PlotData<by::Tensors> for &Tensor {
    #[track_caller]
    fn data(self) -> Data {
        let dims = self.dims();
        let numbers: Vec<f64> = self.to_vec();
        match dims[..] {
            [] | [_] => Data::counted(numbers),
            [_, columns] => Data {
                series: (0..columns)
                    .map(|column| {
                        let values = numbers.iter().skip(column).step_by(columns);
                        values.enumerate().map(|(at, y)| [at as f64, *y]).collect()
                    })
                    .collect(),
                categories: Vec::new(),
            },
            _ => panic!(
                "a plot takes a tensor of one or two dimensions, not one of shape {dims:?}; t.show() shows pictures"
            ),
        }
    }
}

impl PlotData<by::Tensors> for Tensor {
    #[track_caller]
    fn data(self) -> Data {
        (&self).data()
    }
}

/// `(&xs, &ys)`. Every series of `ys` stands above the same `xs`.
impl<X, Y, ByX, ByY> PlotData<by::Both<ByX, ByY>> for (X, Y)
where
    X: PlotData<ByX>,
    Y: PlotData<ByY>,
{
    #[track_caller]
    fn data(self) -> Data {
        paired(self.0.data(), self.1.data())
    }
}

/// `(["cat", "dog"], [3, 5])`: names under the places 0, 1, 2, ….
impl<X, Y, ByY> PlotData<by::Named<ByY>> for (X, Y)
where
    X: IntoIterator,
    X::Item: AsRef<str>,
    Y: PlotData<ByY>,
{
    fn data(self) -> Data {
        let names = self.0.into_iter();
        Data {
            categories: names.map(|name| name.as_ref().to_owned()).collect(),
            ..self.1.data()
        }
    }
}

#[track_caller]
fn paired(xs: Data, mut ys: Data) -> Data {
    let xs = xs.series.into_iter().next().unwrap_or_default();
    for series in &mut ys.series {
        assert!(
            xs.len() == series.len(),
            "x and y must have same first dimension, but have shapes ({},) and ({},)",
            xs.len(),
            series.len()
        );
        for (point, x) in series.iter_mut().zip(&xs) {
            point[0] = x[1];
        }
    }
    ys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    fn data<M>(data: impl PlotData<M>) -> Data {
        data.data()
    }

    #[test]
    fn many_things_are_data() {
        let squares = Data::of(vec![[0., 0.], [1., 1.], [2., 4.]]);
        assert_eq!(data(vec![0, 1, 4]), squares);
        assert_eq!(data([0f32, 1., 4.]), squares);
        assert_eq!(data((0..3).map(|i| i * i)), squares);
        assert_eq!(data((0..3).map(|i| (i, i * i))), squares);
        assert_eq!(data((0..3, [0, 1, 4])), squares);
        assert_eq!(data(tensor!([0., 1., 4.])), squares);
        assert_eq!(data((&tensor!([0, 1, 2]), vec![0, 1, 4])), squares);
        assert_eq!(data(vec![tensor!(0.), tensor!(1.), tensor!(4.)]), squares);
    }

    #[test]
    fn columns_are_series() {
        let two = data(tensor!([[1, 2], [3, 4], [5, 6]]));
        assert_eq!(two.series.len(), 2);
        assert_eq!(two.series[1], [[0., 2.], [1., 4.], [2., 6.]]);
    }

    #[test]
    fn names_are_categories() {
        let named = data((["a", "b"], [3, 5]));
        assert_eq!(named.categories, ["a", "b"]);
        assert_eq!(named.series[0], [[0., 3.], [1., 5.]]);
    }

    #[test]
    #[should_panic(
        expected = "x and y must have same first dimension, but have shapes (2,) and (3,)"
    )]
    fn both_have_to_be_of_a_length() {
        data(([1, 2], [1, 2, 3]));
    }
}
