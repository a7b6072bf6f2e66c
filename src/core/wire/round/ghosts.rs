//! Which groups' first pending rows are looked up in their stream, to see whether the entries are still there.
//!
//! Knows when a group was looked at last; the rows are read by the same script that looks them up. Invariant: a look is
//! a few rows, none is taken where an entry may be so long that finding it holds the server, and a group rests after it.

use super::Round;
use super::capabilities::Capabilities;
use super::known::Known;
use crate::core::limits;
use crate::core::model::Name;
use crate::core::wire::read::ReadCmd;

/// How long a group rests after a look, milliseconds.
const LOOKED_APART_MS: i64 = 10_000;

impl Known {
    /// Looks the first pending rows of a group up, where it is time.
    pub(super) fn ask_ghosts(
        &mut self,
        key: &Name,
        name: &Name,
        capabilities: &Capabilities,
        round: &mut Round,
    ) {
        let Some(read_only) = capabilities.counting_script() else { return };
        let now_ms = self.now_ms;
        let Some(stream) = self.streams.get_mut(key) else { return };
        let is_short = stream.reply_bytes <= limits::HUGE_REPLY_BYTES;
        let Some(group) = stream.groups.get_mut(name).filter(|group| group.pending != Some(0)) else {
            return;
        };
        let is_due =
            group.looked_ms.is_none_or(|at_ms| now_ms.saturating_sub(at_ms).abs() >= LOOKED_APART_MS);
        if is_short && is_due {
            group.looked_ms = Some(now_ms);
            round.commands.push(ReadCmd::MissingEntries { key: key.clone(), group: name.clone(), read_only });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::read::ReadVerb;

    #[test]
    fn a_group_with_pending_rows_is_looked_at_every_ten_seconds_unless_its_entries_are_huge() {
        let (key, name) = (Name::from("s"), Name::from("g"));
        let capabilities = Capabilities::proving(&[ReadVerb::EVAL_RO, ReadVerb::COUNT_EVAL_RO]);
        let looks = |reply_bytes: u64, pending: u64| {
            let mut known = Known::default();
            known.add(std::slice::from_ref(&key), 0);
            let stream = known.streams.get_mut(&key).unwrap();
            stream.reply_bytes = reply_bytes;
            stream.groups.insert(name.clone(), Box::default());
            stream.groups.get_mut(&name).unwrap().pending = Some(pending);
            [1_000, 10_999, 11_000].map(|now_ms| {
                known.now_ms = now_ms;
                let mut round = Round::default();
                known.ask_ghosts(&key, &name, &capabilities, &mut round);
                round.commands.len()
            })
        };
        assert_eq!(looks(500, 3), [1, 0, 1]);
        assert_eq!((looks(500, 0), looks(limits::HUGE_REPLY_BYTES + 1, 3)), ([0; 3], [0; 3]));
    }
}
