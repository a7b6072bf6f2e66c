//! What was not read yet: at the start, and where everything is read once more.
//!
//! Knows streams and groups that were not answered; not what is asked of them. Invariant: whether anything is left is told
//! without a look at all that is known.

use super::capabilities::Capabilities;
use super::known::{Known, KnownStream};
use crate::core::limits;
use crate::core::model::Name;
use crate::core::wire::read::ReadVerb;

impl KnownStream {
    fn is_read(&self) -> bool {
        self.was_read && self.groups.values().all(|group| group.was_read)
    }
}

impl Known {
    /// Whether every stream and every group was read once, as far as they may be.
    pub fn all_read(&self, capabilities: &Capabilities) -> bool {
        let may_look_inside =
            capabilities.may(ReadVerb::XINFO_CONSUMERS) || capabilities.may(ReadVerb::XPENDING);
        let unread = || self.unread.iter().filter_map(|key| self.streams.get(key));
        unread().next().is_none() || (!may_look_inside && unread().all(|stream| stream.was_read))
    }

    /// Lets everything be read once more, but for what may not be read.
    pub fn read_again(&mut self) {
        for (key, stream) in self.streams.iter_mut().filter(|(_, stream)| !stream.is_denied) {
            stream.was_read = false;
            stream.groups.values_mut().for_each(|group| group.was_read = false);
            self.unread.insert(key.clone());
        }
    }

    /// Whether it is among what was not read yet.
    pub(super) fn settle(&mut self, key: &Name) {
        match self.streams.get(key).is_none_or(KnownStream::is_read) {
            true => drop(self.unread.remove(key)),
            false => drop(self.unread.insert(key.clone())),
        }
    }

    /// Streams that were never read, and groups whose inside was not.
    pub fn unread(&self, now_us: u64) -> (Vec<Name>, Vec<(Name, Name)>) {
        let places = if self.has_denied { limits::UNREAD_AFTER_DENIALS } else { limits::UNREAD_PER_ROUND };
        let awake = || {
            let due = self.unread.iter().filter(|key| self.stream_turns.is_due(key, now_us));
            due.filter_map(|key| self.streams.get_key_value(key))
        };
        let streams = awake().filter(|(_, stream)| !stream.was_read).map(|(key, _)| key.clone());
        let groups = awake().flat_map(|(key, stream)| {
            let unread = stream.groups.iter().filter(|(_, group)| !group.was_read);
            unread.map(|(name, _)| (key.clone(), name.clone()))
        });
        (streams.take(places).collect(), groups.take(places).collect())
    }
}
