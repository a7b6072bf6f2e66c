//! A row of the table of reads: all that is to be known of a read but what its reply means.
//!
//! Knows how words are written; the rows themselves stand with their commands. Invariant: the key of a read is one of
//! its words.

use super::ReadVerb;
use crate::core::limits::ReplyBound;
use crate::core::model::{Name, StreamId};
use crate::core::queues::adapter::{FailedJobs, ItemForm};

/// Words after the verb, at most.
const WORDS: usize = 16;
/// Bytes of a word of a verb that are written in capitals, as they are wont to be.
const VERB_BYTES: usize = 24;

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct ReadRow<'a> {
    /// Which command it is: what may be denied as one, and is counted as one.
    pub verb: ReadVerb,
    /// How long its reply may be.
    pub bound: ReplyBound,
    /// What is taken out of the reply before anything else sees it.
    pub hides: Hides<'a>,
    /// What it looks up in the keyspace, where that is counted: beside our rounds.
    pub looks_up: LooksUp,
    /// Calls of other commands inside its script.
    pub calls: ScriptCalls,
    words: [Word<'a>; WORDS],
}

/// What nobody needs to see of a reply.
#[derive(Clone, Copy, Debug)]
pub enum Hides<'a> {
    /// All of it is for us.
    Nothing,
    /// Bodies of the first and the last entry of a stream.
    Bodies,
    /// Arguments in the slow log.
    Arguments,
    /// Whatever is no number.
    NonNumbers,
    /// Of jobs all but their id, their class, when they came, and the value of the field that is named.
    Jobs(&'static ItemForm, Option<&'a Name>),
    /// Of jobs that failed all but their class, when they failed, and the error without what differs from one to the next.
    Failures(&'static FailedJobs, &'static ItemForm),
    /// Of a job's fields the same.
    JobFields(&'static ItemForm, Option<&'a Name>),
}

/// How a read adds to the server's hits and misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksUp {
    /// Not at all, or within a round, whose bracket tells.
    Nothing,
    /// Its key, once.
    Key,
    /// The same; where it replies this number, there is no such key.
    KeyUnless(i64),
    /// Each of the keys that its script is given.
    EachKey,
}

/// What a script calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptCalls {
    /// So many commands, whatever the reply; none where it is no script.
    Exactly(u64),
    /// One, and one for each row that its reply counts first.
    OneAndEachRow,
}

/// A word, or several, of a command.
#[derive(Clone, Copy, Debug)]
pub enum Word<'a> {
    /// A word of the protocol.
    Text(&'static str),
    /// Several.
    Texts(&'a [&'static str]),
    /// The key that the read is about.
    Key(&'a Name),
    /// Another name.
    Other(&'a Name),
    /// Another name, where there is one.
    Maybe(Option<&'a Name>),
    /// Other names.
    Others(&'a [Name]),
    /// The id of an entry.
    Id(StreamId),
    /// A figure.
    Number(u64),
}

/// A row of a plain command that hides nothing and looks up nothing that is counted.
pub(super) fn row<const N: usize>(verb: ReadVerb, bound: ReplyBound, words: [Word<'_>; N]) -> ReadRow<'_> {
    const { assert!(N <= WORDS) };
    let mut all = [Word::Texts(&[]); WORDS];
    all.iter_mut().zip(words).for_each(|(place, word)| *place = word);
    let (hides, looks_up, calls) = (Hides::Nothing, LooksUp::Nothing, ScriptCalls::Exactly(0));
    ReadRow { verb, bound, hides, looks_up, calls, words: all }
}

impl<'a> ReadRow<'a> {
    pub(super) const fn hiding(self, hides: Hides<'a>) -> Self {
        Self { hides, ..self }
    }

    pub(super) const fn looking_up(self, looks_up: LooksUp) -> Self {
        Self { looks_up, ..self }
    }

    pub(super) const fn calling(self, calls: ScriptCalls) -> Self {
        Self { calls, ..self }
    }

    /// The key that it is about.
    pub fn key(&self) -> Option<&'a Name> {
        self.words.iter().find_map(|word| match word {
            Word::Key(key) => Some(*key),
            _ => None,
        })
    }

    /// Every word to send, in order.
    pub fn each_word(&self, mut take: impl FnMut(&[u8])) {
        // What INFO commandstats calls `xinfo|stream` is sent as two words.
        for word in self.verb.stat_name().split('|') {
            let mut upper = [0; VERB_BYTES];
            let upper = upper.get_mut(..word.len()).map(|upper| {
                upper.copy_from_slice(word.as_bytes());
                upper.make_ascii_uppercase();
                &*upper
            });
            take(upper.unwrap_or(word.as_bytes()));
        }
        for word in &self.words {
            match word {
                Word::Text(text) => take(text.as_bytes()),
                Word::Texts(texts) => texts.iter().for_each(|text| take(text.as_bytes())),
                Word::Key(name) | Word::Other(name) | Word::Maybe(Some(name)) => take(name.as_bytes()),
                Word::Maybe(None) => {}
                Word::Others(names) => names.iter().for_each(|name| take(name.as_bytes())),
                Word::Id(id) => take(id.to_string().as_bytes()),
                Word::Number(number) => take(number.to_string().as_bytes()),
            }
        }
    }
}
