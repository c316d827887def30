//! The moments of a session that it can return to: after a crash, by `:undo`, or to a checkpoint.
//!
//! A moment is a parked process (see `wick_runtime`'s `snapshot`) and, beside it, what the kernel knew then.

use std::time::Duration;

use wick_runtime::protocol::{NoSnapshot, SnapshotId, Snapshotted};

use super::memory;
use super::notebook::Notebook;
use super::variables::Variables;
use super::versions::Versions;
use crate::engine::CellId;

/// Steps that can be undone; each is a process, though one that takes little.
const MOST_STEPS: usize = 32;

/// The share of a cell's time that snapshots may cost, and what they may cost anyway.
const SHARE: f64 = 0.05;
const FREE: Duration = Duration::from_millis(10);

/// Saved up, this much may be spent at once.
const MOST_SAVED: Duration = Duration::from_secs(1);

/// What the kernel knows of a session and would have to forget.
#[derive(Clone)]
pub(super) struct State {
    pub notebook: Notebook,
    pub versions: Versions,
    pub variables: Variables,
    pub tokio: bool,
}

/// A moment that can be returned to.
pub(super) struct Moment {
    pub snapshot: SnapshotId,
    /// The last cell that had run; none at the start.
    pub after: Option<CellId>,
    pub state: State,
    /// The name of the checkpoint it is.
    pub checkpoint: Option<String>,
    /// The parked process, once it is known.
    pub pid: Option<u32>,
}

/// All of them, the oldest first.
pub(super) struct Timeline {
    moments: Vec<Moment>,
    next: u64,
    /// Whether snapshots are taken at all.
    pub on: bool,
    /// What snapshots may cost by now.
    saved: Duration,
    /// What the last one cost.
    cost: Duration,
    /// Why the last one failed.
    pub failed: Option<NoSnapshot>,
}

impl Timeline {
    pub fn new() -> Self {
        Self {
            moments: Vec::new(),
            next: 1,
            on: true,
            saved: FREE,
            cost: Duration::ZERO,
            failed: None,
        }
    }

    /// Whether a snapshot may be taken after a cell that took `time`: a process with many gigabytes forks slowly.
    pub fn affords(&mut self, time: Duration) -> bool {
        if !self.on {
            return false;
        }
        self.saved = (self.saved + FREE + time.mul_f64(SHARE)).min(MOST_SAVED);
        let affordable = self.cost <= self.saved;
        if affordable {
            self.saved -= self.cost;
        }
        affordable
    }

    /// Adds the present, and returns the snapshots that have to make room for it.
    pub fn push(&mut self, after: Option<CellId>, state: State) -> (SnapshotId, Vec<SnapshotId>) {
        let snapshot = SnapshotId(self.next);
        self.next += 1;
        self.moments.push(Moment {
            snapshot,
            after,
            state,
            checkpoint: None,
            pid: None,
        });
        (snapshot, self.thin_out())
    }

    fn thin_out(&mut self) -> Vec<SnapshotId> {
        let mut gone = Vec::new();
        let short = memory::is_short();
        // One to fall back to always stays.
        let steps = |moments: &[Moment]| {
            let older = &moments[..moments.len().saturating_sub(1)];
            let step = older.iter().position(|moment| moment.checkpoint.is_none());
            (
                older.len() - older.iter().filter(|m| m.checkpoint.is_some()).count(),
                step,
            )
        };
        while let (count, Some(oldest)) = steps(&self.moments)
            && (count >= MOST_STEPS || short)
        {
            gone.push(self.moments.remove(oldest).snapshot);
        }
        gone
    }

    /// A snapshot was taken, or not.
    pub fn taken(&mut self, result: Result<Snapshotted, NoSnapshot>) {
        match result {
            Ok(taken) => {
                self.cost = Duration::from_micros(taken.micros);
                self.failed = None;
                let moment = self.moments.iter_mut().rfind(|it| it.snapshot == taken.id);
                if let Some(moment) = moment {
                    moment.pid = Some(taken.pid);
                }
            }
            Err(why) => {
                self.moments.pop();
                self.failed = Some(why);
            }
        }
    }

    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// The checkpoint of that name.
    pub fn checkpoint(&self, name: &str) -> Option<usize> {
        let named = |moment: &Moment| moment.checkpoint.as_deref() == Some(name);
        self.moments.iter().position(named)
    }

    /// Names the newest moment, and takes the name from any other.
    pub fn name_newest(&mut self, name: &str) {
        if let Some(earlier) = self.checkpoint(name) {
            self.moments[earlier].checkpoint = None;
        }
        if let Some(newest) = self.moments.last_mut() {
            newest.checkpoint = Some(name.to_string());
        }
    }

    /// The moment of a snapshot that has taken over, without those after it.
    pub fn back_to(&mut self, snapshot: SnapshotId) -> Option<Moment> {
        let index = self.moments.iter().position(|it| it.snapshot == snapshot)?;
        self.moments.truncate(index + 1);
        self.moments.pop()
    }

    /// All snapshots are gone, or are not wanted.
    pub fn forget(&mut self) -> Vec<SnapshotId> {
        let gone = self.moments.drain(..).map(|moment| moment.snapshot);
        gone.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            notebook: Notebook::default(),
            versions: Versions::default(),
            variables: Variables::default(),
            tokio: false,
        }
    }

    #[test]
    fn old_steps_make_room_and_checkpoints_stay() {
        let mut timeline = Timeline::new();
        timeline.push(None, state());
        timeline.name_newest("start");
        let mut gone = Vec::new();
        for cell in 1..=MOST_STEPS as u32 + 10 {
            gone.extend(timeline.push(Some(CellId(cell)), state()).1);
        }
        assert!(gone.len() >= 10);
        assert!(timeline.moments().len() <= MOST_STEPS + 2);
        assert_eq!(timeline.checkpoint("start"), Some(0));
    }

    #[test]
    fn going_back_forgets_what_came_after() {
        let mut timeline = Timeline::new();
        let (first, _) = timeline.push(None, state());
        timeline.push(Some(CellId(1)), state());
        assert_eq!(timeline.back_to(first).unwrap().after, None);
        assert!(timeline.moments().is_empty());
        assert!(timeline.back_to(first).is_none());
    }

    #[test]
    fn dear_snapshots_are_taken_less_often() {
        let mut timeline = Timeline::new();
        timeline.cost = Duration::from_millis(200);
        let short = Duration::from_millis(20);
        let taken = (0..100).filter(|_| timeline.affords(short)).count();
        // 11 ms come together a cell.
        assert!((4..=7).contains(&taken), "{taken}");
        timeline.on = false;
        assert!(!timeline.affords(Duration::from_secs(100)));
    }
}
