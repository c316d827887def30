//! `log`, `sin` and `cos` of `f32` as PyTorch's vectorised normal draws compute them: the polynomials of Moshier's
//! Cephes library, evaluated in the order and with the fused multiply-adds that PyTorch's build for AVX2 has. The
//! numbers are the same on every machine, with or without such instructions.

const SQRT_HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
const LOG: [f32; 9] = [
    0.070_376_836,
    -0.115_146_1,
    0.116_769_984,
    -0.124_201_41,
    0.142_493_23,
    -0.166_680_57,
    0.200_007_14,
    -0.249_999_94,
    0.333_333_3,
];
/// ln 2 in two parts, of which the first has few bits.
const LN_2: [f32; 2] = [0.693_359_4, -0.000_212_194_44];

/// The natural logarithm of a normal, positive `x`.
#[inline(always)]
pub(super) fn log(x: f32) -> f32 {
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    // x = m * 2^e with m in [sqrt(1/2), sqrt(2))
    let mut e = ((bits >> 23) as i32 - 0x7f) as f32 + 1.0;
    let m = f32::from_bits(bits & !0x7f80_0000 | 0.5f32.to_bits());
    let small = m < SQRT_HALF;
    e -= if small { 1.0 } else { 0.0 };
    let x = (m - 1.0) + if small { m } else { 0.0 };

    let z = x * x;
    let y = LOG[1..].iter().fold(LOG[0], |y, &c| y.mul_add(x, c)) * x;
    let y = y.mul_add(z, e * LN_2[1]);
    let y = (-z).mul_add(0.5, y);
    e.mul_add(LN_2[0], x + y)
}

const FOUR_OVER_PI: f32 = 1.273_239_5;
/// Minus pi/4 in three parts.
const MINUS_PI_4: [f32; 3] = [-0.785_156_25, -0.000_241_875_65, -3.774_895e-8];
const SIN: [f32; 3] = [-0.000_195_152_96, 0.008_332_161, -0.166_666_55];
const COS: [f32; 3] = [0.000_024_433_157, -0.001_388_731_6, 0.041_666_646];

/// Sine and cosine of `x`, for `0 <= x < 8192`.
#[inline(always)]
pub(super) fn sin_cos(x: f32) -> (f32, f32) {
    // The octant, rounded up to an even one.
    let octant = ((x * FOUR_OVER_PI) as i32 + 1) & !1;
    let x = MINUS_PI_4
        .iter()
        .fold(x, |x, &part| (octant as f32).mul_add(part, x));

    let z = x * x;
    let cos = COS[1..].iter().fold(COS[0], |y, &c| y.mul_add(z, c)) * z;
    let cos = cos.mul_add(z, -(z * 0.5)) + 1.0;
    let sin = SIN[1..].iter().fold(SIN[0], |y, &c| y.mul_add(z, c)) * z;
    let sin = sin.mul_add(x, x);

    let (s, c) = if octant & 2 == 0 {
        (sin, cos)
    } else {
        (cos, sin)
    };
    let negate = |value: f32, when: bool| if when { -value } else { value };
    (negate(s, octant & 4 != 0), negate(c, (octant - 2) & 4 == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_close_to_the_functions_they_are_named_after() {
        for step in 1..1000 {
            let x = step as f32 / 1000.0;
            assert!(
                (log(x) - x.ln()).abs() <= 2e-7 * x.ln().abs().max(1e-3),
                "log {x}"
            );
            let angle = x * std::f32::consts::TAU;
            let (sin, cos) = sin_cos(angle);
            assert!((sin - angle.sin()).abs() < 2e-7, "sin {angle}");
            assert!((cos - angle.cos()).abs() < 2e-7, "cos {angle}");
        }
        assert_eq!(log(1.0), 0.0);
    }
}
