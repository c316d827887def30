//! How far to go along a direction: far enough that the loss falls and the slope flattens, which is what Wolfe's
//! conditions say (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6).

use super::{Problem, dot, largest};
use crate::{Result, Tensor};

/// How much of the fall that the slope promises has to come, and how much of the slope may be left.
const FALL: f64 = 1e-4;
const SLOPE: f64 = 0.9;
const TOLERANCE: f64 = 1e-9;

/// A loss and its gradient.
#[derive(Clone)]
pub(super) struct Point {
    pub loss: f64,
    pub gradient: Tensor,
}

/// A point so far along the direction, and the slope there.
#[derive(Clone)]
struct Place {
    length: f64,
    point: Point,
    slope: f64,
}

/// The point where to stop, how far it is, and how often the loss was evaluated.
pub(super) fn strong_wolfe(
    problem: &mut Problem<'_>,
    length: f64,
    direction: &Tensor,
    start: Point,
    slope: f64,
    budget: usize,
) -> Result<(Point, f64, usize)> {
    let mut look = |length: f64| -> Result<Place> {
        let point = problem.look(length, direction)?;
        let slope = dot(&point.gradient, direction)?;
        Ok(Place {
            length,
            point,
            slope,
        })
    };
    let too_high = |place: &Place| place.point.loss > start.loss + FALL * place.length * slope;
    let flat = |place: &Place| place.slope.abs() <= -SLOPE * slope;

    let mut now = look(length)?;
    let mut evaluations = 1;
    let mut before = Place {
        length: 0.0,
        point: start.clone(),
        slope,
    };
    let mut done = false;
    let mut bracket: Option<[Place; 2]> = None;
    let mut iteration = 0;
    while iteration < budget {
        let rises = iteration > 1 && now.point.loss >= before.point.loss;
        if !too_high(&now) && !rises && flat(&now) {
            done = true;
            bracket = Some([now.clone(), now.clone()]);
            break;
        }
        if too_high(&now) || rises || now.slope >= 0.0 {
            bracket = Some([before.clone(), now.clone()]);
            break;
        }
        let bounds = (
            now.length + 0.01 * (now.length - before.length),
            now.length * 10.0,
        );
        let next = look(between(&before, &now, Some(bounds)))?;
        before = std::mem::replace(&mut now, next);
        evaluations += 1;
        iteration += 1;
    }
    let mut bracket = bracket.unwrap_or_else(|| {
        let first = Place {
            length: 0.0,
            point: start.clone(),
            slope,
        };
        [first, now]
    });

    let lower = |bracket: &[Place; 2]| usize::from(bracket[0].point.loss > bracket[1].point.loss);
    let mut low = lower(&bracket);
    let size = largest(direction)?;
    let mut slow = false;
    while !done && iteration < budget {
        let [a, b] = [bracket[0].length, bracket[1].length];
        if (b - a).abs() * size < TOLERANCE {
            break;
        }
        let mut length = between(&bracket[0], &bracket[1], None);
        // Too near an end of the bracket twice in a row, or beyond it, is moved inside.
        let (least, most) = (a.min(b), a.max(b));
        let margin = 0.1 * (most - least);
        if (most - length).min(length - least) < margin {
            if slow || length >= most || length <= least {
                length = if (length - most).abs() < (length - least).abs() {
                    most - margin
                } else {
                    least + margin
                };
                slow = false;
            } else {
                slow = true;
            }
        } else {
            slow = false;
        }
        let now = look(length)?;
        evaluations += 1;
        iteration += 1;
        let high = 1 - low;
        if too_high(&now) || now.point.loss >= bracket[low].point.loss {
            bracket[high] = now;
            low = lower(&bracket);
        } else {
            if flat(&now) {
                done = true;
            } else if now.slope * (bracket[high].length - bracket[low].length) >= 0.0 {
                bracket[high] = bracket[low].clone();
            }
            bracket[low] = now;
        }
    }
    let [first, second] = bracket;
    let best = if low == 0 { first } else { second };
    Ok((best.point, best.length, evaluations))
}

/// Where the cubic through two places, with their slopes, is lowest within the bounds.
fn between(a: &Place, b: &Place, bounds: Option<(f64, f64)>) -> f64 {
    let (least, most) = bounds.unwrap_or((a.length.min(b.length), a.length.max(b.length)));
    let d1 = a.slope + b.slope - 3.0 * (a.point.loss - b.point.loss) / (a.length - b.length);
    let square = d1 * d1 - a.slope * b.slope;
    if square < 0.0 || square.is_nan() {
        return (least + most) / 2.0;
    }
    let d2 = square.sqrt();
    let lowest = if a.length <= b.length {
        b.length - (b.length - a.length) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2))
    } else {
        a.length - (a.length - b.length) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2.0 * d2))
    };
    lowest.max(least).min(most)
}
