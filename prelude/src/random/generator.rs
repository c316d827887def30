//! Generators of random numbers, and the one that the process shares.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::mt19937::Mt19937;

/// The seed of a generator that nobody has seeded.
const DEFAULT_SEED: u64 = 67_280_421_310_721;

/// A generator of random numbers. PyTorch: `torch.Generator`. Clones are handles on the same generator.
///
/// The same seed gives the same numbers as PyTorch on the CPU.
///
/// ```
/// use wick::prelude::*;
/// use wick::random::Generator;
///
/// let g = Generator::new().manual_seed(42);
/// let first = g.scope(|| Tensor::rand(2));
/// let place = g.get_state();
/// let second = g.scope(|| Tensor::rand(2));
/// g.set_state(&place).unwrap();
/// assert!(g.scope(|| Tensor::rand(2)).equal(&second));
/// assert_eq!(g.initial_seed(), 42);
/// assert_eq!(first.to_string(), "tensor([0.8823, 0.9150])");
///
/// let unforeseen = g.seed();
/// assert_eq!(g.initial_seed(), unforeseen);
/// let bits = g.lock().next_u64(); // for draws that fill no tensor
/// ```
#[derive(Clone)]
pub struct Generator(Arc<Mutex<State>>);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub engine: Mt19937,
    /// Box and Muller's method makes two normal values at a time; this is the second one.
    pub next_normal: Option<f64>,
}

impl State {
    fn new(seed: u64) -> Self {
        Self {
            engine: Mt19937::new(seed),
            next_normal: None,
        }
    }
}

/// What [`manual_seed`] takes: any integer that fits 64 bits, signed or unsigned. Negative numbers wrap around.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(manual_seed(-1).initial_seed(), u64::MAX);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(u64);

macro_rules! seed_from {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Seed {
            fn from(seed: $integer) -> Self {
                // A signed number is extended to 64 bits before it wraps.
                Self(seed as u64)
            }
        }
    )*};
}
seed_from!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Generator {
    /// A generator with the seed that PyTorch's have before somebody seeds them.
    ///
    /// ```
    /// use wick::random::Generator;
    /// assert_eq!(Generator::new().initial_seed(), 67_280_421_310_721);
    /// ```
    pub fn new() -> Self {
        Self::with_seed(DEFAULT_SEED)
    }

    /// A generator with a seed of its own. PyTorch: `torch.Generator().manual_seed(seed)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::random::Generator;
    /// let g = Generator::with_seed(0);
    /// assert_eq!(g.scope(|| Tensor::rand(3)).to_string(), "tensor([0.4963, 0.7682, 0.0885])");
    /// ```
    pub fn with_seed(seed: impl Into<Seed>) -> Self {
        Self(Arc::new(Mutex::new(State::new(seed.into().0))))
    }

    /// Starts the sequence that belongs to `seed`. Returns the generator, so that calls can be chained. PyTorch:
    /// `torch.Generator.manual_seed`.
    pub fn manual_seed(&self, seed: impl Into<Seed>) -> Self {
        *self.state() = State::new(seed.into().0);
        self.clone()
    }

    /// Seeds with a number that differs every time, and returns it. PyTorch: `torch.Generator.seed`.
    pub fn seed(&self) -> u64 {
        let seed = unpredictable();
        self.manual_seed(seed);
        seed
    }

    /// The seed that the running sequence began with. PyTorch: `torch.Generator.initial_seed`.
    pub fn initial_seed(&self) -> u64 {
        self.state().engine.seed
    }

    /// The place in the sequence, in PyTorch's own 5056 bytes. PyTorch: `torch.Generator.get_state`.
    pub fn get_state(&self) -> Vec<u8> {
        self.state().to_bytes()
    }

    /// Goes to a place in a sequence that [`get_state`](Self::get_state), here or in PyTorch, remembered. PyTorch:
    /// `torch.Generator.set_state`.
    ///
    /// # Errors
    /// When `bytes` is not such a state; the generator is then unchanged.
    pub fn set_state(&self, bytes: &[u8]) -> Result<(), InvalidState> {
        *self.state() = State::from_bytes(bytes)?;
        Ok(())
    }

    /// Calls `body`, whose draws come from this generator: what Python writes as `generator=g`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::random::Generator;
    ///
    /// let g = Generator::with_seed(2147483647);
    /// let p = g.scope(|| Tensor::rand([3]));
    /// assert_eq!(p.to_string(), "tensor([0.7081, 0.3542, 0.1054])");
    /// let drawn = g.scope(|| p.multinomial(5, true));
    /// assert_eq!(drawn.shape(), [5]);
    /// ```
    pub fn scope<T>(&self, body: impl FnOnce() -> T) -> T {
        let _until_then = self.enter();
        body()
    }

    /// Not generic, so that a cell compiles only the call of its own code.
    fn enter(&self) -> impl Drop + use<> {
        struct Leave(Option<Generator>);
        impl Drop for Leave {
            fn drop(&mut self) {
                OF_THREAD.set(self.0.take());
            }
        }
        Leave(OF_THREAD.replace(Some(self.clone())))
    }

    /// The generator for the time that it takes to fill one tensor. Its draws are methods of [`Draws`].
    ///
    /// ```
    /// use wick::random::Generator;
    /// let generator = Generator::with_seed(0);
    /// assert_eq!(generator.lock().permutation(5), [4, 0, 1, 3, 2]);
    /// ```
    pub fn lock(&self) -> Draws<'_> {
        Draws(self.state())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked while drawing left a generator that is as good as before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Generator {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generator {{ initial_seed: {} }}", self.initial_seed())
    }
}

/// A locked [`Generator`], whose methods draw the numbers. Made by [`Generator::lock`].
///
/// Another draw from the same generator waits until it is dropped, so keep it for one tensor only.
///
/// ```
/// use wick::random::Generator;
///
/// let generator = Generator::with_seed(0);
/// let mut draws = generator.lock();
/// assert_eq!(draws.next_u32(), 2_357_136_044); // as of every Mersenne twister with this seed
/// let wide = draws.next_u64();
/// ```
pub struct Draws<'a>(MutexGuard<'a, State>);

impl Draws<'_> {
    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0.engine.next_u32()
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.engine.next_u64()
    }

    pub(super) fn next_normal(&mut self) -> &mut Option<f64> {
        &mut self.0.next_normal
    }
}

static DEFAULT_GENERATOR: LazyLock<Generator> = LazyLock::new(Generator::new);

thread_local! {
    /// What this thread draws from instead, if it is a worker of a data loader.
    static OF_THREAD: RefCell<Option<Generator>> = const { RefCell::new(None) };
}

/// The generator of every draw that names no other. PyTorch: `torch.default_generator`.
///
/// A worker of a data loader has one of its own, as it has in PyTorch, where it is a process of its own.
///
/// ```
/// use wick::prelude::*;
/// use wick::random::default_generator;
/// manual_seed(0);
/// assert_eq!(default_generator().lock().permutation(5), [4, 0, 1, 3, 2]);
/// ```
pub fn default_generator() -> Generator {
    OF_THREAD
        .with_borrow(Clone::clone)
        .unwrap_or_else(|| DEFAULT_GENERATOR.clone())
}

/// Gives this thread a default generator of its own, so that no other thread draws between its draws.
///
/// ```
/// use wick::prelude::*;
/// use wick::random::{Generator, set_thread_generator};
///
/// set_thread_generator(Generator::with_seed(0));
/// assert_eq!(Tensor::rand(3).to_string(), "tensor([0.4963, 0.7682, 0.0885])");
/// ```
pub fn set_thread_generator(generator: Generator) {
    OF_THREAD.set(Some(generator));
}

/// Seeds the default generator, and returns it. PyTorch: `torch.manual_seed`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(0);
/// assert_eq!(Tensor::rand(3).to_string(), "tensor([0.4963, 0.7682, 0.0885])");
/// ```
pub fn manual_seed(seed: impl Into<Seed>) -> Generator {
    default_generator().manual_seed(seed)
}

/// Seeds the default generator with a number that differs every time, and returns it. PyTorch: `torch.seed`.
///
/// ```
/// use wick::prelude::*;
/// use wick::random::seed;
/// let drawn_with = seed();
/// let draw = Tensor::rand(3);
/// manual_seed(drawn_with); // what was drawn can be drawn again
/// assert!(Tensor::rand(3).equal(&draw));
/// ```
pub fn seed() -> u64 {
    default_generator().seed()
}

/// The seed of the default generator. PyTorch: `torch.initial_seed`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(7);
/// Tensor::rand(100);
/// assert_eq!(wick::random::initial_seed(), 7);
/// ```
pub fn initial_seed() -> u64 {
    default_generator().initial_seed()
}

/// The place of the default generator in its sequence, 5056 bytes. PyTorch: `torch.get_rng_state`.
///
/// ```
/// use wick::prelude::*;
/// use wick::random::{get_rng_state, set_rng_state};
/// let place = get_rng_state();
/// let draw = Tensor::rand(3);
/// set_rng_state(&place).unwrap();
/// assert!(Tensor::rand(3).equal(&draw));
/// ```
pub fn get_rng_state() -> Vec<u8> {
    default_generator().get_state()
}

/// Puts the default generator back where [`get_rng_state`] found it. PyTorch: `torch.set_rng_state`.
///
/// # Errors
/// When `bytes` is not such a state.
///
/// ```
/// use wick::random::{get_rng_state, set_rng_state};
/// set_rng_state(&get_rng_state()).unwrap();
/// assert_eq!(
///     set_rng_state(&[0; 10]).unwrap_err().to_string(),
///     "not the state of a random number generator: it has 5056 bytes"
/// );
/// ```
pub fn set_rng_state(bytes: &[u8]) -> Result<(), InvalidState> {
    default_generator().set_state(bytes)
}

/// Runs `body` and puts the default generator back to where it was. PyTorch: `torch.random.fork_rng`.
///
/// ```
/// use wick::prelude::*;
/// use wick::random::fork_rng;
/// manual_seed(0);
/// fork_rng(|| Tensor::rand(1000));
/// assert_eq!(Tensor::rand(2).to_string(), "tensor([0.4963, 0.7682])"); // as if nothing had been drawn
/// ```
pub fn fork_rng<T>(body: impl FnOnce() -> T) -> T {
    struct PutBack(Generator, State);
    impl Drop for PutBack {
        fn drop(&mut self) {
            self.1.clone_into(&mut self.0.state());
        }
    }
    let generator = default_generator();
    let state = generator.state().clone();
    let _put_back = PutBack(generator, state);
    body()
}

/// The bytes given to [`Generator::set_state`] are not the state of a generator.
///
/// ```
/// use wick::random::Generator;
/// let error = Generator::new().set_state(b"no state").unwrap_err();
/// assert_eq!(error.to_string(), "not the state of a random number generator: it has 5056 bytes");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidState(&'static str);

impl fmt::Display for InvalidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the state of a random number generator: {}", self.0)
    }
}

impl std::error::Error for InvalidState {}

/// PyTorch's layout of a state: little-endian fields, each at a multiple of its size.
mod layout {
    use super::{InvalidState, Mt19937, State};

    const SIZE: usize = 5056;
    const SEED: usize = 0;
    const LEFT: usize = 8;
    const SEEDED: usize = 12;
    const NEXT: usize = 16;
    const WORDS: usize = 24;
    const NORMAL: usize = WORDS + 8 * Mt19937::WORDS + 8;
    const HAS_NORMAL: usize = NORMAL + 16;

    impl State {
        pub fn to_bytes(&self) -> Vec<u8> {
            let mut bytes = vec![0; SIZE];
            let mut put =
                |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
            put(SEED, &self.engine.seed.to_le_bytes());
            put(LEFT, &self.engine.left.to_le_bytes());
            put(SEEDED, &1u32.to_le_bytes());
            put(NEXT, &u64::from(self.engine.next).to_le_bytes());
            for (index, &word) in self.engine.words.iter().enumerate() {
                put(WORDS + 8 * index, &u64::from(word).to_le_bytes());
            }
            if let Some(normal) = self.next_normal {
                put(NORMAL, &normal.to_le_bytes());
                put(HAS_NORMAL, &1u32.to_le_bytes());
            }
            bytes
        }

        pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidState> {
            if bytes.len() != SIZE {
                return Err(InvalidState("it has 5056 bytes"));
            }
            let u32_at = |at: usize| {
                bytes[at..at + 4]
                    .iter()
                    .rev()
                    .fold(0u32, |high, &byte| high << 8 | u32::from(byte))
            };
            let u64_at = |at: usize| u64::from(u32_at(at + 4)) << 32 | u64::from(u32_at(at));
            let engine = Mt19937 {
                seed: u64_at(SEED),
                left: u32_at(LEFT),
                next: u32_at(NEXT),
                words: std::array::from_fn(|index| u32_at(WORDS + 8 * index)),
            };
            // A fresh engine says 1 and 0; from its first draw on the two add up to one more than there are words.
            let fresh = engine.left == 1 && engine.next == 0;
            let used = engine.left >= 1
                && engine.next.checked_add(engine.left) == Some(Mt19937::WORDS as u32 + 1);
            if u32_at(SEEDED) != 1 || !(fresh || used) {
                return Err(InvalidState("its counters do not belong together"));
            }
            let next_normal = (u32_at(HAS_NORMAL) != 0).then(|| f64::from_bits(u64_at(NORMAL)));
            Ok(Self {
                engine,
                next_normal,
            })
        }
    }
}

/// 64 bits that nobody can foretell, from the operating system or, failing that, from the clock.
fn unpredictable() -> u64 {
    use std::io::Read;
    let mut bytes = [0; 8];
    match std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_goes_on_where_it_was_taken() {
        let generator = Generator::with_seed(3);
        let mut normals = [0f64; 3];
        generator.lock().normal(&mut normals, 0.0, 1.0);
        let state = generator.get_state();
        generator.lock().normal(&mut normals, 0.0, 1.0);
        let mut again = [0f64; 3];
        generator.set_state(&state).unwrap();
        generator.lock().normal(&mut again, 0.0, 1.0);
        assert_eq!(normals, again);
    }

    #[test]
    fn a_state_that_is_none_is_refused() {
        let generator = Generator::with_seed(3);
        assert!(generator.set_state(&[0; 10]).is_err());
        assert!(generator.set_state(&[0; 5056]).is_err());
        assert_eq!(generator.initial_seed(), 3);
    }

    #[test]
    fn negative_seeds_wrap() {
        assert_eq!(Generator::with_seed(-1).initial_seed(), u64::MAX);
        assert_eq!(Generator::with_seed(u64::MAX).initial_seed(), u64::MAX);
    }

    #[test]
    fn a_clone_is_the_same_generator() {
        let generator = Generator::with_seed(1);
        let first = generator.clone().lock().next_u32();
        assert_ne!(first, generator.lock().next_u32());
        assert_eq!(first, Generator::with_seed(1).lock().next_u32());
    }
}
