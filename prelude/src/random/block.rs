//! The `f32` block of normal draws. Its fused multiply-adds are slow function calls unless the compiler may use the
//! processor's instructions for them; the numbers are the same.

use super::vector_math;

pub(super) fn normal_16(values: &mut [f32; 16], mean: f32, std: f32) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: this processor has both features.
        unsafe { normal_16_avx2(values, mean, std) };
        return;
    }
    normal_16_anywhere(values, mean, std);
}

/// The same arithmetic, compiled for processors with these features.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn normal_16_avx2(values: &mut [f32; 16], mean: f32, std: f32) {
    normal_16_anywhere(values, mean, std);
}

#[inline(always)]
fn normal_16_anywhere(values: &mut [f32; 16], mean: f32, std: f32) {
    for at in 0..8 {
        let radius = (-2.0 * vector_math::log(1.0 - values[at])).sqrt();
        let (sin, cos) = vector_math::sin_cos(std::f32::consts::TAU * values[at + 8]);
        values[at] = (radius * cos).mul_add(std, mean);
        values[at + 8] = (radius * sin).mul_add(std, mean);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_compilations_agree() {
        let mut values: [f32; 16] = std::array::from_fn(|at| at as f32 / 16.0);
        let mut anywhere = values;
        super::normal_16(&mut values, 1.0, 2.0);
        super::normal_16_anywhere(&mut anywhere, 1.0, 2.0);
        assert_eq!(values, anywhere);
    }
}
