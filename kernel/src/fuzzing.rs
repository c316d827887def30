//! What the targets of `fuzz/` do with their inputs.
//!
//! Each function takes what others may send or write, in any form, and asserts what has to hold of it. The tests give
//! them the inputs that `fuzz/seeds` keeps, those that once found something among them.

pub use crate::engine::native::fuzzing::{cell, command, stream};
pub use crate::jupyter::fuzzing::message;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Calls `target` with each of its seeds.
    fn each_seed(target: &str, check: impl Fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fuzz/seeds")
            .join(target);
        let mut seeds = 0;
        for seed in std::fs::read_dir(folder).unwrap() {
            check(&std::fs::read(seed.unwrap().path()).unwrap());
            seeds += 1;
        }
        assert!(seeds > 0, "{target} has no seeds");
    }

    fn text(check: fn(&str)) -> impl Fn(&[u8]) {
        move |bytes| check(&String::from_utf8_lossy(bytes))
    }

    #[test]
    fn the_seeds_hold() {
        each_seed("cell", text(cell));
        each_seed("command", text(command));
        each_seed("message", message);
        each_seed("stream", stream);
    }
}
