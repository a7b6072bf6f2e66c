//! Which groups' first pending rows are looked up in their stream, to see whether the entries are still there.
//!
//! Knows when a group was looked at last; the rows are read by the same script that looks them up. Invariant: a look is
//! a few rows, none is taken where an entry may be so long that finding it holds the server, and a group rests after it.

use super::Round;
use super::capabilities::Capabilities;
use super::known::Known;
use crate::core::limits;
use crate::core::model::Name;
use crate::core::wire::read::{ReadCmd, ReadVerb};

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
        let may = |verb| capabilities.may(verb);
        let read_only = may(ReadVerb::EvalRo) && may(ReadVerb::CountEvalRo);
        let may_look = read_only || (may(ReadVerb::Eval) && may(ReadVerb::CountEval));
        let now_ms = self.now_ms;
        let Some(stream) = self.streams.get_mut(key) else { return };
        let is_short = stream.reply_bytes <= limits::HUGE_REPLY_BYTES;
        let Some(group) = stream.groups.get_mut(name).filter(|group| group.pending != Some(0)) else {
            return;
        };
        let is_due =
            group.looked_ms.is_none_or(|at_ms| now_ms.saturating_sub(at_ms).abs() >= LOOKED_APART_MS);
        if may_look && is_short && is_due {
            group.looked_ms = Some(now_ms);
            round.commands.push(ReadCmd::MissingEntries { key: key.clone(), group: name.clone(), read_only });
        }
    }
}
