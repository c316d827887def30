//! Transformers (Vaswani and others, 2017): attention and small networks in turns.

mod decoder;
mod encoder;
mod layer;
mod whole;

pub use decoder::{DecoderMasks, TransformerDecoder, TransformerDecoderLayer};
pub use encoder::{EncoderMasks, TransformerEncoder, TransformerEncoderLayer};
pub use layer::Activation;
pub use whole::{Transformer, TransformerMasks};
