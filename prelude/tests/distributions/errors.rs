//! What cannot be, in PyTorch's words.

use super::rows;
use wick::distributions::*;
use wick::prelude::*;
use wick::{ErrorKind, Result};

fn sentence<T>(outcome: Result<T>) -> String {
    outcome
        .err()
        .map_or_else(|| "nothing".to_string(), |error| error.to_string())
}

fn refused(name: &str) -> String {
    let ones = |n: usize| Tensor::ones(n);
    let nan = f64::NAN;
    match name {
        "normal scale" => sentence(Normal::try_new(0, -1)),
        "normal scales" => sentence(Normal::try_new(0, tensor!([1., -1.]))),
        "normal nan" => sentence(Normal::try_new(nan, 1.)),
        "log_normal scale" => sentence(LogNormal::try_new(0, -1.)),
        "chi2" => sentence(Chi2::try_new(-1.)),
        "student_t" => sentence(StudentT::try_new(-1., 0., 1.)),
        "pareto" => sentence(Pareto::try_new(1., -1.)),
        "pareto scale" => sentence(Pareto::try_new(-1., 1.)),
        "half_normal" => sentence(HalfNormal::try_new(-1.)),
        "uniform" => sentence(Uniform::try_new(2, 1.)),
        "bernoulli" => sentence(Bernoulli::try_new(1.5)),
        "bernoulli logits" => sentence(Bernoulli::try_from_logits(nan)),
        "categorical" => sentence(Categorical::try_new(tensor!([-1., 2.]))),
        "categorical of a number" => sentence(Categorical::try_new(1.)),
        "beta" => sentence(Beta::try_new(1., -2.)),
        "weibull" => sentence(Weibull::try_new(-1., 2.)),
        "kumaraswamy" => sentence(Kumaraswamy::try_new(-1., 2.)),
        "covariance" => sentence(MultivariateNormal::try_new(
            Tensor::zeros(2),
            tensor!([[1., 2.], [2., 1.]]),
        )),
        "tril" => {
            let tril = tensor!([[1., 2.], [0., 1.]]);
            sentence(MultivariateNormal::try_from_scale_tril(
                Tensor::zeros(2),
                tril,
            ))
        }
        "loc of a number" => sentence(MultivariateNormal::try_new(0., Tensor::eye(2))),
        "vector for a matrix" => sentence(MultivariateNormal::try_new(Tensor::zeros(2), ones(2))),
        "geometric" => sentence(Geometric::try_new(tensor!([0., 0.5]))),
        "dirichlet" => sentence(Dirichlet::try_new(tensor!([1., -2.]))),
        "dirichlet of a number" => sentence(Dirichlet::try_new(1.)),
        "poisson with gradients" => sentence(Poisson::try_new(tensor!([-1.]).requires_grad_(true))),
        "relaxed" => sentence(RelaxedBernoulli::try_new(2., 1.5)),
        "negative_binomial" => sentence(NegativeBinomial::try_new(3., 1.)),
        "binomial count" => sentence(Binomial::try_new(tensor!(-1.), tensor!(0.5))),
        "independent" => sentence(Independent::try_new(Normal::new(0., 1.), 1)),
        "wishart df" => sentence(Wishart::try_new(tensor!([1., 4.]), Tensor::eye(2))),
        "lkj" => sentence(LKJCholesky::try_new(1, 1.)),
        "lkj concentration" => sentence(LKJCholesky::try_new(3, -1.)),
        "low rank" => {
            let factor = Tensor::ones([3, 1]);
            sentence(LowRankMultivariateNormal::try_new(
                Tensor::zeros(2),
                factor,
                ones(2),
            ))
        }
        "low rank diagonal" => {
            let (factor, none) = (Tensor::ones([2, 1]), Tensor::zeros(2));
            sentence(LowRankMultivariateNormal::try_new(
                Tensor::zeros(2),
                factor,
                none,
            ))
        }
        "mixture" => {
            let hills = Normal::new(Tensor::zeros(2), 1.);
            sentence(MixtureSameFamily::try_new(Categorical::new(ones(3)), hills))
        }
        "mixture batch" => {
            let (choice, hills) = (Tensor::ones([2, 3]), Normal::new(Tensor::zeros([4, 3]), 1.));
            sentence(MixtureSameFamily::try_new(Categorical::new(choice), hills))
        }
        "value shape" => sentence(Normal::new(Tensor::zeros(2), 1).try_log_prob(&Tensor::zeros(3))),
        "event shape" => {
            let normal = MultivariateNormal::new(Tensor::zeros(2), Tensor::eye(2));
            sentence(normal.try_log_prob(&Tensor::zeros(3)))
        }
        "value nan" => sentence(Normal::new(0., 1.).try_log_prob(&tensor!(nan))),
        "value bernoulli" => sentence(Bernoulli::new(0.3).try_log_prob(&tensor!(0.5))),
        "value uniform" => sentence(Uniform::new(0., 1.).try_log_prob(&tensor!(1.5))),
        "value poisson" => sentence(Poisson::new(2.).try_log_prob(&tensor!([1.5]))),
        "value categorical" => sentence(Categorical::new(ones(3)).try_log_prob(&tensor!(3))),
        "value binomial" => sentence(Binomial::new(3, tensor!([0.2])).try_log_prob(&tensor!([4.]))),
        "value multinomial" => {
            let counts = tensor!([2., 2.]);
            sentence(Multinomial::new(3, tensor!([0.5, 0.5])).try_log_prob(&counts))
        }
        "value one_hot" => {
            sentence(OneHotCategorical::new(tensor!([0.5, 0.5])).try_log_prob(&ones(2)))
        }
        "value dirichlet" => sentence(Dirichlet::new(tensor!([0.5, 0.5])).try_log_prob(&ones(2))),
        "value exponential" => {
            sentence(Exponential::new(tensor!([0.5, 0.5])).try_cdf(&tensor!([1., -1.])))
        }
        "value log_normal" => sentence(LogNormal::new(0., 1.).try_log_prob(&tensor!(-1.))),
        "cdf log_normal" => sentence(LogNormal::new(0., 1.).try_cdf(&tensor!(-1.))),
        "cdf half_normal" => sentence(HalfNormal::new(1.).try_cdf(&tensor!(-1.))),
        "value independent" => {
            let times = Independent::new(Exponential::new(ones(2)), 1);
            sentence(times.try_log_prob(&tensor!([1., -1.])))
        }
        "value mixture" => {
            let times = Exponential::new(ones(2));
            let mixture = MixtureSameFamily::new(Categorical::new(ones(2)), times);
            sentence(mixture.try_log_prob(&tensor!(-1.)))
        }
        "broadcast" => sentence(Normal::try_new(Tensor::zeros(2), ones(3))),
        "too few dimensions" => {
            let normal = Normal::new(0., 1.);
            sentence(TransformedDistribution::try_new(
                normal,
                StickBreakingTransform,
            ))
        }
        "binomial dtypes" => {
            let prob = tensor!([0.5]).to(DType::F64);
            sentence(Tensor::try_binomial(&tensor!([5.]), &prob))
        }
        "binomial of integers" => sentence(Tensor::try_binomial(&tensor!([5]), &tensor!([0.5]))),
        "entropy of several counts" => {
            sentence(Binomial::new(tensor!([3., 4.]), tensor!(0.5)).try_entropy())
        }
        _ => panic!("there is no case '{name}'"),
    }
}

#[test]
fn what_cannot_be_is_refused_in_pytorchs_words() {
    let mut wrong = Vec::new();
    for row in rows("error") {
        let (name, expected) = (row.text("error"), row.text("text"));
        let found = refused(&name);
        if found != expected {
            wrong.push(format!(
                "{name}:\n  {found}\n  and in PyTorch\n  {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_family_has_not_is_said_with_what_to_use_instead() {
    let coin = Bernoulli::new(0.5);
    assert_eq!(
        sentence(coin.try_rsample(())),
        "Bernoulli does not implement rsample; use sample, whose draws have no gradient, and weigh log_prob instead"
    );
    let error = coin.try_cdf(&tensor!(1.)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Bernoulli does not implement cdf; draw many samples and count them"
    );
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_eq!(Normal::try_new(0, -1).unwrap_err().kind(), ErrorKind::Value);
}

#[test]
fn without_validation_anything_goes_that_broadcasts() {
    let odd = Normal::without_validation(0, -1.);
    assert!(odd.try_log_prob(&tensor!(f64::NAN)).is_ok());
    let mismatch = Normal::without_validation(Tensor::zeros(2), 1.).try_log_prob(&Tensor::zeros(3));
    assert!(
        sentence(mismatch)
            .starts_with("The size of tensor a (3) must match the size of tensor b (2)")
    );
    // What is no distribution of floats is an error, not a panic.
    let whole = Bernoulli::new(tensor!([0, 1]));
    assert!(whole.try_log_prob(&tensor!([1., 1.])).is_err());
    assert!(Laplace::new(tensor!([0, 1]), 1).try_rsample(()).is_err());
    // Truth values count as 0 and 1.
    let coin = Bernoulli::new(0.25).log_prob(&tensor!([true, false])).exp();
    assert_eq!(coin.to_string(), "tensor([0.2500, 0.7500])");
}
