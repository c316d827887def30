//! Element by element over one, two or three inputs of any layout, on all cores where there is enough to do.

use super::parallel;
use super::walk::Walk;
use candle_core::Layout;

/// How many elements one task does: enough to be worth handing out, few enough to share evenly.
const CHUNK: usize = 16 * 1024;

/// Fills a new vector of `len` elements, chunk by chunk; `fill` gets the index of its chunk's first element.
pub(crate) fn fill<U: Copy + Default + Send>(
    len: usize,
    fill: impl Fn(usize, &mut [U]) + Sync,
) -> Vec<U> {
    let mut out = vec![U::default(); len];
    parallel::chunks(&mut out, CHUNK, &|i, chunk| fill(i * CHUNK, chunk));
    out
}

/// `f` of each element.
pub(crate) fn map1<A, U>(a: &[A], la: &Layout, f: impl Fn(A) -> U + Sync) -> Vec<U>
where
    A: Copy + Sync,
    U: Copy + Default + Send,
{
    let walk = Walk::new([la]);
    fill(walk.len(), |from, out| {
        let mut done = 0;
        walk.runs(from, from + out.len(), &mut |run| {
            let out = &mut out[done..done + run.len];
            let a = &a[run.at[0]..];
            match run.step {
                [1] => out.iter_mut().zip(a).for_each(|(o, &x)| *o = f(x)),
                [0] => out.fill(f(a[0])),
                [step] => out
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, o)| *o = f(a[i * step])),
            }
            done += run.len;
        });
    })
}

/// `f` of each pair of elements.
pub(crate) fn map2<A, B, U>(
    a: &[A],
    la: &Layout,
    b: &[B],
    lb: &Layout,
    f: impl Fn(A, B) -> U + Sync,
) -> Vec<U>
where
    A: Copy + Sync,
    B: Copy + Sync,
    U: Copy + Default + Send,
{
    let walk = Walk::new([la, lb]);
    fill(walk.len(), |from, out| {
        let mut done = 0;
        walk.runs(from, from + out.len(), &mut |run| {
            let out = &mut out[done..done + run.len];
            let (a, b) = (&a[run.at[0]..], &b[run.at[1]..]);
            match run.step {
                [1, 1] => out
                    .iter_mut()
                    .zip(a)
                    .zip(b)
                    .for_each(|((o, &x), &y)| *o = f(x, y)),
                [1, 0] => {
                    let y = b[0];
                    out.iter_mut().zip(a).for_each(|(o, &x)| *o = f(x, y));
                }
                [0, 1] => {
                    let x = a[0];
                    out.iter_mut().zip(b).for_each(|(o, &y)| *o = f(x, y));
                }
                [sa, sb] => out
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, o)| *o = f(a[i * sa], b[i * sb])),
            }
            done += run.len;
        });
    })
}

/// `f` of each triple of elements.
pub(crate) fn map3<A, B, C, U>(
    (a, la): (&[A], &Layout),
    (b, lb): (&[B], &Layout),
    (c, lc): (&[C], &Layout),
    f: impl Fn(A, B, C) -> U + Sync,
) -> Vec<U>
where
    A: Copy + Sync,
    B: Copy + Sync,
    C: Copy + Sync,
    U: Copy + Default + Send,
{
    let walk = Walk::new([la, lb, lc]);
    fill(walk.len(), |from, out| {
        let mut done = 0;
        walk.runs(from, from + out.len(), &mut |run| {
            let (a, b, c) = (&a[run.at[0]..], &b[run.at[1]..], &c[run.at[2]..]);
            let out = &mut out[done..done + run.len];
            match run.step {
                [1, 1, 1] => {
                    let abc = a.iter().zip(b).zip(c);
                    out.iter_mut()
                        .zip(abc)
                        .for_each(|(o, ((&x, &y), &z))| *o = f(x, y, z));
                }
                [1, 1, 0] => {
                    let z = c[0];
                    let ab = a.iter().zip(b);
                    out.iter_mut()
                        .zip(ab)
                        .for_each(|(o, (&x, &y))| *o = f(x, y, z));
                }
                [sa, sb, sc] => out
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, o)| *o = f(a[i * sa], b[i * sb], c[i * sc])),
            }
            done += run.len;
        });
    })
}

/// `dst = f(dst, src)` for each pair of elements; `src` may step by 0.
pub(crate) fn update<A, B>(
    dst: &mut [A],
    ld: &Layout,
    src: &[B],
    ls: &Layout,
    f: impl Fn(A, B) -> A + Sync,
) where
    A: Copy + Send,
    B: Copy + Sync,
{
    let walk = Walk::new([ld, ls]);
    if let Some((from, to)) = ld.contiguous_offsets() {
        parallel::chunks(&mut dst[from..to], CHUNK, &|i, dst| {
            let mut done = 0;
            walk.runs(i * CHUNK, i * CHUNK + dst.len(), &mut |run| {
                let (src, step) = (&src[run.at[1]..], run.step[1]);
                let dst = &mut dst[done..done + run.len];
                if step == 1 {
                    dst.iter_mut().zip(src).for_each(|(d, &s)| *d = f(*d, s));
                } else {
                    dst.iter_mut()
                        .enumerate()
                        .for_each(|(i, d)| *d = f(*d, src[i * step]));
                }
                done += run.len;
            });
        });
        return;
    }
    walk.runs(0, walk.len(), &mut |run| {
        let [sd, ss] = run.step;
        for i in 0..run.len {
            let d = &mut dst[run.at[0] + i * sd];
            *d = f(*d, src[run.at[1] + i * ss]);
        }
    });
}
