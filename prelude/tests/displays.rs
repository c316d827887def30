//! The cells of `notebooks/displays.ipynb`, one after another: they compile, run, and show what they say.

use serde::Serialize;
use wick::image;
use wick::prelude::*;

struct Color(u8, u8, u8);

impl Rich for Color {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let Color(r, g, b) = self;
        let square = format!(
            "<svg width='40' height='40'><rect width='40' height='40' rx='8' fill='rgb({r},{g},{b})'/></svg>"
        );
        Forms::text(format!("rgb({r}, {g}, {b})"))
            .html(square)
            .into()
    }
}

#[derive(Serialize)]
struct Run {
    model: &'static str,
    epochs: u32,
    accuracy: Option<f64>,
}

/// Every form of a value is there, its text first of all.
#[track_caller]
fn shown(value: &dyn Rich) {
    let forms = value.mime_bundle().expect("something to show");
    assert!(
        forms["text/plain"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert!(forms.len() > 1, "only text");
}

#[test]
fn every_cell_has_something_to_show() {
    display(Markdown("**bold**, `code`, and $e^{i\\pi} = -1$"));
    display(Html("<span style='color: #d9485f'>red</span>"));
    display(Json([1, 2, 3]));
    shown(&Latex(r"\frac{\partial L}{\partial w} = 2 x (w x - y)"));

    let status = display("working …");
    std::thread::sleep(std::time::Duration::from_millis(200));
    status.update(Html("<b>done</b>"));

    shown(&Color(59, 130, 246));

    let runs = vec![
        Run {
            model: "resnet9",
            epochs: 10,
            accuracy: Some(0.913),
        },
        Run {
            model: "resnet18",
            epochs: 8,
            accuracy: Some(0.937),
        },
        Run {
            model: "vgg11",
            epochs: 0,
            accuracy: None,
        },
    ];
    shown(&table(&runs));

    manual_seed(0);
    shown(&Tensor::randn([3, 4]).latex());

    shown(&Tensor::arange(0, 10_000, 1).view([100, 100]).html());

    // Blurred noise in three channels.
    let noise = Tensor::rand([8, 3, 8, 8]);
    let batch = Upsample::scale_factor(4.)
        .mode(Interpolation::Bilinear)
        .forward(&noise);
    batch.show();

    let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let of_channels = |numbers: [f64; 3]| Tensor::from_slice(&numbers, [1, 3, 1, 1]).float();
    let normalised = (&batch - &of_channels(mean)) / &of_channels(std);
    shown(&normalised.picture().denormalize(mean, std).columns(4));

    let confusion = tensor!([[47, 2, 1], [3, 44, 3], [0, 5, 45]]);
    shown(
        &heatmap(&confusion)
            .names(["cat", "dog", "fox"])
            .title("Confusion")
            .xlabel("predicted")
            .ylabel("true"),
    );

    let x = Tensor::linspace(-3., 3., 200);
    let (column, row) = (x.view([-1, 1]), x.view([1, -1]));
    ((&column * &column + &row * &row).sin()).show();

    shown(&Tensor::randn([10_000]).hist().title("10 000 draws"));

    shown(&image::RgbImage::from_fn(160, 60, |x, y| {
        image::Rgb([(x * 255 / 160) as u8, (y * 255 / 60) as u8, 160])
    }));

    let steps = 0..200;
    shown(
        &plot(steps.clone().map(|i| 2.3 * (-0.03 * i as f64).exp() + 0.05))
            .label("train")
            .line(steps.map(|i| 2.3 * (-0.025 * i as f64).exp() + 0.2))
            .label("validation")
            .title("Loss")
            .xlabel("step")
            .ylabel("cross entropy")
            .log_y(),
    );

    let x = Tensor::randn([200]);
    let y = &x * 0.8 + Tensor::randn([200]) * 0.4;
    shown(
        &scatter((&x, &y))
            .label("data")
            .line(([-3., 3.], [-2.4, 2.4]))
            .label("y = 0.8 x")
            .theme(Theme::Dark),
    );

    shown(
        &bar((["resnet9", "resnet18", "vgg11"], [0.913, 0.937, 0.902]))
            .ylabel("accuracy")
            .ylim(0.85, 0.95),
    );

    let a = tensor!([[1., 2., 3.], [4., 5., 6.]]).requires_grad_(true);
    let x = tensor!([[1.], [2.], [3.]]).requires_grad_(true);
    let y = a.matmul(&x);
    let loss = (&y * &y).mean() + y.sum();
    shown(&make_dot(&loss).names([("A", &a), ("x", &x)]));

    let epochs = progress(0..3).named("epochs");
    let bar = epochs.bar();
    for epoch in epochs {
        for _batch in progress(0..20).named("batches") {
            std::thread::sleep(std::time::Duration::from_millis(4));
        }
        bar.message(format!("loss {:.3}", 1.0 / (epoch + 1) as f64));
    }

    let target = tensor!([1., -2., 0.5]);
    let w = Tensor::zeros([3]).requires_grad_(true);
    let optimizer = SGD::new([w.clone()], 0.05);
    let live = live_plot("fitting three numbers");
    for _ in progress(0..100) {
        let loss = (&w - &target).pow(2).sum();
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        live.push("loss", loss);
    }
}
