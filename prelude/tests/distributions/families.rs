//! Making the distributions of the fixture.

use wick::Arg;
use wick::distributions::*;
use wick::prelude::*;

fn count_of(arg: &Arg) -> usize {
    match arg {
        Arg::Scalar(number) => number.to_f64() as usize,
        Arg::Tensor(_) => panic!("a tensor where a number is expected"),
    }
}

type Any = Box<dyn Distribution>;
type Expand = Box<dyn Fn(&[usize]) -> Any>;

/// A distribution of any family, and itself expanded.
pub struct Made {
    pub it: Any,
    pub expanded: Expand,
}

fn made<D: Distribution + Clone + 'static>(it: D) -> Made {
    let again = it.clone();
    Made {
        it: Box::new(it),
        expanded: Box::new(move |shape| Box::new(again.expand(shape))),
    }
}

/// Families with one, two or three parameters.
macro_rules! plain {
    ($family:expr, $p:expr; $($one:ident)*; $($two:ident)*; $($three:ident)*) => {
        match $family {
            $(stringify!($one) => Some(made($one::new($p[0].clone()))),)*
            $(stringify!($two) => Some(made($two::new($p[0].clone(), $p[1].clone()))),)*
            $(stringify!($three) => Some(made($three::new($p[0].clone(), $p[1].clone(), $p[2].clone()))),)*
            _ => None,
        }
    };
}

/// Families of probabilities: alone, behind a number or tensor.
macro_rules! odds {
    ($family:expr, $logits:expr, $p:expr; $($one:ident)*; $($two:ident)*) => {
        match ($family, $logits) {
            $((stringify!($one), false) => Some(made($one::new($p[0].clone()))),)*
            $((stringify!($one), true) => Some(made($one::from_logits($p[0].clone()))),)*
            $((stringify!($two), false) => Some(made($two::new($p[0].clone(), $p[1].clone()))),)*
            $((stringify!($two), true) => Some(made($two::from_logits($p[0].clone(), $p[1].clone()))),)*
            _ => None,
        }
    };
}

pub fn make(family: &str, how: &str, p: &[Arg]) -> Made {
    plain!(family, p;
        Exponential HalfNormal HalfCauchy Chi2 Poisson Dirichlet;
        Normal Laplace Cauchy Gumbel LogNormal Uniform Gamma InverseGamma Weibull FisherSnedecor Pareto Beta Kumaraswamy
            VonMises LogisticNormal;
        StudentT LowRankMultivariateNormal GeneralizedPareto
    )
    .or_else(|| {
        odds!(family, how == "logits", p;
            Bernoulli Geometric ContinuousBernoulli Categorical OneHotCategorical OneHotCategoricalStraightThrough;
            Binomial NegativeBinomial RelaxedBernoulli LogitRelaxedBernoulli RelaxedOneHotCategorical ExpRelaxedCategorical
        )
    })
    .unwrap_or_else(|| composed(family, how, p))
}

fn composed(family: &str, how: &str, p: &[Arg]) -> Made {
    let normal = |loc: &Arg, scale: &Arg| Normal::new(loc.clone(), scale.clone());
    match (family, how) {
        ("Multinomial", "probs") => made(Multinomial::new(count_of(&p[0]), p[1].clone())),
        ("Multinomial", _) => made(Multinomial::from_logits(count_of(&p[0]), p[1].clone())),
        ("MultivariateNormal", "covariance_matrix") => {
            made(MultivariateNormal::new(p[0].clone(), p[1].clone()))
        }
        ("MultivariateNormal", "precision_matrix") => made(
            MultivariateNormal::from_precision_matrix(p[0].clone(), p[1].clone()),
        ),
        ("MultivariateNormal", _) => made(MultivariateNormal::from_scale_tril(
            p[0].clone(),
            p[1].clone(),
        )),
        ("Wishart", "covariance_matrix") => made(Wishart::new(p[0].clone(), p[1].clone())),
        ("Wishart", "precision_matrix") => {
            made(Wishart::from_precision_matrix(p[0].clone(), p[1].clone()))
        }
        ("Wishart", _) => made(Wishart::from_scale_tril(p[0].clone(), p[1].clone())),
        ("LKJCholesky", _) => made(LKJCholesky::new(count_of(&p[0]), p[1].clone())),
        ("Independent", _) => made(Independent::new(normal(&p[0], &p[1]), 1)),
        ("MixtureSameFamily", _) => {
            let hills = Normal::new(p[1].clone(), 0.5);
            made(MixtureSameFamily::new(
                Categorical::new(p[0].clone()),
                hills,
            ))
        }
        ("MixtureOfVectors", _) => {
            let hills = Independent::new(Normal::new(p[1].clone(), 0.5), 1);
            made(MixtureSameFamily::new(
                Categorical::new(p[0].clone()),
                hills,
            ))
        }
        ("Transformed", chain) => transformed(chain, normal(&p[0], &p[1])),
        _ => panic!("there is no family '{family}'"),
    }
}

fn transformed(chain: &str, base: Normal) -> Made {
    fn of(base: Normal, transform: impl Transform + 'static) -> Made {
        made(TransformedDistribution::new(base, transform))
    }
    match chain {
        "Exp" => of(base, ExpTransform),
        "ExpAffine" => of(base, ExpTransform.then(AffineTransform::new(1., -2.))),
        "Sigmoid" => of(base, SigmoidTransform),
        "Tanh" => of(base, TanhTransform),
        "Softplus" => of(base, SoftplusTransform),
        "Power" => of(base, ExpTransform.then(PowerTransform::new(3.))),
        "StickBreaking" => of(base, StickBreakingTransform),
        "AffineOfVectors" => of(
            base,
            AffineTransform::new(1., tensor!([2., 3.])).event_dim(1),
        ),
        "InverseSigmoid" => of(base, SigmoidTransform.then(SigmoidTransform.inv())),
        _ => panic!("there is no chain '{chain}'"),
    }
}

/// How two distributions of these families differ.
pub fn differ(p: &str, q: &str, pa: &[Arg], qa: &[Arg]) -> Tensor {
    macro_rules! one {
        ($family:ident, $a:expr) => {
            $family::new($a[0].clone())
        };
    }
    macro_rules! two {
        ($family:ident, $a:expr) => {
            $family::new($a[0].clone(), $a[1].clone())
        };
    }
    macro_rules! three {
        ($family:ident, $a:expr) => {
            $family::new($a[0].clone(), $a[1].clone(), $a[2].clone())
        };
    }
    macro_rules! pairs {
        ($($p_kind:ident $p:ident $q_kind:ident $q:ident;)*) => {
            match (p, q) {
                $((stringify!($p), stringify!($q)) => {
                    kl_divergence(&$p_kind!($p, pa), &$q_kind!($q, qa))
                })*
                ("Independent", "Independent") => kl_divergence(
                    &Independent::new(two!(Normal, pa), 1),
                    &Independent::new(two!(Normal, qa), 1),
                ),
                _ => panic!("there is no pair of {p} and {q}"),
            }
        };
    }
    pairs! {
        one Bernoulli one Bernoulli; two Beta two Beta; one Categorical one Categorical;
        one OneHotCategorical one OneHotCategorical; two Binomial two Binomial; two Cauchy two Cauchy;
        one Dirichlet one Dirichlet; one Exponential one Exponential; two Gamma two Gamma; one Geometric one Geometric;
        two Gumbel two Gumbel; one HalfNormal one HalfNormal; two Laplace two Laplace; two LogNormal two LogNormal;
        two Normal two Normal; two Pareto two Pareto; one Poisson one Poisson; two Uniform two Uniform; one Chi2 one Chi2;
        two MultivariateNormal two MultivariateNormal; two MultivariateNormal three LowRankMultivariateNormal;
        three LowRankMultivariateNormal two MultivariateNormal;
        three LowRankMultivariateNormal three LowRankMultivariateNormal;
        one ContinuousBernoulli one ContinuousBernoulli; two Beta one ContinuousBernoulli;
        one ContinuousBernoulli two Pareto; one ContinuousBernoulli one Exponential; one ContinuousBernoulli two Normal;
        one ContinuousBernoulli two Uniform; one Exponential one ContinuousBernoulli; two Gamma one ContinuousBernoulli;
        two Gumbel one ContinuousBernoulli; two Laplace one ContinuousBernoulli; two Normal one ContinuousBernoulli;
        two Pareto one ContinuousBernoulli; two Uniform one ContinuousBernoulli;
        one Bernoulli one Poisson; two Beta two Pareto; two Beta one Exponential; two Beta two Gamma; two Beta two Normal;
        two Beta two Uniform; one Exponential two Beta; one Exponential two Pareto; one Exponential two Uniform;
        one Exponential two Gamma; one Exponential two Gumbel; one Exponential two Normal; two Gamma two Beta;
        two Gamma two Pareto; two Gamma two Uniform; two Gamma one Exponential; two Gamma two Gumbel; two Gamma two Normal;
        two Gumbel two Beta; two Gumbel one Exponential; two Gumbel two Gamma; two Gumbel two Pareto;
        two Gumbel two Uniform; two Gumbel two Normal; two Laplace two Beta; two Laplace one Exponential;
        two Laplace two Gamma; two Laplace two Pareto; two Laplace two Uniform; two Laplace two Normal;
        two Normal two Beta; two Normal one Exponential; two Normal two Gamma; two Normal two Pareto;
        two Normal two Uniform; two Normal two Gumbel; two Normal two Laplace; two Pareto two Beta; two Pareto two Uniform;
        two Pareto one Exponential; two Pareto two Gamma; two Pareto two Normal; one Poisson one Bernoulli;
        one Poisson two Binomial; two Uniform two Beta; two Uniform one Exponential; two Uniform two Gamma;
        two Uniform two Gumbel; two Uniform two Normal; two Uniform two Pareto;
    }
}
