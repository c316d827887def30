//! What was not let in: messages that carry no proof of knowing the session's key, or a used one.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::message::Malformed;

/// The HMAC-SHA256 of a message.
pub type Signature = [u8; 32];

/// Counts what the channels of a session refuse, and knows the signatures that were used. Clones share both: what
/// was recorded on one channel is no good on another.
#[derive(Debug, Clone, Default)]
pub struct Refusals(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    unsigned: AtomicU64,
    forged: AtomicU64,
    replayed: AtomicU64,
    malformed: AtomicU64,
    seen: Mutex<Seen>,
}

impl Refusals {
    /// Whether no message with this signature came before; from now on one has.
    pub fn is_new(&self, signature: Signature) -> bool {
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_new(signature)
    }

    /// Counts a message that was dropped for `reason`.
    pub fn count(&self, reason: &Malformed) {
        let counter = match reason {
            Malformed::Unsigned => &self.0.unsigned,
            Malformed::Signature => &self.0.forged,
            Malformed::Replayed => &self.0.replayed,
            Malformed::Frames(_) | Malformed::Part { .. } => &self.0.malformed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [unsigned, forged, replayed, malformed] = [
            &self.0.unsigned,
            &self.0.forged,
            &self.0.replayed,
            &self.0.malformed,
        ]
        .map(|counter| counter.load(Ordering::Relaxed));
        write!(
            f,
            "{forged} with a wrong signature, {unsigned} without one, {replayed} replayed, {malformed} malformed"
        )
    }
}

/// The signatures of the latest messages, in 2 MB at most. Their first eight bytes tell them apart as well: that a new message
/// is taken for an old one happens once in 2⁴⁸.
#[derive(Debug, Default)]
struct Seen {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Seen {
    /// As many as Jupyter's own kernels remember.
    const LIMIT: usize = 1 << 16;

    fn is_new(&mut self, signature: Signature) -> bool {
        let (first, _) = signature
            .split_first_chunk()
            .expect("a signature is longer");
        let signature = u64::from_ne_bytes(*first);
        if !self.known.insert(signature) {
            return false;
        }
        self.order.push_back(signature);
        if self.order.len() > Self::LIMIT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(number: usize) -> Signature {
        let mut signature = [0; 32];
        signature[..8].copy_from_slice(&number.to_le_bytes());
        signature
    }

    #[test]
    fn a_signature_is_good_once() {
        let (shell, other) = (Refusals::default(), signature(2));
        let control = shell.clone();
        assert!(shell.is_new(signature(1)));
        assert!(!shell.is_new(signature(1)));
        assert!(!control.is_new(signature(1)));
        assert!(control.is_new(other));
    }

    #[test]
    fn memory_is_bounded() {
        let refusals = Refusals::default();
        for number in 0..Seen::LIMIT + 1000 {
            assert!(refusals.is_new(signature(number)));
        }
        let seen = refusals.0.seen.lock().unwrap();
        assert_eq!(
            (seen.known.len(), seen.order.len()),
            (Seen::LIMIT, Seen::LIMIT)
        );
    }

    #[test]
    fn each_reason_has_its_count() {
        let refusals = Refusals::default();
        for reason in [
            Malformed::Signature,
            Malformed::Signature,
            Malformed::Unsigned,
            Malformed::Frames("too few parts"),
        ] {
            refusals.count(&reason);
        }
        assert_eq!(
            refusals.to_string(),
            "2 with a wrong signature, 1 without one, 0 replayed, 1 malformed"
        );
    }
}
