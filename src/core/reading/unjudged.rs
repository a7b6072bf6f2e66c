//! What nobody can judge, because it cannot be read at all or was not found yet.
//!
//! Knows which commands each domain rests on; the gaps say why one is not answered. Invariant: what is not seen is not
//! well, unless the operator has said that it need not be seen.

use super::Reading;
use crate::core::figures::sentence::percent;
use crate::core::model::gap::{Gap, GapReason, GapScope};

/// Commands without which a whole domain stays in the dark, and what that is.
const DOMAINS: [(&str, &str); 4] = [
    ("INFO", "the server, its memory and its clients"),
    ("SCAN", "which streams there are"),
    ("XINFO STREAM", "streams"),
    ("XINFO GROUPS", "consumer groups"),
];

impl Reading {
    /// Why health is unknown though nothing was found: one sentence for each domain that cannot be judged.
    pub fn unjudged(&self) -> Vec<String> {
        let accepted =
            |command: &str| self.watched.accept_blind.iter().any(|own| own.eq_ignore_ascii_case(command));
        let mut reasons = Vec::new();
        for (command, domain) in DOMAINS.iter().filter(|(command, _)| !accepted(command)) {
            let gap = match *command {
                "SCAN" => self.scan_gap(),
                _ => self
                    .this_node()
                    .gaps
                    .iter()
                    .find(|gap| gap.what == *command && gap.scope == GapScope::Command)
                    .or_else(|| self.gap_of_all(command)),
            };
            reasons.extend(gap.map(|gap| format!("{domain} can't be judged: {}", gap.text)));
        }
        if self.discovery().passes == 0 && !accepted("SCAN") && self.scan_gap().is_none() {
            reasons.push(match self.searched_share() {
                Some(share) => {
                    format!("streams are still being searched for: {} searched", percent(share))
                }
                None => "streams are still being searched for".to_owned(),
            });
        }
        reasons
    }

    /// The gap of one stream where nothing of the kind is known of any: what is refused, cut off or late for each of them
    /// leaves the domain as dark as a command that is not answered at all.
    fn gap_of_all(&self, command: &str) -> Option<&Gap> {
        let mut streams = self.streams().values();
        let is_known = match command {
            "XINFO STREAM" => streams.any(|stream| stream.detail.is_some() || stream.length.is_some()),
            "XINFO GROUPS" => streams.any(|stream| !stream.groups.is_empty()),
            _ => return None,
        };
        if is_known { None } else { self.this_node().gaps.about(command) }
    }

    /// Why streams cannot be searched for. A server that only lacks SCAN's TYPE is walked without it.
    pub fn scan_gap(&self) -> Option<&Gap> {
        let typed = || self.this_node().gaps.of("SCAN TYPE").filter(|gap| gap.why == GapReason::Denied);
        self.this_node().gaps.of("SCAN").or_else(typed)
    }

    /// Share of the keyspace that the first search has seen, 0 to 1.
    pub fn searched_share(&self) -> Option<f64> {
        if self.discovery().passes > 0 {
            return Some(1.0);
        }
        let keys: u64 = self
            .this_node()
            .info
            .as_ref()?
            .value
            .keyspace
            .iter()
            .map(|space| space.keys)
            .fold(0, u64::saturating_add);
        (keys > 0).then(|| (self.discovery().keys as f64 / keys as f64).min(0.99))
    }
}
