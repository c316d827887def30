//! Comparing computed numbers with PyTorch's.

/// How far a number may be from PyTorch's: `tolerance` in proportion to it, and as much again for numbers near zero,
/// where what is left of a sum of larger numbers is rounding.
pub fn close(ours: &[f64], theirs: &[f64], tolerance: f64) -> Result<(), String> {
    if ours.len() != theirs.len() {
        return Err(format!(
            "{} numbers instead of {}",
            ours.len(),
            theirs.len()
        ));
    }
    let near = |ours: f64, theirs: f64| {
        let same = ours == theirs || (ours.is_nan() && theirs.is_nan());
        same || (ours - theirs).abs() <= tolerance * (1.0 + theirs.abs())
    };
    match ours
        .iter()
        .zip(theirs)
        .position(|(&ours, &theirs)| !near(ours, theirs))
    {
        None => Ok(()),
        Some(at) => Err(format!(
            "number {at} of {} is {} instead of {}",
            ours.len(),
            ours[at],
            theirs[at]
        )),
    }
}

/// `actual` has to be `expected`.
pub fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    actual: T,
    expected: T,
) -> Result<(), String> {
    if actual == expected {
        Ok(())
    } else {
        Err(format!("{what} is {actual:?} instead of {expected:?}"))
    }
}
