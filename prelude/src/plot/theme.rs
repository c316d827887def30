//! Colours.

use plotters::style::RGBAColor;
use std::sync::{PoisonError, RwLock};

/// The ground a picture is drawn on. Each brings its own, so that it can be read in a light notebook and a dark one.
///
/// ```
/// use wick::prelude::*;
/// use wick::plot::Theme;
/// let dark = plot([1, 2, 3]).theme(Theme::Dark).svg();
/// assert!(dark != plot([1, 2, 3]).theme(Theme::Light).svg());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white, also for paper.
    #[default]
    Light,
    /// Light on nearly black.
    Dark,
    /// No ground: greys that can be read on white and on black.
    Clear,
}

static THEME: RwLock<Theme> = RwLock::new(Theme::Light);

/// Sets the theme of all pictures from now on, except those that have chosen one of their own.
///
/// ```
/// use wick::plot::{Theme, set_theme, theme};
/// set_theme(Theme::Dark);
/// assert_eq!(theme(), Theme::Dark);
/// set_theme(Theme::Light);
/// ```
pub fn set_theme(theme: Theme) {
    *THEME.write().unwrap_or_else(PoisonError::into_inner) = theme;
}

/// The theme of pictures that have not chosen one. [`Theme::Light`] unless [`set_theme`] has set another.
///
/// ```
/// use wick::plot::{set_theme, theme};
/// let before = theme();
/// set_theme(before);
/// assert_eq!(theme(), before);
/// ```
pub fn theme() -> Theme {
    *THEME.read().unwrap_or_else(PoisonError::into_inner)
}

/// The colours of a theme.
#[derive(Clone, Copy)]
pub(crate) struct Colors {
    pub ground: Option<[u8; 3]>,
    pub text: [u8; 3],
    pub faint: [u8; 3],
}

impl Theme {
    pub(crate) fn colors(self) -> Colors {
        let (ground, text, faint) = match self {
            Theme::Light => (Some([255; 3]), [34; 3], [225; 3]),
            Theme::Dark => (Some([28, 28, 30]), [230; 3], [64; 3]),
            // 4.5 to 1 on white and 4.2 to 1 on JupyterLab's #111.
            Theme::Clear => (None, [118; 3], [150; 3]),
        };
        Colors {
            ground,
            text,
            faint,
        }
    }
}

/// Colours of series, told apart on white and on black.
pub(super) const SERIES: [[u8; 3]; 10] = [
    [59, 130, 246],
    [239, 108, 0],
    [46, 158, 91],
    [217, 72, 95],
    [142, 99, 206],
    [141, 110, 99],
    [212, 79, 160],
    [0, 163, 180],
    [166, 145, 0],
    [122, 138, 153],
];

pub(super) fn rgba(color: [u8; 3], alpha: f64) -> RGBAColor {
    RGBAColor(color[0], color[1], color[2], alpha)
}

/// As SVG writes it: `#1c1c1e`.
pub(crate) fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's contrast of two colours.
    fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
        let light = |color: [u8; 3]| {
            let linear = color.map(|part| {
                let part = f64::from(part) / 255.0;
                if part <= 0.03928 {
                    part / 12.92
                } else {
                    ((part + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_series_can_be_read_on_every_ground() {
        let jupyter = [[255; 3], [17; 3]];
        for theme in [Theme::Light, Theme::Dark, Theme::Clear] {
            let colors = theme.colors();
            let grounds = colors
                .ground
                .map_or(jupyter.to_vec(), |ground| vec![ground]);
            for ground in grounds {
                assert!(contrast(colors.text, ground) > 4.0, "{theme:?}");
                for series in SERIES {
                    assert!(contrast(series, ground) > 2.5, "{theme:?} {series:?}");
                }
            }
        }
    }
}
