//! Recurrent layers, attention and transformers.

use wick::nn::functional as F;
use wick::nn::utils::rnn::{pack_padded_sequence, pad_packed_sequence};
use wick::nn::{
    AttentionOptions, DecoderMasks, EncoderMasks, GRU, GRUCell, LSTM, LSTMCell, MultiheadAttention,
    RNN, RNNCell, Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder,
    TransformerEncoderLayer, TransformerMasks,
};
use wick::prelude::*;

use super::{check, seeded};

/// Sums in another order than PyTorch's, over some steps.
const TOLERANCE: f64 = 2e-5;

fn gradients(module: &impl Module) -> Vec<Tensor> {
    let parameters = module.parameters();
    parameters
        .iter()
        .map(|parameter| parameter.grad().unwrap())
        .collect()
}

fn text(module: &(impl Module + std::fmt::Display)) -> String {
    let state = module.state_dict();
    format!("{module} {}", state.keys().collect::<Vec<_>>().join(" "))
}

/// `y.sin().sum() + sum(s.cos().sum() for s in states)`, backward.
fn backward(y: &Tensor, states: &[&Tensor]) {
    let mut loss = y.sin().sum();
    for state in states {
        loss += state.cos().sum();
    }
    loss.backward();
}

macro_rules! recurrent {
    ($name:literal, $layer:expr, $x:expr $(, $state:expr)?) => {
        seeded(0, || {
            let layer = $layer;
            let x = Tensor::randn($x).requires_grad_(true);
            #[allow(unused_variables)]
            let h: Vec<Tensor> = vec![$(Tensor::randn($state))?];
            let (y, h) = recurrent!(@run layer, x, h $(, $state)?);
            backward(&y, &[&h]);
            let mut found = vec![y, h, x.grad().unwrap()];
            found.extend(gradients(&layer));
            check($name, &found, Some(text(&layer)), TOLERANCE);
        })
    };
    (@run $layer:ident, $x:ident, $h:ident) => { $layer.forward(&$x) };
    (@run $layer:ident, $x:ident, $h:ident, $state:expr) => { $layer.forward_with(&$x, &$h[0]) };
}

fn lstm(name: &str, make: impl FnOnce() -> LSTM, shape: &[usize], states: Option<[usize; 3]>) {
    seeded(0, || {
        let layer = make();
        let x = Tensor::randn(shape).requires_grad_(true);
        let (y, (h, c)) = match states {
            Some(shape) => {
                let (h, c) = (Tensor::randn(shape), Tensor::randn(shape));
                layer.forward_with(&x, (&h, &c))
            }
            None => layer.forward(&x),
        };
        backward(&y, &[&h, &c]);
        let mut found = vec![y, h, c, x.grad().unwrap()];
        found.extend(gradients(&layer));
        check(name, &found, Some(text(&layer)), TOLERANCE);
    });
}

#[test]
fn recurrent_layers() {
    recurrent!("rnn", RNN::new(3, 4), [5, 2, 3]);
    recurrent!(
        "rnn relu",
        RNN::new(3, 4)
            .num_layers(2)
            .nonlinearity("relu")
            .bias(false),
        [5, 2, 3],
        [2, 2, 4]
    );
    recurrent!("rnn unbatched", RNN::new(3, 4), [5, 3], [1, 4]);
    recurrent!(
        "gru",
        GRU::new(3, 4)
            .num_layers(2)
            .bidirectional(true)
            .batch_first(true),
        [2, 5, 3],
        [4, 2, 4]
    );
    recurrent!(
        "gru dropout",
        GRU::new(3, 4).num_layers(3).dropout(0.5),
        [5, 2, 3]
    );
    lstm("lstm", || LSTM::new(3, 4), &[5, 2, 3], None);
    lstm(
        "lstm states",
        || LSTM::new(3, 4).num_layers(2).bidirectional(true),
        &[5, 2, 3],
        Some([4, 2, 4]),
    );
    lstm(
        "lstm projected",
        || {
            LSTM::new(3, 4)
                .num_layers(2)
                .proj_size(2)
                .bidirectional(true)
        },
        &[5, 2, 3],
        None,
    );
    lstm(
        "lstm unbatched",
        || LSTM::new(3, 4).batch_first(true),
        &[5, 3],
        None,
    );
    lstm(
        "lstm dropout",
        || {
            LSTM::new(3, 4)
                .num_layers(2)
                .dropout(0.25)
                .batch_first(true)
        },
        &[2, 5, 3],
        None,
    );
}

#[test]
fn packed_sequences() {
    seeded(1, || {
        let layer = LSTM::new(3, 4)
            .num_layers(2)
            .bidirectional(true)
            .batch_first(true);
        let x = Tensor::randn([3, 5, 3]).requires_grad_(true);
        let packed = pack_padded_sequence(&x, &[5, 3, 1], true, true);
        let (y, (h, c)) = layer.forward_packed(&packed, None);
        let (y, lengths) = pad_packed_sequence(&y, true, -1., Some(6));
        backward(&y, &[&h, &c]);
        let sizes: Vec<i64> = packed
            .batch_sizes()
            .iter()
            .map(|&size| size as i64)
            .collect();
        let sizes = Tensor::new(&sizes);
        let mut found = vec![
            packed.data().clone(),
            sizes,
            y,
            lengths,
            h,
            c,
            x.grad().unwrap(),
        ];
        found.extend(gradients(&layer));
        check("packed lstm", &found, None, TOLERANCE);
    });
    seeded(1, || {
        let layer = GRU::new(3, 4).bidirectional(true).batch_first(true);
        let x = Tensor::randn([3, 5, 3]).requires_grad_(true);
        let packed = pack_padded_sequence(&x, &[2, 5, 4], true, false);
        let (y, h) = layer.forward_packed(&packed, None);
        let (y, lengths) = pad_packed_sequence(&y, true, -1., Some(6));
        backward(&y, &[&h]);
        let sizes: Vec<i64> = packed
            .batch_sizes()
            .iter()
            .map(|&size| size as i64)
            .collect();
        let sizes = Tensor::new(&sizes);
        let mut found = vec![
            packed.data().clone(),
            sizes,
            y,
            lengths,
            h,
            x.grad().unwrap(),
        ];
        found.extend(gradients(&layer));
        check("packed gru", &found, None, TOLERANCE);
    });
}

#[test]
fn cells() {
    seeded(2, || {
        let cell = RNNCell::new(3, 4).nonlinearity("relu");
        let (x, h) = (Tensor::randn([2, 3]), Tensor::randn([2, 4]));
        let h = cell.forward_with(&x, &h);
        backward(&h, &[]);
        let found: Vec<Tensor> = [h].into_iter().chain(gradients(&cell)).collect();
        check("rnn cell", &found, Some(cell.to_string()), TOLERANCE);
    });
    seeded(2, || {
        let cell = GRUCell::new(3, 4);
        let (x, h) = (Tensor::randn([2, 3]), Tensor::randn([2, 4]));
        let h = cell.forward_with(&x, &h);
        backward(&h, &[]);
        let found: Vec<Tensor> = [h].into_iter().chain(gradients(&cell)).collect();
        check("gru cell", &found, Some(cell.to_string()), TOLERANCE);
    });
    seeded(2, || {
        let cell = LSTMCell::new(3, 4).bias(false);
        let (x, h, c) = (
            Tensor::randn([2, 3]),
            Tensor::randn([2, 4]),
            Tensor::randn([2, 4]),
        );
        let (h, c) = cell.forward_with(&x, (&h, &c));
        backward(&h, &[]);
        let found: Vec<Tensor> = [h, c].into_iter().chain(gradients(&cell)).collect();
        check("lstm cell", &found, Some(cell.to_string()), TOLERANCE);
    });
}

fn causal() -> Tensor {
    Transformer::generate_square_subsequent_mask(4)
}

fn attention(
    name: &str,
    make: impl FnOnce() -> MultiheadAttention,
    shapes: [&[usize]; 3],
    options: AttentionOptions,
) {
    seeded(3, || {
        let layer = make();
        let [q, k, v] = shapes.map(Tensor::randn);
        let (y, weights) = layer.forward_with(&q, &k, &v, &options);
        backward(&y, &[]);
        let mut found = vec![y];
        found.extend(weights);
        found.extend(gradients(&layer));
        check(name, &found, Some(text(&layer)), TOLERANCE);
    });
}

#[test]
fn attention_with_heads() {
    let defaults = AttentionOptions::default;
    attention(
        "attention",
        || MultiheadAttention::new(6, 2),
        [&[4, 3, 6]; 3],
        defaults(),
    );
    attention(
        "attention causal",
        || MultiheadAttention::new(6, 3).batch_first(true),
        [&[2, 4, 6]; 3],
        AttentionOptions {
            attn_mask: Some(causal()),
            average_attn_weights: false,
            ..defaults()
        },
    );
    let padding = tensor!([
        [false, false, false, false, false],
        [false, false, true, true, true],
        [false, false, false, false, true]
    ]);
    attention(
        "attention without weights",
        || MultiheadAttention::new(6, 2).bias(false),
        [&[4, 3, 6], &[5, 3, 6], &[5, 3, 6]],
        AttentionOptions {
            need_weights: false,
            key_padding_mask: Some(padding),
            ..defaults()
        },
    );
    attention(
        "attention of other sizes",
        || {
            MultiheadAttention::new(6, 2)
                .kdim(5)
                .vdim(3)
                .add_bias_kv(true)
                .add_zero_attn(true)
        },
        [&[4, 3, 6], &[5, 3, 5], &[5, 3, 3]],
        defaults(),
    );
    attention(
        "attention unbatched",
        || MultiheadAttention::new(6, 2),
        [&[4, 6]; 3],
        AttentionOptions {
            attn_mask: Some(causal().ne(0)),
            ..defaults()
        },
    );
    attention(
        "attention dropout",
        || MultiheadAttention::new(6, 2).dropout(0.3),
        [&[4, 3, 6]; 3],
        defaults(),
    );
}

#[test]
fn transformers() {
    seeded(4, || {
        let layer = TransformerEncoderLayer::new(8, 2).dim_feedforward(16);
        let y = layer.forward(&Tensor::randn([4, 2, 8]));
        backward(&y, &[]);
        let found: Vec<Tensor> = [y].into_iter().chain(gradients(&layer)).collect();
        check("encoder layer", &found, Some(text(&layer)), TOLERANCE);
    });
    seeded(4, || {
        let layer = TransformerEncoderLayer::new(8, 2)
            .dim_feedforward(16)
            .dropout(0.)
            .activation(F::gelu)
            .norm_first(true)
            .batch_first(true)
            .bias(false)
            .layer_norm_eps(1e-3);
        let x = Tensor::randn([4, 2, 8]).transpose(0, 1).contiguous();
        let masks = EncoderMasks {
            src_mask: Some(causal()),
            ..Default::default()
        };
        let y = layer.forward_with(&x, &masks);
        backward(&y, &[]);
        let found: Vec<Tensor> = [y].into_iter().chain(gradients(&layer)).collect();
        check(
            "encoder layer norm first",
            &found,
            Some(text(&layer)),
            TOLERANCE,
        );
    });
    let masks = EncoderMasks {
        src_key_padding_mask: Some(tensor!([
            [false, false, false, false],
            [false, false, true, true]
        ])),
        ..Default::default()
    };
    let encoder = || {
        let layer = TransformerEncoderLayer::new(8, 2)
            .dim_feedforward(16)
            .batch_first(true);
        TransformerEncoder::new(&layer, 2)
    };
    seeded(4, || {
        let layer = encoder().norm(LayerNorm::new(8));
        let x = Tensor::randn([4, 2, 8]).transpose(0, 1).contiguous();
        let y = layer.forward_with(&x, &masks);
        backward(&y, &[]);
        let found: Vec<Tensor> = [y].into_iter().chain(gradients(&layer)).collect();
        check("encoder", &found, Some(text(&layer)), TOLERANCE);
    });
    seeded(4, || {
        let layer = encoder();
        layer.eval();
        let x = Tensor::randn([4, 2, 8]).transpose(0, 1).contiguous();
        let y = no_grad(|| layer.forward_with(&x, &masks));
        check("encoder eval", &[y], Some(text(&layer)), TOLERANCE);
    });
    seeded(5, || {
        let layer = TransformerDecoderLayer::new(8, 2).dim_feedforward(16);
        let layer = TransformerDecoder::new(&layer, 2);
        let (tgt, memory) = (Tensor::randn([4, 2, 8]), Tensor::randn([5, 2, 8]));
        let masks = DecoderMasks {
            tgt_mask: Some(causal()),
            ..Default::default()
        };
        let y = layer.forward_with(&tgt, &memory, &masks);
        backward(&y, &[]);
        let found: Vec<Tensor> = [y].into_iter().chain(gradients(&layer)).collect();
        check("decoder", &found, Some(text(&layer)), TOLERANCE);
    });
    seeded(6, || {
        let layer = Transformer::new(8, 2)
            .num_encoder_layers(1)
            .num_decoder_layers(2)
            .dim_feedforward(16)
            .batch_first(true);
        let (src, tgt) = (Tensor::randn([2, 5, 8]), Tensor::randn([2, 4, 8]));
        let masks = TransformerMasks {
            tgt_mask: Some(causal()),
            ..Default::default()
        };
        let y = layer.forward_with(&src, &tgt, &masks);
        backward(&y, &[]);
        let found: Vec<Tensor> = [y].into_iter().chain(gradients(&layer)).collect();
        check("transformer", &found, Some(text(&layer)), TOLERANCE);
        check("draws after a transformer", &[Tensor::rand([3])], None, 0.);
    });
}
