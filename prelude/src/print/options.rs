//! `set_printoptions`: how many digits, how many elements, how wide.

use std::sync::{PoisonError, RwLock};

/// What [`set_printoptions`] sets, with PyTorch's defaults.
///
/// ```
/// use wick::print::{PrintOptions, get_printoptions, set_printoptions};
///
/// set_printoptions(get_printoptions().precision(2).sci_mode(false));
/// assert_eq!(get_printoptions().precision, 2);
/// set_printoptions(PrintOptions::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintOptions {
    /// Digits after the decimal point. Default 4.
    pub precision: usize,
    /// A tensor with more elements than this is summarised. Default 1000.
    pub threshold: usize,
    /// Elements shown at each end of a summarised axis. Default 3.
    pub edgeitems: usize,
    /// Characters in a line. Default 80.
    pub linewidth: usize,
    /// Forces (`Some(true)`) or forbids (`Some(false)`) scientific notation; `None` decides by the values.
    pub sci_mode: Option<bool>,
}

impl PrintOptions {
    /// PyTorch's profile `default`.
    pub const DEFAULT: Self = Self {
        precision: 4,
        threshold: 1000,
        edgeitems: 3,
        linewidth: 80,
        sci_mode: None,
    };
    /// PyTorch's profile `short`: two digits, two elements at each end.
    pub const SHORT: Self = Self {
        precision: 2,
        edgeitems: 2,
        ..Self::DEFAULT
    };
    /// PyTorch's profile `full`: nothing is left out.
    pub const FULL: Self = Self {
        threshold: usize::MAX,
        ..Self::DEFAULT
    };

    /// These options with `precision` digits after the decimal point.
    pub const fn precision(mut self, precision: usize) -> Self {
        self.precision = precision;
        self
    }

    /// These options, summarising what has more than `threshold` elements.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::print::{PrintOptions, printoptions};
    /// let shown = printoptions(PrintOptions::DEFAULT.threshold(5), || Tensor::arange(0., 10., 1.).to_string());
    /// assert_eq!(shown, "tensor([0., 1., 2.,  ..., 7., 8., 9.])");
    /// ```
    pub const fn threshold(mut self, threshold: usize) -> Self {
        self.threshold = threshold;
        self
    }

    /// These options with `edgeitems` elements at each end of a summarised axis.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::print::{PrintOptions, printoptions};
    /// let options = PrintOptions::DEFAULT.threshold(5).edgeitems(1);
    /// assert_eq!(printoptions(options, || Tensor::arange(0., 10., 1.).to_string()), "tensor([0.,  ..., 9.])");
    /// ```
    pub const fn edgeitems(mut self, edgeitems: usize) -> Self {
        self.edgeitems = edgeitems;
        self
    }

    /// These options with lines of `linewidth` characters.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::print::{PrintOptions, printoptions};
    /// let narrow = printoptions(PrintOptions::DEFAULT.linewidth(20), || Tensor::arange(0., 6., 1.).to_string());
    /// assert_eq!(narrow, "tensor([0., 1., 2.,\n        3., 4., 5.])");
    /// ```
    pub const fn linewidth(mut self, linewidth: usize) -> Self {
        self.linewidth = linewidth;
        self
    }

    /// These options with scientific notation forced or forbidden.
    pub const fn sci_mode(mut self, sci_mode: bool) -> Self {
        self.sci_mode = Some(sci_mode);
        self
    }
}

impl Default for PrintOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

static OPTIONS: RwLock<PrintOptions> = RwLock::new(PrintOptions::DEFAULT);

/// Sets how tensors print from now on, in the whole process. PyTorch: `torch.set_printoptions`.
///
/// Start from [`get_printoptions`] to keep the rest as it is, or from a profile such as [`PrintOptions::FULL`].
///
/// ```
/// use wick::prelude::*;
/// use wick::print::{PrintOptions, set_printoptions};
/// set_printoptions(PrintOptions::DEFAULT.precision(2));
/// assert_eq!(tensor!([1., 2.345]).to_string(), "tensor([1.00, 2.35])");
/// set_printoptions(PrintOptions::DEFAULT);
/// ```
pub fn set_printoptions(options: PrintOptions) {
    *OPTIONS.write().unwrap_or_else(PoisonError::into_inner) = options;
}

/// How tensors print now. PyTorch: `torch.get_printoptions`.
///
/// ```
/// use wick::print::get_printoptions;
/// assert_eq!(get_printoptions().linewidth, 80);
/// ```
pub fn get_printoptions() -> PrintOptions {
    *OPTIONS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `body` with other options and puts the earlier ones back, also when `body` panics. PyTorch:
/// `torch.printoptions`.
///
/// ```
/// use wick::prelude::*;
/// use wick::print::{get_printoptions, printoptions};
/// let t = tensor!([1e-3, 1000.]);
/// let plain = printoptions(get_printoptions().sci_mode(false), || t.to_string());
/// assert_eq!(plain, "tensor([   0.0010, 1000.0000])");
/// assert_eq!(t.to_string(), "tensor([1.0000e-03, 1.0000e+03])");
/// ```
pub fn printoptions<T>(options: PrintOptions, body: impl FnOnce() -> T) -> T {
    struct PutBack(PrintOptions);
    impl Drop for PutBack {
        fn drop(&mut self) {
            set_printoptions(self.0);
        }
    }
    let _put_back = PutBack(get_printoptions());
    set_printoptions(options);
    body()
}
