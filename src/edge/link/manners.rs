//! Which words of a greeting this server or user has refused, and until when they are not said again.
//!
//! Knows words and refusals; says nothing itself. Invariant: a word that was refused as such is not said on any connection
//! of this process for a while: each try adds to the server's error counters and its ACL log.

use crate::core::limits::DENIED_REST_US;
use crate::core::wire::{ErrorKind, Resp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A word of a greeting that can be done without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Courtesy {
    /// HELLO 3.
    Hello,
    /// PING, where HELLO is not answered.
    Ping,
    /// READONLY, which lets a replica of a cluster answer for its keys.
    ReadOnly,
    /// CLIENT SETNAME.
    SetName,
    /// CLIENT SETINFO.
    SetInfo,
    /// CLIENT NO-EVICT.
    NoEvict,
    /// CLIENT NO-TOUCH.
    NoTouch,
}

/// What was found out about each.
#[derive(Debug, Default)]
pub(super) struct Manners {
    known: Mutex<BTreeMap<Courtesy, CourtesyState>>,
    /// Held by the first connection of the process until all is known, so that two do not find out at once.
    first: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CourtesyState {
    Answered,
    RefusedUntil(u64),
}

/// The right to try what nobody has tried yet.
pub(super) type Trial<'a> = tokio::sync::MutexGuard<'a, ()>;

impl Manners {
    /// Whether it may be said now, microseconds of the process's clock.
    pub(super) fn may(&self, word: Courtesy, now_us: u64) -> bool {
        match self.known().get(&word) {
            Some(CourtesyState::RefusedUntil(until_us)) => now_us >= *until_us,
            Some(CourtesyState::Answered) | None => true,
        }
    }

    /// Whether it was said, and answered.
    pub(super) fn is_answered(&self, word: Courtesy) -> bool {
        self.known().get(&word) == Some(&CourtesyState::Answered)
    }

    /// Waits while another connection tries what is not known; nothing where all of these words are known.
    pub(super) async fn trial(&self, words: &[Courtesy], now_us: u64) -> Option<Trial<'_>> {
        let is_open = |word: &Courtesy| !self.is_answered(*word) && self.may(*word, now_us);
        if !words.iter().any(is_open) {
            return None;
        }
        let guard = self.first.lock().await;
        words.iter().any(is_open).then_some(guard)
    }

    /// Takes in what it was answered. Other errors say nothing of the word.
    pub(super) fn learn(&self, word: Courtesy, reply: &Resp, now_us: u64) {
        let tried = match reply {
            Resp::Error(refusal) => match refusal.kind() {
                ErrorKind::DeniedCommand | ErrorKind::Unsupported => {
                    CourtesyState::RefusedUntil(now_us.saturating_add(DENIED_REST_US))
                }
                _ => return,
            },
            _ => CourtesyState::Answered,
        };
        self.known().insert(word, tried);
    }

    /// A task that panicked while it noted something left whole notes behind.
    fn known(&self) -> MutexGuard<'_, BTreeMap<Courtesy, CourtesyState>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_rests_and_is_tried_again_later() {
        let manners = Manners::default();
        let error = |line: &str| Resp::error(line);
        for (word, line) in [
            (Courtesy::SetInfo, "NOPERM User eve has no permissions to run the 'client|setinfo' command"),
            (Courtesy::NoTouch, "ERR Unknown subcommand or wrong number of arguments for 'NO-TOUCH'."),
            (Courtesy::Hello, "ERR unknown command 'HELLO'"),
        ] {
            assert!(manners.may(word, 5));
            manners.learn(word, &error(line), 5);
            assert!(!manners.may(word, 5) && !manners.may(word, 4 + DENIED_REST_US));
            assert!(manners.may(word, 5 + DENIED_REST_US));
        }
        manners.learn(Courtesy::Ping, &error("LOADING Redis is loading"), 5);
        assert!(manners.may(Courtesy::Ping, 5) && !manners.is_answered(Courtesy::Ping));
    }

    #[tokio::test]
    async fn only_what_is_not_known_is_tried_alone() {
        let manners = Manners::default();
        let words = [Courtesy::SetName, Courtesy::SetInfo];
        let guard = manners.trial(&words, 5).await.unwrap();
        manners.learn(Courtesy::SetName, &Resp::Int(1), 5);
        manners.learn(Courtesy::SetInfo, &Resp::error("NOPERM no"), 5);
        drop(guard);
        assert!(manners.trial(&words, 6).await.is_none());
        assert!(manners.trial(&words, 6 + DENIED_REST_US).await.is_some());
    }
}
