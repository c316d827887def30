//! How neighbours are weighed where an image gets another size and every element counts: Pillow's filters, which are those
//! of PyTorch's `antialias`.

/// What an output element sees of its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    Triangle,
    /// Keys' cubic convolution with a = -0.5.
    Cubic,
}

/// The neighbours that one output element is made of.
pub(crate) struct Taps<T> {
    pub start: usize,
    pub weights: Vec<T>,
}

impl Filter {
    /// How far it reaches from its center.
    pub fn support(self) -> f64 {
        match self {
            Self::Triangle => 1.0,
            Self::Cubic => 2.0,
        }
    }

    /// The weight of a neighbour at this distance.
    pub fn weight(self, distance: f64) -> f64 {
        const A: f64 = -0.5;
        let x = distance.abs();
        match self {
            Self::Cubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Self::Cubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            Self::Cubic => 0.0,
            Self::Triangle => (1.0 - x).max(0.0),
        }
    }

    /// The neighbours of each of `output` elements among `input` ones that lie `1 / scale` apart there, in double
    /// precision as Pillow finds them.
    pub fn taps(self, input: usize, output: usize, scale: f64) -> Vec<Taps<f64>> {
        let stretch = scale.max(1.0);
        let support = self.support() * stretch;
        let tap = |at: usize| {
            let center = (at as f64 + 0.5) * scale;
            let start = ((center - support + 0.5) as i64).max(0) as usize;
            let end = ((center + support + 0.5) as usize).min(input);
            let weights =
                (start..end).map(|from| self.weight((from as f64 - center + 0.5) / stretch));
            let weights: Vec<f64> = weights.collect();
            let sum: f64 = weights.iter().sum();
            Taps {
                start,
                weights: weights.iter().map(|weight| weight / sum).collect(),
            }
        };
        (0..output).map(tap).collect()
    }
}
