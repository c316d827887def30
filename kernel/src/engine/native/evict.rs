//! A bound for the cache of compiled cells: what was not used for longest goes first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::compile::MESSAGES;

/// What all compiled cells together may take. A cell takes some 60 kB.
pub(super) const MOST: u64 = 1 << 30;

/// What was used within this time stays in any case: a session may still compile against it.
const IN_USE: Duration = Duration::from_secs(24 * 60 * 60);

/// An entry of the cache.
struct Entry {
    folder: PathBuf,
    size: u64,
    used: SystemTime,
}

/// Removes entries below `cells` until they take four fifths of `most`, if they take more than that.
pub(super) fn evict(cells: &Path, most: u64) {
    let mut entries: Vec<Entry> = fs::read_dir(cells)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry_at(entry.path()))
        .collect();
    let mut total: u64 = entries.iter().map(|entry| entry.size).sum();
    if total <= most {
        return;
    }
    entries.sort_by_key(|entry| entry.used);
    for entry in entries {
        let young = entry.used.elapsed().is_ok_and(|age| age < IN_USE);
        if total <= most / 5 * 4 || young {
            break;
        }
        match fs::remove_dir_all(&entry.folder) {
            Ok(()) => total -= entry.size,
            Err(error) => tracing::debug!("cannot evict {}: {error}", entry.folder.display()),
        }
    }
}

/// Finished entries only.
fn entry_at(folder: PathBuf) -> Option<Entry> {
    let used = fs::metadata(folder.join(MESSAGES)).and_then(|it| it.modified());
    let name = folder.file_name()?.to_str()?;
    if name.starts_with('.') {
        return None;
    }
    let files = fs::read_dir(&folder).ok()?.flatten();
    let sizes = files.filter_map(|file| Some(file.metadata().ok()?.len()));
    Some(Entry {
        size: sizes.sum(),
        used: used.ok()?,
        folder,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_go_first_and_the_last_days_stay() {
        let cells = tempfile::tempdir().unwrap();
        let hour = Duration::from_secs(3600);
        for (name, age) in [("a", 50), ("b", 70), ("c", 1), ("d", 30), (".work-1-x", 99)] {
            let folder = cells.path().join(name);
            fs::create_dir(&folder).unwrap();
            let file = fs::File::create(folder.join(MESSAGES)).unwrap();
            file.set_len(100).unwrap();
            file.set_modified(SystemTime::now() - age * hour).unwrap();
        }
        let left = || {
            let names = fs::read_dir(cells.path()).unwrap().flatten();
            let mut names: Vec<_> = names.map(|it| it.file_name()).collect();
            names.sort();
            names
        };
        evict(cells.path(), 400);
        assert_eq!(left().len(), 5);
        evict(cells.path(), 375);
        assert_eq!(left(), [".work-1-x", "a", "c", "d"]);
        evict(cells.path(), 1);
        assert_eq!(left(), [".work-1-x", "c"]);
    }
}
