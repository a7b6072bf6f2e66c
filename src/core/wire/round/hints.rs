//! Names of streams that somebody has told us and the server has not: they are asked first.
//!
//! Knows which were not answered yet; not who told them. Invariant: a hint is no stream, and is not counted as one, until
//! the server has answered for it or the search has met it.

use super::Planner;
use super::known::Known;
use crate::core::model::Name;
use crate::core::model::glob::Glob;

impl Known {
    /// How many streams the server has told of.
    pub fn len(&self) -> usize {
        self.streams.len().saturating_sub(self.hints.len())
    }

    /// Streams that were found and are not watched, for there are too many.
    pub fn refused_streams(&self) -> usize {
        self.refused
    }

    /// Asks for these first.
    pub(super) fn hint(&mut self, keys: &[Name], now_us: u64) {
        let is_new = |key: &&Name| !self.streams.contains_key(*key);
        let news: Vec<Name> = keys.iter().filter(is_new).cloned().collect();
        self.add(&news, now_us);
        self.hints.extend(news.into_iter().filter(|key| self.streams.contains_key(key)));
    }
}

impl Planner {
    /// Asks first for keys that were streams when they were looked at last, by another process.
    pub fn hint(&mut self, keys: &[Name], now_us: u64) {
        let globs: Vec<Glob> = self.settings.patterns.iter().cloned().map(Glob::new).collect();
        // What is not looked for is not watched, whoever has found it.
        let is_wanted =
            |key: &&Name| self.settings.discover || globs.iter().any(|glob| glob.matches(key.as_bytes()));
        let wanted: Vec<Name> = keys.iter().filter(is_wanted).cloned().collect();
        self.known.hint(&wanted, now_us);
    }

    /// The streams that the server has told of.
    pub fn told_streams(&self) -> impl Iterator<Item = &Name> {
        self.known.streams.keys().filter(|key| !self.known.hints.contains(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::decode::decode;
    use crate::core::wire::observation::{Exchange, Observation};
    use crate::core::wire::round::PollSettings;
    use crate::core::wire::{ReadCmd, Resp};

    fn told(planner: &mut Planner, key: &str, reply: Resp) {
        let command = ReadCmd::XinfoStream(Name::from(key));
        let exchange = Exchange { command, sent_us: 1, received_us: 2, reply: Ok(reply), reply_bytes: 9 };
        let observation = Observation { exchanges: vec![exchange], ..Observation::default() };
        let snapshot = decode(&observation);
        planner.learn(&observation, &snapshot, 3);
    }

    #[test]
    fn a_hint_is_asked_first_and_no_stream_until_the_server_says_so() {
        let mut planner = Planner::new(PollSettings { discover: true, ..PollSettings::default() });
        planner.hint(&["a", "b", "c"].map(Name::from), 0);
        assert!(planner.has_unread());
        assert_eq!((planner.discovery().streams, planner.told_streams().count()), (0, 0));
        let asked = planner.unread_round(1).commands;
        assert!(asked.contains(&ReadCmd::XinfoStream(Name::from("a"))), "{asked:?}");
        told(&mut planner, "a", Resp::Array(vec![Resp::bulk("length"), Resp::Int(1)]));
        told(&mut planner, "b", Resp::error("ERR no such key"));
        told(
            &mut planner,
            "c",
            Resp::error("WRONGTYPE Operation against a key holding the wrong kind of value"),
        );
        let streams: Vec<String> = planner.told_streams().map(ToString::to_string).collect();
        assert_eq!((planner.discovery().streams, streams), (1, vec!["a".to_owned()]));
        assert_eq!(planner.known.streams.len(), 1);
    }

    #[test]
    fn where_only_some_keys_are_looked_for_no_other_is_asked_for() {
        let patterns = ["jobs:*", "one"].map(Name::from).to_vec();
        let mut planner = Planner::new(PollSettings { patterns, ..PollSettings::default() });
        planner.hint(&["jobs:1", "other", "one"].map(Name::from), 0);
        let known: std::collections::BTreeSet<String> =
            planner.known.streams.keys().map(ToString::to_string).collect();
        assert_eq!(known, ["jobs:1", "one"].map(str::to_owned).into());
    }
}
