//! The few smallest elements, without sorting all, in the very steps of PyTorch: those of libstdc++'s `nth_element`,
//! `sort` and `partial_sort`, and of a quickselect of PyTorch's own. Which of several equal elements is named is
//! nothing but a consequence of these steps.

/// Whether one place comes before another one; equals do not.
pub(super) type Before<'a> = dyn Fn(i64, i64) -> bool + 'a;

/// Below this many, sorting is left to insertion.
const FEW: usize = 16;

/// The first `k` places in order, as `torch.topk` finds them; the others follow in no order.
pub(super) fn top(places: &mut [i64], k: usize, before: &Before<'_>) {
    if k == 0 {
        return;
    }
    if k * 64 <= places.len() {
        heap_select(places, k, before);
        sort_heap(&mut places[..k], before);
    } else {
        nth_element(places, k - 1, before);
        sort(&mut places[..k - 1], before);
    }
}

/// Brings the place of the element that is `k`-th in order (from 0) there, as `torch.kthvalue` does (Sedgewick 1978).
pub(super) fn kth(places: &mut [i64], k: usize, before: &Before<'_>) {
    let (mut low, mut high) = (0, places.len() - 1);
    while high > low {
        if high == low + 1 {
            swap_unless(places, low, high, before);
            return;
        }
        // The middle one of three goes to `low`, with the smaller one behind it and the larger one at the end.
        places.swap(low.midpoint(high), low + 1);
        swap_unless(places, low + 1, high, before);
        swap_unless(places, low, high, before);
        swap_unless(places, low + 1, low, before);
        let (mut i, mut j, pivot) = (low + 1, high, places[low]);
        loop {
            i += 1;
            while before(places[i], pivot) {
                i += 1;
            }
            j -= 1;
            while before(pivot, places[j]) {
                j -= 1;
            }
            if j < i {
                break;
            }
            places.swap(i, j);
        }
        places.swap(low, j);
        if j <= k {
            low = i;
        }
        if j >= k {
            high = j.saturating_sub(1);
        }
    }
}

/// Puts the smaller one of two first.
fn swap_unless(places: &mut [i64], first: usize, second: usize, before: &Before<'_>) {
    if before(places[second], places[first]) {
        places.swap(first, second);
    }
}

/// How often a range may be cut in two before a heap takes over.
fn depth(places: &[i64]) -> u32 {
    places.len().checked_ilog2().unwrap_or(0) * 2
}

fn nth_element(places: &mut [i64], nth: usize, before: &Before<'_>) {
    let (mut first, mut last) = (0, places.len());
    for _ in 0..depth(places) {
        if last - first <= 3 {
            break;
        }
        let cut = first + cut(&mut places[first..last], before);
        if cut <= nth {
            first = cut;
        } else {
            last = cut;
        }
    }
    let range = &mut places[first..last];
    if range.len() <= 3 {
        insertion_sort(range, before);
        return;
    }
    heap_select(range, nth - first + 1, before);
    range.swap(0, nth - first);
}

/// `std::sort`.
pub(super) fn sort(places: &mut [i64], before: &Before<'_>) {
    sort_roughly(places, depth(places), before);
    let few = places.len().min(FEW);
    insertion_sort(&mut places[..few], before);
    for at in few..places.len() {
        insert(places, at, before);
    }
}

/// Sorts but for ranges of [`FEW`].
fn sort_roughly(places: &mut [i64], depth: u32, before: &Before<'_>) {
    let mut last = places.len();
    for depth in (0..depth).rev() {
        if last <= FEW {
            return;
        }
        let cut = cut(&mut places[..last], before);
        sort_roughly(&mut places[cut..last], depth, before);
        last = cut;
    }
    if last > FEW {
        let rest = &mut places[..last];
        heap_select(rest, last, before);
        sort_heap(rest, before);
    }
}

/// Moves what comes before the middle one of three to the left, what comes after it to the right; gives where the
/// right part begins.
fn cut(places: &mut [i64], before: &Before<'_>) -> usize {
    let (a, b, c) = (1, places.len() / 2, places.len() - 1);
    let is = |i: usize, j: usize| before(places[i], places[j]);
    let middle = match is(a, b) {
        true if is(b, c) => b,
        true if is(a, c) => c,
        true => a,
        false if is(a, c) => a,
        false if is(b, c) => c,
        false => b,
    };
    places.swap(0, middle);
    let (mut first, mut last) = (1, places.len());
    loop {
        // It ends before the end, unless what is not a number has no place in the order.
        while first < places.len() && before(places[first], places[0]) {
            first += 1;
        }
        last -= 1;
        while before(places[0], places[last]) {
            last -= 1;
        }
        if first >= last {
            return first;
        }
        places.swap(first, last);
        first += 1;
    }
}

fn insertion_sort(places: &mut [i64], before: &Before<'_>) {
    for at in 1..places.len() {
        if before(places[at], places[0]) {
            places[..=at].rotate_right(1);
        } else {
            insert(places, at, before);
        }
    }
}

/// Moves an element to the left as far as it belongs.
fn insert(places: &mut [i64], mut at: usize, before: &Before<'_>) {
    while at > 0 && before(places[at], places[at - 1]) {
        places.swap(at, at - 1);
        at -= 1;
    }
}

/// Brings the first `k` to the front, as a heap with the last of them on top.
fn heap_select(places: &mut [i64], k: usize, before: &Before<'_>) {
    let (heap, rest) = places.split_at_mut(k);
    for parent in (0..k / 2).rev() {
        let value = heap[parent];
        sift(heap, parent, value, before);
    }
    for other in rest {
        if before(*other, heap[0]) {
            let value = std::mem::replace(other, heap[0]);
            sift(heap, 0, value, before);
        }
    }
}

fn sort_heap(heap: &mut [i64], before: &Before<'_>) {
    for last in (1..heap.len()).rev() {
        let first = heap[0];
        let value = std::mem::replace(&mut heap[last], first);
        sift(&mut heap[..last], 0, value, before);
    }
}

/// Fills the hole at `top` with its later child, and so on to the bottom; from there `value` rises to where it belongs.
fn sift(heap: &mut [i64], top: usize, value: i64, before: &Before<'_>) {
    let mut hole = top;
    loop {
        let (left, right) = (2 * hole + 1, 2 * hole + 2);
        let child = match (left < heap.len(), right < heap.len()) {
            (_, true) if !before(heap[right], heap[left]) => right,
            (true, _) => left,
            _ => break,
        };
        heap[hole] = heap[child];
        hole = child;
    }
    while hole > top {
        let parent = (hole - 1) / 2;
        if !before(heap[parent], value) {
            break;
        }
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = value;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many numbers, of how many different ones, and `k`; the first of the `k` largest and smallest, the `k`-th.
    type Case = (usize, usize, usize, &'static [i64], &'static [i64], i64);

    /// Some hundred numbers of which most are equal; indices of PyTorch 2.15.
    #[test]
    fn equals_are_named_as_in_pytorch() {
        let cases: [Case; 7] = [
            (12, 3, 5, &[10, 7, 8, 1, 11], &[3, 6, 9, 0, 8], 10),
            (20, 3, 20, &[19, 5, 7, 2, 1, 4], &[18, 3, 6, 15, 9, 0], 19),
            (40, 4, 17, &[13, 26, 25, 29, 22], &[20, 39, 36, 35, 32], 4),
            (100, 5, 40, &[9, 37, 34, 32, 87], &[10, 50, 46, 45, 41], 90),
            (90, 2, 89, &[10, 20, 19, 18, 17], &[10, 20, 19, 18, 17], 31),
            (300, 1, 9, &[201, 197, 198, 199], &[201, 197, 198, 199], 206),
            // Few of many: with a heap.
            (
                700,
                6,
                10,
                &[8, 4, 1, 7, 5, 11, 13],
                &[3, 9, 15, 18, 0, 21, 24],
                345,
            ),
        ];
        for (count, modulus, k, largest, smallest, kth_one) in cases {
            let number = |i: i64| (i * i * 7 + i * 3) % modulus as i64;
            let all = || (0..count as i64).collect::<Vec<i64>>();
            let mut places = all();
            top(&mut places, k, &|i, j| number(i) > number(j));
            assert!(places.starts_with(largest), "{count}: {:?}", &places[..k]);
            let mut places = all();
            top(&mut places, k, &|i, j| number(i) < number(j));
            assert!(places.starts_with(smallest), "{count}: {:?}", &places[..k]);
            let mut places = all();
            kth(&mut places, k - 1, &|i, j| number(i) < number(j));
            assert_eq!(places[k - 1], kth_one, "{count}");
        }
    }

    #[test]
    fn sorted_equals_end_where_they_do_in_pytorch() {
        for (count, modulus, last) in [
            (12, 3, 11),
            (40, 4, 7),
            (100, 5, 11),
            (300, 1, 95),
            (90, 2, 24),
        ] {
            // The numbers from above; the smallest of the most frequent ones is `torch.mode`'s, its last copy the index.
            let number = |i: i64| (i * i * 7 + i * 3) % modulus;
            let often = |n: i64| (0..count).filter(|&i| number(i) == n).count();
            let most = (0..modulus).rev().max_by_key(|&n| often(n)).unwrap();
            let mut places: Vec<i64> = (0..count).collect();
            sort(&mut places, &|i, j| number(i) < number(j));
            assert_eq!(
                places.into_iter().rfind(|&i| number(i) == most),
                Some(last),
                "{count}"
            );
        }
    }

    #[test]
    fn whatever_falls_to_heaps_is_in_order() {
        // As if ranges had been cut too often.
        let numbers: Vec<i64> = (0..400).map(|i| (i * 7919) % 400).collect();
        let before = |i: i64, j: i64| numbers[i as usize] < numbers[j as usize];
        for depth in 0..4 {
            let mut places: Vec<i64> = (0..400).collect();
            sort_roughly(&mut places, depth, &before);
            insertion_sort(&mut places, &before);
            assert!(places.is_sorted_by_key(|&i| numbers[i as usize]));
        }
    }
}
