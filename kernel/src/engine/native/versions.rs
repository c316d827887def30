//! The compiled forms of a session's items: versions of the crate `notebook`, each with some of them.

use super::compile::Compiled;
use super::reach::Scope;

/// A version of the crate.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub compiled: Compiled,
    /// What is in it.
    pub scope: Scope,
}

/// Those that the session's process has loaded, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Versions(Vec<Version>);

impl Versions {
    /// The newest that has all of `needed`, and nothing that is not in `all` of the session's definitions any more.
    pub fn with(&self, needed: &Scope, all: &Scope) -> Option<&Version> {
        let mut versions = self.0.iter().rev();
        versions.find(|it| needed.is_subset(&it.scope) && it.scope.is_subset(all))
    }

    /// One more is loaded.
    pub fn add(&mut self, version: Version) {
        self.0.push(version);
    }

    /// The process that had them loaded is gone.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Those with definitions that are no more are of no use to new code.
    pub fn retire(&mut self, all: &Scope) {
        self.0.retain(|version| version.scope.is_subset(all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn version(key: &str, scope: &[u64]) -> Version {
        Version {
            compiled: Compiled {
                folder: PathBuf::new(),
                key: key.into(),
            },
            scope: scope.iter().copied().collect(),
        }
    }

    #[test]
    fn the_newest_that_has_all_and_nothing_stale_is_used() {
        let mut versions = Versions::default();
        versions.add(version("a", &[1, 2, 3]));
        versions.add(version("b", &[2, 3]));
        versions.add(version("c", &[3, 4]));
        let key = |versions: &Versions, needed: &[u64], all: &[u64]| {
            let (needed, all) = (
                needed.iter().copied().collect(),
                all.iter().copied().collect(),
            );
            Some(versions.with(&needed, &all)?.compiled.key.clone())
        };
        assert_eq!(key(&versions, &[2], &[1, 2, 3, 4]).as_deref(), Some("b"));
        assert_eq!(key(&versions, &[1], &[1, 2, 3, 4]).as_deref(), Some("a"));
        assert_eq!(key(&versions, &[1, 4], &[1, 2, 3, 4]), None);
        // The third definition was replaced.
        assert_eq!(key(&versions, &[2], &[1, 2, 4, 5]), None);
        versions.retire(&[1, 2, 3].into_iter().collect());
        assert_eq!(key(&versions, &[3], &[1, 2, 3, 4]).as_deref(), Some("b"));
    }
}
