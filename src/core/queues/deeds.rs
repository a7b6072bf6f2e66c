//! What may be done to the queues of a framework from outside, as that framework does it itself: a column of its row.
//!
//! Knows scripts and words; sends nothing. Each deed on jobs has three scripts: one looks for jobs that it is about, one moves
//! them, one moves them back. Invariants: what moves a job looks again whether it still stands as it was seen, in the same
//! moment; where nobody outside can do a deed right, its place says why in a sentence.

use super::lua::{MOVE_BEGIN, MOVE_END, WRITE_BEGIN};
use super::rewrite::Rewrite;
use crate::core::model::queues::QueueColumn;
use serde::{Deserialize, Serialize};

/// What may be done to the queues of a framework.
#[derive(Debug)]
pub struct QueueDeeds {
    /// What its keys begin with where nobody has changed that.
    pub prefix: &'static str,
    /// When a worker counts as gone, where that is not in its keys.
    pub silence: Option<Silence>,
    /// What becomes of some of those jobs, beside being done.
    pub fates: &'static [JobFate],
    /// Jobs whose worker is gone are made ready again.
    pub requeue: Allowed<JobDeed>,
    /// Jobs that failed for good are made ready again.
    pub revive: Allowed<JobDeed>,
    /// Jobs are removed: a row for each place where they may stand.
    pub drop: &'static [JobDrop],
    /// Why jobs can't be dropped, where there is no such row.
    pub no_drop: &'static str,
    /// Workers take no more jobs, and take them again.
    pub pause: Allowed<PauseDeed>,
}

/// A time after which a worker counts as gone: it stands in the application, and in no key.
#[derive(Debug)]
pub struct Silence {
    /// How long it is where the application has not changed it, milliseconds.
    pub usual_ms: u64,
    /// Our setting that says how long it is; empty where there is none.
    pub setting: &'static str,
    /// What is so long: words before the time.
    pub what: &'static str,
    /// What the application calls it; empty where that cannot change it.
    pub theirs: &'static str,
}

/// What a job comes to that is made ready again, where workers do something else than to do it.
#[derive(Debug)]
pub struct JobFate {
    /// The word that the script which looks for it says of it.
    pub word: &'static str,
    /// What becomes of it: words after how many there are.
    pub text: &'static str,
}

/// Something that may be done, or the reason why not.
#[derive(Debug)]
pub enum Allowed<T: 'static> {
    /// It may.
    Yes(T),
    /// It may not: a sentence without the name of the framework.
    No(&'static str),
}

impl<T> Allowed<T> {
    /// What may be done.
    ///
    /// # Errors
    /// Why not.
    pub const fn get(&self) -> Result<&T, &'static str> {
        match self {
            Self::Yes(what) => Ok(what),
            Self::No(why) => Err(why),
        }
    }
}

/// Something that is done to jobs, one after the other.
#[derive(Debug)]
pub struct JobDeed {
    /// Looks for jobs in one place (`find_jobs` of the scripts).
    pub find: &'static str,
    /// Moves one: the body of a function of its mark, what stands beside it, how it is written afterwards, and its record. It
    /// answers 1 where it did, 0 where the job is not there any more, -1 where it stays as it is.
    pub act: &'static str,
    /// Moves one back, where nobody has touched it since: the same function, where the record is what was kept.
    pub back: &'static str,
    /// How it is written afterwards.
    pub after: Rewrite,
    /// The commands for people.
    pub text: &'static str,
    /// What the framework would do beside and nobody outside can, or where jobs come back: a sentence, or nothing.
    pub caveat: &'static str,
}

/// Jobs that are removed from one place.
#[derive(Debug)]
pub struct JobDrop {
    /// As what they count.
    pub part: QueueColumn,
    /// How.
    pub deed: JobDeed,
}

/// How a queue is paused, and goes on.
#[derive(Debug)]
pub struct PauseDeed {
    /// The script that pauses: it answers 1, or 0 where that is so already.
    pub pause: &'static str,
    /// The script that lets it go on.
    pub resume: &'static str,
    /// The commands of both for people.
    pub text: [&'static str; 2],
    /// Whether it is for all queues of the site at once.
    pub is_for_all: bool,
    /// What else has to be known.
    pub caveat: &'static str,
}

/// Which deed on jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeedName {
    /// Orphans are made ready again.
    Requeue,
    /// Dead jobs are made ready again.
    Revive,
    /// Jobs are dropped: by this row of [`QueueDeeds::drop`].
    Drop(usize),
}

impl DeedName {
    /// The word for machines.
    pub fn word(self) -> String {
        match self {
            Self::Requeue => "requeue".to_owned(),
            Self::Revive => "revive".to_owned(),
            Self::Drop(at) => format!("drop {at}"),
        }
    }

    /// Reads the word back.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "requeue" => Some(Self::Requeue),
            "revive" => Some(Self::Revive),
            other => Some(Self::Drop(other.strip_prefix("drop ")?.parse().ok()?)),
        }
    }
}

/// The whole script of a function that moves jobs.
pub fn moving(body: &str) -> String {
    format!("{WRITE_BEGIN}{MOVE_BEGIN}{body}{MOVE_END}")
}

/// The whole script of the body that pauses a queue, or lets it go on.
pub fn pausing(body: &str) -> String {
    format!(
        "{WRITE_BEGIN}local function one() {body} end if check then dry=true one() dry=false end return one()"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_deed_is_read_back() {
        for name in [DeedName::Requeue, DeedName::Revive, DeedName::Drop(3)] {
            assert_eq!(DeedName::of_word(&name.word()), Some(name));
        }
        assert_eq!((DeedName::of_word("drop"), DeedName::of_word("drop x")), (None, None));
    }
}
