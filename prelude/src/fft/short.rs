//! Transforms of one stretch of a signal after the other: what a spectrogram is made of.

use super::half::{complex_to_complex, complex_to_real, real_to_complex};
use super::plan::{Norm, promoted};
use crate::error::{Error, Result, bail};
use crate::tensor::ops::ops;
use crate::tensor::{Padding, Tensor};
use candle_core::Layout;

/// The choices of [`Tensor::stft`] besides the length of the transforms, with PyTorch's defaults.
///
/// ```
/// use wick::fft::StftOptions;
/// use wick::prelude::*;
/// let window = Tensor::hann_window(8, true);
/// let spectra = Tensor::randn([100]).stft(8, &StftOptions::new().hop_length(4).window(&window));
/// assert_eq!(spectra.shape(), [5, 26]);
/// // A window of 6 in the middle of 8, all 8 frequencies, and stretches that lie within the signal.
/// let window = Tensor::hann_window(6, true);
/// let options = StftOptions::new().win_length(6).window(&window).normalized(true).onesided(false);
/// assert_eq!(Tensor::randn([100]).stft(8, &options.center(false)).shape(), [8, 47]);
/// // Zeros beyond the ends, in place of the signal's mirror image.
/// let zeros = StftOptions::new().center(true).pad_mode(Padding::Constant(0.));
/// assert_eq!(Tensor::ones([8]).stft(8, &zeros).abs().to_vec2::<f32>()[0], [4., 6., 8., 6., 4.]);
/// ```
#[derive(Clone, Debug)]
pub struct StftOptions {
    hop_length: Option<usize>,
    win_length: Option<usize>,
    window: Option<Tensor>,
    center: bool,
    pad_mode: Padding,
    normalized: bool,
    onesided: Option<bool>,
}

impl Default for StftOptions {
    fn default() -> Self {
        Self {
            hop_length: None,
            win_length: None,
            window: None,
            center: true,
            pad_mode: Padding::Reflect,
            normalized: false,
            onesided: None,
        }
    }
}

impl StftOptions {
    /// PyTorch's defaults: a quarter of the transforms' length from stretch to stretch, no window, stretches around
    /// their places in the reflected signal, half of the spectrum of real signals.
    pub fn new() -> Self {
        Self::default()
    }

    /// How far apart stretches begin.
    pub fn hop_length(mut self, hop_length: usize) -> Self {
        self.hop_length = Some(hop_length);
        self
    }

    /// How long the window is; zeros on both sides fill it up.
    pub fn win_length(mut self, win_length: usize) -> Self {
        self.win_length = Some(win_length);
        self
    }

    /// What each stretch is multiplied by, such as [`Tensor::hann_window`].
    pub fn window(mut self, window: &Tensor) -> Self {
        self.window = Some(window.clone());
        self
    }

    /// Whether stretch `t` is centred at `t * hop_length`; it begins there if not.
    pub fn center(mut self, center: bool) -> Self {
        self.center = center;
        self
    }

    /// What the signal goes on with beyond its ends, if stretches are centred.
    pub fn pad_mode(mut self, pad_mode: Padding) -> Self {
        self.pad_mode = pad_mode;
        self
    }

    /// Whether spectra are divided by the square root of the transforms' length.
    pub fn normalized(mut self, normalized: bool) -> Self {
        self.normalized = normalized;
        self
    }

    /// Whether only the half of each spectrum is given that is not the mirror image of the other one.
    pub fn onesided(mut self, onesided: bool) -> Self {
        self.onesided = Some(onesided);
        self
    }
}

/// The choices of [`Tensor::istft`] besides the length of the transforms, with PyTorch's defaults. They should be those
/// that [`Tensor::stft`] was called with.
///
/// ```
/// use wick::fft::{IstftOptions, StftOptions};
/// use wick::prelude::*;
/// let signal = Tensor::randn([50]);
/// let window = Tensor::hann_window(12, true);
/// let forward = StftOptions::new().hop_length(4).win_length(12).window(&window).normalized(true);
/// let spectra = signal.stft(16, &forward.center(true).onesided(true));
/// let back = IstftOptions::new().hop_length(4).win_length(12).window(&window).normalized(true);
/// // The last two numbers filled no whole stretch, so the length has to be told.
/// let again = spectra.istft(16, &back.center(true).onesided(true).length(50));
/// assert!(again.allclose_with(&signal, 1e-3, 1e-4));
/// ```
#[derive(Clone, Debug)]
pub struct IstftOptions {
    hop_length: Option<usize>,
    win_length: Option<usize>,
    window: Option<Tensor>,
    center: bool,
    normalized: bool,
    onesided: Option<bool>,
    length: Option<usize>,
}

impl Default for IstftOptions {
    fn default() -> Self {
        Self {
            hop_length: None,
            win_length: None,
            window: None,
            center: true,
            normalized: false,
            onesided: None,
            length: None,
        }
    }
}

impl IstftOptions {
    /// PyTorch's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How far apart stretches begin.
    pub fn hop_length(mut self, hop_length: usize) -> Self {
        self.hop_length = Some(hop_length);
        self
    }

    /// How long the window is.
    pub fn win_length(mut self, win_length: usize) -> Self {
        self.win_length = Some(win_length);
        self
    }

    /// What each stretch was multiplied by.
    pub fn window(mut self, window: &Tensor) -> Self {
        self.window = Some(window.clone());
        self
    }

    /// Whether stretches are centred at their places.
    pub fn center(mut self, center: bool) -> Self {
        self.center = center;
        self
    }

    /// Whether spectra were divided by the square root of the transforms' length.
    pub fn normalized(mut self, normalized: bool) -> Self {
        self.normalized = normalized;
        self
    }

    /// Whether half of each spectrum is there.
    pub fn onesided(mut self, onesided: bool) -> Self {
        self.onesided = Some(onesided);
        self
    }

    /// How long the signal is to be; it is cut or filled up with zeros.
    pub fn length(mut self, length: usize) -> Self {
        self.length = Some(length);
        self
    }
}

fn norm(normalized: bool) -> Norm {
    match normalized {
        true => Norm::Ortho,
        false => Norm::Backward,
    }
}

/// The window with zeros on both sides, as long as the transforms.
fn full_window(
    name: &str,
    window: Option<&Tensor>,
    win_length: usize,
    n_fft: usize,
    like: &Tensor,
) -> Result<Tensor> {
    if win_length == 0 || win_length > n_fft {
        bail!("{name}: expected 0 < win_length <= n_fft, but got win_length={win_length}");
    }
    let window = match window {
        Some(window) if window.dims() != [win_length] => bail!(
            "{name}: expected a 1D window tensor of size equal to win_length={win_length}, but got window with size {}",
            window.shape().list()
        ),
        Some(window) => window.clone(),
        None => Tensor::try_ones_with(win_length, (like.dtype().to_real(), like.device()))?,
    };
    let before = (n_fft - win_length) / 2;
    let behind = n_fft - win_length - before;
    match win_length == n_fft {
        true => Ok(window),
        false => window.try_pad(&[before as i64, behind as i64], Padding::Constant(0.)),
    }
}

fn forward(x: &Tensor, n_fft: usize, options: &StftOptions) -> Result<Tensor> {
    if !x.is_floating_point() && !x.is_complex() {
        bail!(
            "stft: expected a tensor of floating point or complex values, got {}",
            x.dtype()
        );
    }
    let is_complex = x.is_complex() || options.window.as_ref().is_some_and(Tensor::is_complex);
    let onesided = options.onesided.unwrap_or(!is_complex);
    if onesided && is_complex {
        bail!("Cannot have onesided output if window or input is complex");
    }
    let hop = options.hop_length.unwrap_or(n_fft / 4);
    let window = full_window(
        "stft",
        options.window.as_ref(),
        options.win_length.unwrap_or(n_fft),
        n_fft,
        x,
    )?;
    if !(1..=2).contains(&x.dim()) {
        bail!("stft: expected a 1D or 2D tensor, but got {}D", x.dim());
    }
    let mut signal = if x.dim() == 1 {
        x.try_unsqueeze(0)?
    } else {
        x.clone()
    };
    if options.center {
        // Reflections are for signals with channels.
        let around = [n_fft as i64 / 2; 2];
        signal = signal
            .try_unsqueeze(0)?
            .try_pad(&around, options.pad_mode)?
            .try_squeeze_dim(0)?;
    }
    let len = signal.dims()[1];
    if n_fft == 0 || n_fft > len {
        bail!("stft: expected 0 < n_fft < {len}, but got n_fft={n_fft}");
    }
    if hop == 0 {
        bail!("stft: expected hop_length > 0, but got hop_length=0");
    }
    let stretches = signal.try_unfold(-1, n_fft, hop)?.try_mul(&window)?;
    let stretches = promoted(&stretches, is_complex)?;
    let scale = norm(options.normalized).scale(n_fft, true);
    let spectra = match is_complex {
        true => complex_to_complex(&stretches, &[2], true, scale)?,
        false => real_to_complex(&stretches, &[2], scale, onesided)?,
    };
    // Frequencies first; the nodes have the names that these steps have in PyTorch.
    let turned = spectra.array().permuted(&[0, 2, 1]);
    let spectra =
        spectra.view_through((*turned.layout).clone(), "TransposeBackward1", |_, g| {
            Ok(vec![Some(g.try_transpose(1, 2)?)])
        })?;
    if x.dim() == 2 {
        return Ok(spectra);
    }
    let (dims, strides) = (spectra.dims(), spectra.stride());
    let layout = Layout::new(
        dims[1..].into(),
        strides[1..].to_vec(),
        spectra.storage_offset(),
    );
    spectra.view_through(layout, "SqueezeBackward4", |_, g| {
        Ok(vec![Some(g.try_unsqueeze(0)?)])
    })
}

/// The stretches, `[batch, count, length]`, added up where they overlap.
fn overlapped(stretches: &Tensor, hop: usize) -> Result<Tensor> {
    let dims = stretches.dims();
    let [batch, count, len] = dims[..] else {
        bail!("istft: expected stretches of a batch");
    };
    let places = (0..count * len).map(|i| (i / len * hop + i % len) as i64);
    let places = Tensor::try_from_vec(places.collect::<Vec<i64>>(), [count * len])?;
    stretches
        .try_new_zeros(&[batch, len + hop * (count - 1)])?
        .try_index_add(1, &places, &stretches.try_reshape([batch, count * len])?)
}

fn backward(x: &Tensor, n_fft: usize, options: &IstftOptions) -> Result<Tensor> {
    if !x.is_complex() {
        return Err(Error::dtype(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.",
        ));
    }
    let hop = options.hop_length.unwrap_or(n_fft / 4);
    let win_length = options.win_length.unwrap_or(n_fft);
    if x.numel() == 0 {
        bail!("istft: input tensor cannot be empty.");
    }
    if !(2..=3).contains(&x.dim()) {
        bail!(
            "istft: expected a tensor with 2 or 3 dimensions, but got {}",
            x.dim()
        );
    }
    let frequencies = x.dims()[x.dim() - 2];
    let onesided = options.onesided.unwrap_or(frequencies != n_fft);
    let expected = if onesided { n_fft / 2 + 1 } else { n_fft };
    if frequencies != expected {
        bail!(
            "istft: expected the frequency dimension (3rd to the last) of the input tensor to match {} when onesided={}, \
             but got {frequencies}",
            if onesided { "n_fft / 2 + 1" } else { "n_fft" },
            if onesided { "True" } else { "False" }
        );
    }
    if hop == 0 || hop > win_length {
        bail!("istft: expected 0 < hop_length <= win_length");
    }
    let window = full_window("istft", options.window.as_ref(), win_length, n_fft, x)?;
    let batch = if x.dim() == 2 {
        x.try_unsqueeze(0)?
    } else {
        x.clone()
    };
    let spectra = batch
        .try_transpose(1, 2)?
        .try_narrow(-1, 0, n_fft / 2 + 1)?;
    let scale = norm(options.normalized).scale(n_fft, false);
    let stretches = complex_to_real(&spectra, &[2], scale, n_fft)?.try_mul(&window)?;
    let count = stretches.dims()[1];
    let signal = overlapped(&stretches, hop)?;
    // What the windows multiplied each number by, in all.
    let squares = window.try_square()?.try_expand([1, count, n_fft])?;
    let weights = overlapped(&squares, hop)?;
    let len = signal.dims()[1];
    let start = if options.center { n_fft / 2 } else { 0 };
    let end = match options.length {
        Some(length) => start + length,
        None if options.center => len - n_fft / 2,
        None => len,
    };
    let (from, kept) = (start as i64, end.min(len).saturating_sub(start));
    let weights = weights.try_narrow(1, from, kept)?;
    let least = weights.detach().try_abs()?;
    if kept > 0 && least.try_amin((), false)?.try_item::<f64>()? <= 1e-11 {
        bail!("istft: window overlap add min: 1");
    }
    let mut signal = signal.try_narrow(1, from, kept)?.try_div(&weights)?;
    if x.dim() == 2 {
        signal = signal.try_squeeze_dim(0)?;
    }
    if end > start + kept {
        signal = signal.try_pad(&[0, (end - start - kept) as i64], Padding::Constant(0.))?;
    }
    Ok(signal)
}

ops! {
    /// The spectra of one stretch of a signal after the other: `torch.stft(x, n_fft, …, return_complex=True)`. `[time]`
    /// or `[N, time]` to complex `[frequencies, stretches]` or `[N, frequencies, stretches]`, with `n_fft / 2 + 1`
    /// frequencies for real signals; see [`StftOptions`].
    ///
    /// ```
    /// use wick::fft::StftOptions;
    /// use wick::prelude::*;
    /// // A wave that fits into 8 numbers twice.
    /// let wave = (Tensor::arange(0, 64, 1) * (2. * PI * 2. / 8.)).cos();
    /// let loudness = wave.stft(8, &StftOptions::new()).abs().mean_dim(1, false);
    /// assert_eq!(loudness.argmax().item::<i64>(), 2);
    /// ```
    stft, try_stft, [] (x, n_fft: usize, options: &StftOptions) => forward(x, n_fft, options);
    /// The signal that [`Tensor::stft`] was called on: `torch.istft`. Where stretches overlap, their mean weighted by
    /// the window counts.
    ///
    /// ```
    /// use wick::fft::{IstftOptions, StftOptions};
    /// use wick::prelude::*;
    /// let signal = Tensor::randn([64]);
    /// let spectra = signal.stft(16, &StftOptions::new());
    /// let again = spectra.istft(16, &IstftOptions::new());
    /// assert!(again.allclose_with(&signal, 1e-4, 1e-5));
    /// ```
    istft, try_istft, [] (x, n_fft: usize, options: &IstftOptions) => backward(x, n_fft, options);
}
