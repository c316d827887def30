//! Orders and draws are compared with those that torch 2.15 gives after the same seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{
    BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
    WeightedRandomSampler, get_worker_info, random_split_with, try_random_split,
};
use crate::prelude::*;
use crate::random::{Generator, set_thread_generator};

/// Runs `body` with a default generator that other tests do not draw from.
fn alone<T>(seed: u64, body: impl FnOnce() -> T) -> T {
    set_thread_generator(Generator::with_seed(seed));
    body()
}

fn ten() -> TensorDataset<(Tensor,)> {
    TensorDataset::new((Tensor::arange(0, 10, 1),))
}

fn epoch<D: Dataset + 'static>(loader: &DataLoader<D, (Tensor,)>) -> Vec<Vec<i64>> {
    loader.iter().map(|(x,)| x.to_vec1::<i64>()).collect()
}

#[test]
fn a_shuffled_loader_has_pytorchs_order_and_draws() {
    alone(0, || {
        let loader = DataLoader::new(ten()).batch_size(4).shuffle(true);
        assert_eq!(
            epoch(&loader),
            [vec![6, 7, 1, 4], vec![2, 0, 9, 8], vec![3, 5]]
        );
        assert_eq!(
            epoch(&loader),
            [vec![2, 4, 7, 0], vec![8, 9, 5, 3], vec![6, 1]]
        );
        assert_eq!(Tensor::randint(0, 1000, [2]).to_vec1::<i64>(), [497, 683]);
    });
    alone(0, || {
        let loader = DataLoader::new(ten()).batch_size(4);
        assert_eq!(
            epoch(&loader),
            [vec![0, 1, 2, 3], vec![4, 5, 6, 7], vec![8, 9]]
        );
        epoch(&loader);
        assert_eq!(Tensor::randint(0, 1000, [2]).to_vec1::<i64>(), [963, 379]);
    });
    alone(0, || {
        let loader = DataLoader::new(ten())
            .batch_size(4)
            .shuffle(true)
            .drop_last(true);
        assert_eq!(epoch(&loader), [[6, 7, 1, 4], [2, 0, 9, 8]]);
        assert_eq!(loader.len(), 2);
    });
}

#[test]
fn a_generator_of_its_own_is_drawn_from_as_often_as_in_pytorch() {
    let loader = |size| {
        DataLoader::new(ten())
            .batch_size(size)
            .shuffle(true)
            .generator(&Generator::with_seed(5))
    };
    let short = loader(4);
    assert_eq!(
        epoch(&short),
        [vec![7, 4, 8, 1], vec![2, 3, 6, 5], vec![9, 0]]
    );
    assert_eq!(
        epoch(&short),
        [vec![2, 1, 6, 3], vec![5, 9, 4, 7], vec![8, 0]]
    );
    let full = loader(5).drop_last(true);
    assert_eq!(epoch(&full), [[7, 4, 8, 1, 2], [3, 6, 5, 9, 0]]);
    assert_eq!(epoch(&full), [[2, 1, 6, 3, 5], [9, 4, 7, 8, 0]]);
}

#[test]
fn samplers_draw_what_pytorchs_draw() {
    let all = |sampler: &dyn Sampler<Item = usize>| sampler.iter().collect::<Vec<_>>();
    alone(1, || {
        let drawn = all(&RandomSampler::new(7).replacement(true).num_samples(40));
        let expected = [
            2, 4, 2, 4, 5, 0, 5, 5, 6, 3, 0, 5, 6, 2, 1, 6, 5, 6, 4, 6, 0, 2, 1, 6, 5, 3, 4, 2, 5,
            2, 6, 3, 2, 4, 4, 2, 6, 2, 1, 6,
        ];
        assert_eq!(drawn, expected);
        assert_eq!(Tensor::randint(0, 1000, [1]).item::<i64>(), 124);
    });
    alone(1, || {
        assert_eq!(
            all(&RandomSampler::new(4).num_samples(10)),
            [2, 1, 0, 3, 0, 1, 2, 3, 0, 1]
        )
    });
    alone(1, || {
        let weighted = WeightedRandomSampler::new([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 8, true);
        assert_eq!(all(&weighted), [1, 2, 2, 2, 4, 1, 4, 4]);
        let weighted = WeightedRandomSampler::new([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, false);
        assert_eq!(all(&weighted), [0, 1, 3, 4, 5]);
    });
    alone(1, || {
        assert_eq!(all(&SubsetRandomSampler::new([5, 6, 7, 8])), [6, 8, 7, 5])
    });
}

#[test]
fn samplers_refuse_what_makes_no_sense() {
    let error = RandomSampler::try_new(0).unwrap_err().to_string();
    assert_eq!(
        error,
        "num_samples should be a positive integer value, but got num_samples=0"
    );
    let error = WeightedRandomSampler::try_new([1.0], 2, false)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
    );
}

#[test]
fn splits_are_pytorchs() {
    let generator = Generator::with_seed(0);
    let list = |len: i64| (0..len).collect::<Vec<i64>>();
    let parts = random_split_with(list(10), [3, 7], &generator);
    assert_eq!(parts[0].indices(), [4, 1, 7]);
    assert_eq!(parts[1].indices(), [5, 3, 9, 0, 8, 6, 2]);
    let parts = random_split_with(list(11), [0.3, 0.3, 0.4], &generator);
    let lens: Vec<_> = parts.iter().map(Dataset::len).collect();
    assert_eq!(lens, [4, 3, 4]);
    assert_eq!(parts[2].indices(), [6, 0, 5, 10]);
    let error = try_random_split(list(10), [3, 8]).unwrap_err().to_string();
    assert_eq!(
        error,
        "Sum of input lengths does not equal the length of the input dataset!"
    );
    let error = try_random_split(list(10), [1.5, -0.5])
        .unwrap_err()
        .to_string();
    assert_eq!(error, "Fraction at index 0 is not between 0 and 1");
}

/// Each element is a random number.
struct Random;

impl Dataset for Random {
    type Item = i64;
    fn item(&self, _: usize) -> i64 {
        Tensor::randint(0, 1000, [1]).item()
    }
    fn len(&self) -> usize {
        6
    }
}

#[test]
fn workers_draw_what_pytorchs_workers_draw() {
    alone(3, || {
        let loader = DataLoader::new(Random).batch_size(2).num_workers(2);
        let drawn: Vec<_> = loader.iter().map(|batch| batch.to_vec1::<i64>()).collect();
        assert_eq!(drawn, [[967, 628], [91, 933], [895, 711]]);
        assert_eq!(Tensor::randint(0, 1000, [1]).item::<i64>(), 737);
    });
    alone(3, || {
        let loader = DataLoader::new(ten())
            .batch_size(3)
            .shuffle(true)
            .num_workers(2);
        assert_eq!(
            epoch(&loader),
            [vec![6, 2, 0], vec![1, 8, 3], vec![5, 4, 7], vec![9]]
        );
    });
}

/// Counts how often an element was asked for; the fourth cannot be had.
#[derive(Clone, Default)]
struct Fragile {
    asked: Arc<AtomicUsize>,
    broken: Option<usize>,
}

impl Dataset for Fragile {
    type Item = i64;
    fn item(&self, index: usize) -> i64 {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert!(self.broken != Some(index), "element {index} is damaged");
        // Workers may use kernels that run in parallel.
        Tensor::ones([64, 64])
            .matmul(&Tensor::ones([64, 64]))
            .sum()
            .item::<i64>()
            + index as i64
    }
    fn len(&self) -> usize {
        1000
    }
}

fn message(body: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_err();
    payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default()
}

#[test]
fn a_panic_of_a_worker_is_one_of_the_loop() {
    let set = Fragile {
        broken: Some(5),
        ..Fragile::default()
    };
    let loader = DataLoader::new(set).batch_size(2).num_workers(2);
    let mut batches = 0;
    let message = message(|| loader.iter().for_each(|_| batches += 1));
    assert_eq!(batches, 2);
    assert_eq!(
        message,
        "Caught panic in DataLoader worker 0: element 5 is damaged"
    );
}

#[test]
fn elements_that_do_not_go_together_are_an_error_with_both_shapes() {
    let ragged = vec![Tensor::ones([2]), Tensor::ones([3])];
    let text =
        "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1";
    let here = DataLoader::new(ragged.clone()).batch_size(2);
    assert_eq!(message(|| here.iter().for_each(drop)), text);
    let there = DataLoader::new(ragged).batch_size(2).num_workers(1);
    assert_eq!(
        message(|| there.iter().for_each(drop)),
        format!("Caught error in DataLoader worker 0: {text}")
    );
}

#[test]
fn leaving_a_loop_early_ends_the_workers() {
    let set = Fragile::default();
    let loader = DataLoader::new(set.clone())
        .batch_size(1)
        .num_workers(3)
        .prefetch_factor(2);
    let begun = Instant::now();
    let first = loader.iter().next().unwrap();
    assert_eq!(first.to_vec1::<i64>(), [64 * 64 * 64]);
    // No more than what was ordered in advance, and the one ordered when the first came.
    let asked = set.asked.load(Ordering::SeqCst);
    assert!(asked <= 7, "{asked}");
    // The epoch waited for its workers, so nobody asks any more.
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(Arc::strong_count(&set.asked), 2);
}

#[test]
fn a_loader_can_be_gone_through_again_with_workers() {
    let loader = DataLoader::new(ten()).batch_size(3).num_workers(4);
    for _ in 0..3 {
        let batches = epoch(&loader);
        assert_eq!(batches.concat(), (0..10).collect::<Vec<i64>>());
    }
}

#[test]
fn batches_have_the_form_of_their_elements() {
    let set: Vec<(Tensor, (i64, f64), String)> = (0..3)
        .map(|i| (Tensor::full([2], i as f64), (i, 0.5), i.to_string()))
        .collect();
    let (x, (int, float), text) = DataLoader::new(set).batch_size(3).iter().next().unwrap();
    assert_eq!(x.shape(), [3, 2]);
    assert_eq!((int.dtype(), float.dtype()), (DType::I64, DType::F64));
    assert_eq!(text, ["0", "1", "2"]);

    let maps: Vec<_> = (0..2i64)
        .map(|i| std::collections::BTreeMap::from([("a", i), ("b", 2 * i)]))
        .collect();
    let batch = DataLoader::new(maps).batch_size(2).iter().next().unwrap();
    assert_eq!(batch["b"].to_vec1::<i64>(), [0, 2]);
}

#[test]
fn options_that_exclude_each_other_are_said_to() {
    let batches = || BatchSampler::new(SequentialSampler::new(10), 5, false);
    let loader = DataLoader::new(ten()).batch_sampler(batches());
    assert_eq!(epoch(&loader), [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]);
    let text = message(|| {
        drop(
            DataLoader::new(ten())
                .batch_size(2)
                .batch_sampler(batches()),
        )
    });
    assert!(
        text.starts_with("batch_sampler option is mutually exclusive"),
        "{text}"
    );
    let text = message(|| {
        drop(
            DataLoader::new(ten())
                .shuffle(true)
                .sampler(SequentialSampler::new(10)),
        )
    });
    assert_eq!(text, "sampler option is mutually exclusive with shuffle");
    let text = message(|| drop(DataLoader::new(ten()).batch_size(0)));
    assert_eq!(
        text,
        "batch_size should be a positive integer value, but got batch_size=0"
    );
    let text = message(|| drop(DataLoader::new(Vec::<i64>::new()).shuffle(true)));
    assert_eq!(
        text,
        "num_samples should be a positive integer value, but got num_samples=0"
    );
}

struct Streamed;

impl IterableDataset for Streamed {
    type Item = i64;
    fn iter(&self) -> Box<dyn Iterator<Item = i64> + '_> {
        // The first worker has less to give than the second.
        let id = get_worker_info().map_or(0, |info| info.id) as i64;
        Box::new((0..3 + 4 * id).map(move |i| 100 * id + i))
    }
}

#[test]
fn batches_of_streams_come_in_turn() {
    let loader = IterableLoader::new(Streamed).batch_size(2).num_workers(2);
    let batches: Vec<_> = loader.iter().map(|batch| batch.to_vec1::<i64>()).collect();
    let expected = [
        vec![0, 1],
        vec![100, 101],
        vec![2],
        vec![102, 103],
        vec![104, 105],
        vec![106],
    ];
    assert_eq!(batches, expected);
    let dropped = IterableLoader::new(Streamed).batch_size(2).drop_last(true);
    assert_eq!(dropped.iter().count(), 1);
}

#[test]
fn concatenated_sets_find_their_elements() {
    let both = ConcatDataset::new([vec![1, 2], vec![], vec![3]]);
    assert_eq!(
        (0..both.len()).map(|i| both.item(i)).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert!(
        message(|| {
            both.item(3);
        })
        .contains("out of range")
    );
    let error = ConcatDataset::<Vec<i64>>::try_new([])
        .unwrap_err()
        .to_string();
    assert_eq!(error, "datasets should not be an empty iterable");
}

#[test]
fn tensors_of_a_set_have_the_same_first_size() {
    let error = TensorDataset::try_new((Tensor::ones([2]), Tensor::ones([3]))).unwrap_err();
    assert_eq!(error.to_string(), "Size mismatch between tensors");
}
