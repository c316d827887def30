//! A function of one example as a function of a batch.

use super::{Map, MapAll};
use crate::autograd::Outputs;
use crate::autograd::functional::Function;
use crate::error::{Error, OrPanic, Result, bail};
use crate::random::{Generator, default_generator};
use crate::tensor::Tensor;

/// What random numbers do in a function that is mapped: the argument `randomness` of `torch.func.vmap`.
///
/// ```
/// use wick::func::{Randomness, VmapOptions, vmap_with};
/// use wick::prelude::*;
/// let options = VmapOptions { randomness: Randomness::Same, ..Default::default() };
/// let noisy = vmap_with(|x| &x[0] + Tensor::rand([3]), options);
/// let y = noisy(&[&Tensor::zeros([2, 3])])?;
/// assert!(y[0].select(0, 0).equal(&y[0].select(0, 1)));
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Randomness {
    /// They are refused.
    #[default]
    Error,
    /// Each example gets its own.
    Different,
    /// All examples get the same.
    Same,
}

/// The choices of [`vmap_with`]: the keyword arguments of `torch.func.vmap`.
///
/// ```
/// use wick::func::{VmapOptions, vmap_with};
/// use wick::prelude::*;
/// // The same vector for every row.
/// let options = VmapOptions { in_dims: vec![None, Some(0)], ..Default::default() };
/// let dots = vmap_with(|x| x[0].dot(&x[1]), options);
/// let y = dots(&[&tensor!([0., 1., 2.]), &tensor!([[0., 1., 2.], [3., 4., 5.]])])?;
/// assert_eq!(y[0].to_vec1::<f32>(), [5., 14.]);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct VmapOptions {
    /// The dimension of each argument that counts the examples, `None` for an argument that all of them get whole.
    /// Empty: the first of each.
    pub in_dims: Vec<Option<i64>>,
    /// The dimension of each result that is going to count them. Empty: the first of each.
    pub out_dims: Vec<i64>,
    /// What random numbers do.
    pub randomness: Randomness,
}

/// The function of a batch that `f` is of one example: it is applied to each row of the first dimension, and the results
/// are stacked. The rows are taken one after the other. PyTorch: `torch.func.vmap`.
///
/// ```
/// use wick::func::{grad, vmap};
/// use wick::prelude::*;
/// let slopes = vmap(grad(|x: &Tensor| x.pow(3).sum()));
/// let y = slopes(&tensor!([[0., 1., 2.], [3., 4., 5.]]));
/// assert_eq!(y.to_vec2::<f32>(), [[0., 3., 12.], [27., 48., 75.]]);
/// ```
///
/// # Panics
/// The function it gives panics for a tensor without dimensions, where `f` draws random numbers ([`vmap_with`] lets it),
/// and where results differ in shape.
pub fn vmap<'a>(f: impl Fn(&Tensor) -> Tensor + 'a) -> Map<'a> {
    Box::new(move |x| {
        let f = |inputs: &[Tensor]| vec![f(&inputs[0])];
        mapped(&f, &[x], &VmapOptions::default())
            .or_panic()
            .remove(0)
    })
}

/// [`vmap`] of a function of several tensors with one result or several, with choices. PyTorch: `torch.func.vmap`.
///
/// ```
/// use wick::func::vmap_with;
/// use wick::prelude::*;
/// let rows = tensor!([[0., 1., 2.], [3., 4., 5.]]);
/// let dots = vmap_with(|x| x[0].dot(&x[1]), Default::default());
/// assert_eq!(dots(&[&rows, &rows])?[0].to_vec1::<f32>(), [5., 50.]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// The function it gives fails where the arguments do not count as many examples, for dimensions that are not there,
/// where `f` draws random numbers and [`VmapOptions::randomness`] does not let it, and where results differ in shape or
/// number.
pub fn vmap_with<'a, O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O + 'a,
    options: VmapOptions,
) -> MapAll<'a> {
    Box::new(move |x| mapped(&|inputs| f(inputs).into().0, x, &options))
}

fn mapped(f: Function<'_>, inputs: &[&Tensor], options: &VmapOptions) -> Result<Vec<Tensor>> {
    let in_dims = match options.in_dims.is_empty() {
        true => vec![Some(0); inputs.len()],
        false => options.in_dims.clone(),
    };
    let count = examples(inputs, &in_dims)?;
    let example = |at: usize| {
        inputs
            .iter()
            .zip(&in_dims)
            .map(|(input, dim)| match dim {
                Some(dim) => input.try_select(*dim, at as i64),
                None => Ok((*input).clone()),
            })
            .collect::<Result<Vec<_>>>()
    };
    if count == 0 {
        return of_nothing(f, inputs, &in_dims, options);
    }
    let draws = Draws::begin(options.randomness);
    let mut results: Vec<Vec<Tensor>> = Vec::new();
    for at in 0..count {
        let outputs = draws.during(f, &example(at)?)?;
        results.resize_with(outputs.len().max(results.len()), Vec::new);
        for (result, output) in results.iter_mut().zip(outputs) {
            result.push(output);
        }
    }
    draws.end()?;
    if let Some(result) = results.iter().find(|result| result.len() != count) {
        bail!(
            "vmap: the function gives as many tensors for each example; it gave one more for {} of {count}",
            result.len()
        );
    }
    let dims = out_dims(results.len(), options)?;
    results
        .iter()
        .zip(dims)
        .map(|(parts, dim)| Tensor::try_stack(parts, dim))
        .collect()
}

/// How many examples there are.
fn examples(inputs: &[&Tensor], in_dims: &[Option<i64>]) -> Result<usize> {
    if inputs.is_empty() {
        return Err(Error::value(
            "vmap(f)(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function \
             with no inputs. The latter is unsupported.",
        ));
    }
    let listed = listed(in_dims);
    if in_dims.len() != inputs.len() {
        return Err(Error::value(format!(
            "vmap(f, in_dims={listed}, ...)(<inputs>): in_dims is not compatible with the structure of `inputs`. in_dims \
             has {} entries but there are {} inputs.",
            in_dims.len(),
            inputs.len()
        )));
    }
    let mut sizes = Vec::new();
    for (input, dim) in inputs.iter().zip(in_dims) {
        let Some(dim) = dim else { continue };
        let rank = input.dim() as i64;
        if *dim < -rank || *dim >= rank {
            return Err(Error::value(format!(
                "vmap(f, in_dims={listed}, ...)(<inputs>): Got in_dim={dim} for some input, but that input is a Tensor \
                 of dimensionality {rank} so expected in_dim to satisfy -{rank} <= in_dim < {rank}."
            )));
        }
        sizes.push(input.size(*dim));
    }
    let Some(&first) = sizes.first() else {
        return Err(Error::value(
            "vmap: Expected at least one Tensor to vmap over",
        ));
    };
    if sizes.iter().any(|&size| size != first) {
        return Err(Error::value(format!(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes:?} for the mapped \
             dimension"
        )));
    }
    Ok(first)
}

/// The dimensions as Python shows them: one number where all are the same.
fn listed(dims: &[Option<i64>]) -> String {
    let one = |dim: &Option<i64>| dim.map_or("None".to_owned(), |dim| dim.to_string());
    match dims {
        [first, rest @ ..] if rest.iter().all(|dim| dim == first) => one(first),
        _ => format!("({})", dims.iter().map(one).collect::<Vec<_>>().join(", ")),
    }
}

fn out_dims(count: usize, options: &VmapOptions) -> Result<Vec<i64>> {
    match options.out_dims.len() {
        0 => Ok(vec![0; count]),
        1 => Ok(vec![options.out_dims[0]; count]),
        given if given == count => Ok(options.out_dims.clone()),
        _ => Err(Error::value(format!(
            "vmap(f, ..., out_dims={:?}): out_dims is not compatible with the structure of `outputs`. out_dims has {} \
             entries but there are {count} outputs.",
            options.out_dims,
            options.out_dims.len()
        ))),
    }
}

/// Where the random numbers of the examples come from.
struct Draws {
    randomness: Randomness,
    /// Stands in for the default generator, unless each example gets numbers of its own. No other thread draws from it.
    own: Generator,
    start: Vec<u8>,
}

impl Draws {
    fn begin(randomness: Randomness) -> Self {
        let own = Generator::with_seed(0);
        let start = match randomness {
            Randomness::Same => default_generator().get_state(),
            Randomness::Error | Randomness::Different => own.get_state(),
        };
        Self {
            randomness,
            own,
            start,
        }
    }

    fn during(&self, f: Function<'_>, example: &[Tensor]) -> Result<Vec<Tensor>> {
        if self.randomness == Randomness::Different {
            return Ok(f(example));
        }
        begin_at(&self.own, &self.start)?;
        let outputs = self.own.scope(|| f(example));
        if self.randomness == Randomness::Error && self.own.get_state() != self.start {
            bail!(
                "vmap: called random operation while in randomness error mode. Please either use the 'same' or \
                 'different' randomness flags on vmap or perform the randomness operation out of vmap"
            );
        }
        Ok(outputs)
    }

    /// The default generator goes on after the numbers that all examples had.
    fn end(&self) -> Result<()> {
        match self.randomness {
            Randomness::Same => begin_at(&default_generator(), &self.own.get_state()),
            Randomness::Error | Randomness::Different => Ok(()),
        }
    }
}

fn begin_at(generator: &Generator, state: &[u8]) -> Result<()> {
    generator
        .set_state(state)
        .map_err(|error| Error::runtime(error.to_string()))
}

/// The results of no example: their shapes are learnt from one of zeros.
fn of_nothing(
    f: Function<'_>,
    inputs: &[&Tensor],
    in_dims: &[Option<i64>],
    options: &VmapOptions,
) -> Result<Vec<Tensor>> {
    let example = inputs
        .iter()
        .zip(in_dims)
        .map(|(input, dim)| match dim {
            Some(dim) => {
                let mut shape = input.dims();
                shape.remove(crate::shape::axis(*dim, shape.len())?);
                input.try_new_zeros(&shape)
            }
            None => Ok((*input).clone()),
        })
        .collect::<Result<Vec<_>>>()?;
    // Nothing is drawn for nobody.
    let outputs = Generator::with_seed(0).scope(|| f(&example));
    let dims = out_dims(outputs.len(), options)?;
    outputs
        .iter()
        .zip(dims)
        .map(|(output, dim)| {
            let none = Tensor::try_stack(&[output], dim)?;
            none.try_narrow(dim, 0, 0)
        })
        .collect()
}
