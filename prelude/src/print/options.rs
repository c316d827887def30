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
    pub const fn threshold(mut self, threshold: usize) -> Self {
        self.threshold = threshold;
        self
    }

    /// These options with `edgeitems` elements at each end of a summarised axis.
    pub const fn edgeitems(mut self, edgeitems: usize) -> Self {
        self.edgeitems = edgeitems;
        self
    }

    /// These options with lines of `linewidth` characters.
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

/// Sets how tensors print from now on, in the whole process: `torch.set_printoptions`.
///
/// Start from [`get_printoptions`] to keep the rest as it is, or from a profile such as [`PrintOptions::FULL`].
pub fn set_printoptions(options: PrintOptions) {
    *OPTIONS.write().unwrap_or_else(PoisonError::into_inner) = options;
}

/// How tensors print now: `torch.get_printoptions`.
pub fn get_printoptions() -> PrintOptions {
    *OPTIONS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `body` with other options and puts the earlier ones back, also when `body` panics: `torch.printoptions`.
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
