//! The Mersenne twister MT19937 of Matsumoto and Nishimura (1998), seeded as PyTorch seeds it.

const N: usize = 624;
const M: usize = 397;
const MATRIX_A: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;
const LOWER: u32 = 0x7fff_ffff;

/// The engine: 32 random bits at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mt19937 {
    /// What it was seeded with; only the low 32 bits count.
    pub seed: u64,
    /// How many words of `words` are left, plus one, so that a fresh engine says 1.
    pub left: u32,
    /// The word that is drawn next.
    pub next: u32,
    pub words: [u32; N],
}

impl Mt19937 {
    pub const WORDS: usize = N;

    pub fn new(seed: u64) -> Self {
        let mut words = [0; N];
        words[0] = seed as u32;
        for at in 1..N {
            let before: u32 = words[at - 1];
            words[at] = (before ^ (before >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(at as u32);
        }
        Self {
            seed,
            left: 1,
            next: 0,
            words,
        }
    }

    pub fn next_u32(&mut self) -> u32 {
        self.left -= 1;
        if self.left == 0 {
            self.refill();
        }
        let mut y = self.words[self.next as usize];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// The first draw is the upper half.
    pub fn next_u64(&mut self) -> u64 {
        let upper = u64::from(self.next_u32());
        upper << 32 | u64::from(self.next_u32())
    }

    fn refill(&mut self) {
        let words = &mut self.words;
        let twist = |upper: u32, lower: u32| {
            let bits = (upper & UPPER) | (lower & LOWER);
            (bits >> 1) ^ if bits & 1 == 1 { MATRIX_A } else { 0 }
        };
        // Three stretches instead of indices modulo N.
        for at in 0..N - M {
            words[at] = words[at + M] ^ twist(words[at], words[at + 1]);
        }
        for at in N - M..N - 1 {
            words[at] = words[at + M - N] ^ twist(words[at], words[at + 1]);
        }
        words[N - 1] = words[M - 1] ^ twist(words[N - 1], words[0]);
        self.left = N as u32;
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The C++ standard fixes the 10000th number of a default-seeded `std::mt19937`.
    #[test]
    fn the_ten_thousandth_number_is_the_standards() {
        let mut engine = Mt19937::new(5489);
        let last = (0..10_000).map(|_| engine.next_u32()).last();
        assert_eq!(last, Some(4_123_659_995));
    }

    #[test]
    fn only_the_low_half_of_the_seed_counts() {
        assert_eq!(
            Mt19937::new(7).next_u64(),
            Mt19937::new(7 + (1 << 32)).next_u64()
        );
    }
}
