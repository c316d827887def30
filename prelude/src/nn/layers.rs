//! Several modules of different types in a row, written as a tuple.

use super::module::Forward;

/// A module whose type is forgotten, so that it fits into a row with others. The elements of a
/// [`Sequential`](super::Sequential) are of this type; Python's lists need none.
///
/// ```
/// use wick::prelude::*;
/// let mut layers: Vec<nn::Layer> = vec![Box::new(Linear::new(8, 4))];
/// layers.push(Box::new(ReLU::new()));
/// let net = Sequential::new(layers);
/// assert_eq!(net.forward(&Tensor::rand([2, 8])).shape(), [2, 4]);
/// ```
pub type Layer = Box<dyn Forward + Send + Sync>;

/// What makes up a [`Sequential`](super::Sequential) or a [`ModuleList`](super::ModuleList): a tuple, an array or a
/// `Vec`.
///
/// ```
/// use wick::nn::IntoLayers;
/// use wick::prelude::*;
///
/// // A tuple holds modules of any types, an array or a `Vec` those of one.
/// let net = Sequential::new((Linear::new(8, 4), ReLU::new()));
/// let list = ModuleList::new([Linear::new(8, 4), Linear::new(4, 2)]);
/// assert_eq!((net.len(), list.len()), (2, 2));
/// let kinds: Vec<_> = (Linear::new(8, 4), Tanh::new()).into_layers().iter().map(|layer| layer.kind()).collect();
/// assert_eq!(kinds, ["Linear", "Tanh"]);
/// ```
pub trait IntoLayers {
    /// The layers in their order.
    fn into_layers(self) -> Vec<Layer>;
}

impl IntoLayers for () {
    fn into_layers(self) -> Vec<Layer> {
        Vec::new()
    }
}

impl<M: Forward + Send + Sync> IntoLayers for Vec<M> {
    fn into_layers(self) -> Vec<Layer> {
        self.into_iter()
            .map(|module| Box::new(module) as Layer)
            .collect()
    }
}

impl<M: Forward + Send + Sync, const N: usize> IntoLayers for [M; N] {
    fn into_layers(self) -> Vec<Layer> {
        self.into_iter()
            .map(|module| Box::new(module) as Layer)
            .collect()
    }
}

macro_rules! layers_from_tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Forward + Send + Sync, $($rest: Forward + Send + Sync),*> IntoLayers for ($first, $($rest,)*) {
            #[allow(non_snake_case)]
            fn into_layers(self) -> Vec<Layer> {
                let ($first, $($rest,)*) = self;
                vec![Box::new($first), $(Box::new($rest)),*]
            }
        }
        layers_from_tuples!($($rest)*);
    };
    () => {};
}
layers_from_tuples!(A B C D E F G H I J K L M N O P Q R S T U V W X);
