//! A tensor as the last line of a cell.

use super::Tensor;
use wick_runtime::{MimeBundle, Rich};

impl Rich for Tensor {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let mut forms = MimeBundle::new();
        forms.insert("text/plain".into(), self.to_string().into());
        Some(forms)
    }
}
