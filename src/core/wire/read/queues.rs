//! What may be asked about queues: sizes, counts by score, a few items, scripts with a bound.
//!
//! Knows how each is written; what keys are called is with the adapters (`core::queues`). Invariant: of a job no more
//! passes than `core::queues::items` keeps: the rest is taken out of the reply before anything else sees it.

use super::ReadVerb;
use super::row::Word::{Number, Other, Others, Text};
use super::row::{Hides, ReadRow, ScriptCalls, row};
use crate::core::limits::{QUEUE_NAMES, REPLY_FIGURE, REPLY_NAMES, REPLY_PAGE};
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{ItemsFor, QueueId};
use crate::core::queues::adapter;
use crate::core::queues::adapter::{
    Adapter, Counts, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm, ItemTime, QueuePart,
};
use crate::core::queues::failures::FAILED_JOBS;
use crate::core::queues::tenants::{TENANT_CUT, payload_field};
use crate::core::wire::scripts;
use serde::{Deserialize, Serialize};

/// Commands that a script of an adapter calls, about: it looks at some jobs or workers.
const SCRIPT_CALLS: u64 = 10;

/// A question about a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QueueRead {
    /// Whose.
    pub of: QueueId,
    /// What.
    pub ask: QueueAsk,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QueueAsk {
    /// `TYPE key`
    Kind(Name),
    /// A part by its place in the adapter's table. A score to count from or up to, or now in milliseconds for a script, stands
    /// beside.
    Part {
        /// Which part.
        at: usize,
        /// Its key, and those that its script needs beside.
        keys: Vec<Name>,
        /// The score, or the time.
        limit: u64,
        /// How long a worker may hold a job, milliseconds, for a script that needs it.
        #[serde(default)]
        held_ms: u64,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`, for a script.
        read_only: bool,
    },
    /// Members of a registry, any of them: `SRANDMEMBER key count`.
    Names {
        /// Which sign of the adapter.
        sign: usize,
        /// The registry.
        key: Name,
    },
    /// Whether a key is what its name says, by a script that looks into it.
    Proof {
        /// Which sign of the adapter.
        sign: usize,
        /// The key.
        key: Name,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// Items of a list or a sorted set, cut to what is read of them, by a script on the server.
    Items {
        /// What for.
        why: ItemsFor,
        /// Where.
        key: Name,
        /// A list or a sorted set.
        is_list: bool,
        /// From which on, from the end where `is_last`.
        from: u64,
        /// How many.
        count: u32,
        /// Whether they are counted from the end.
        is_last: bool,
        /// Over how many places they are spread, `from` being the first of their steps; none where they stand together.
        spread: Option<u64>,
        /// The field that names for whom a job is, where somebody named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant: Option<Name>,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// `LINDEX key 0` or `-1`, where no script may run.
    ListEnd {
        /// What for.
        why: ItemsFor,
        /// Where.
        key: Name,
        /// The last item rather than the first.
        is_last: bool,
    },
    /// Jobs that failed, from places spread over where they stand, by a script on the server.
    Failed {
        /// Which row of the adapter.
        at: usize,
        /// Where they stand.
        key: Name,
        /// Beginnings of the keys where their texts are.
        beside: Vec<Name>,
        /// The first step.
        from: u64,
        /// Over how many places.
        places: u64,
        /// Whether those are counted from the end.
        is_last: bool,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// Entries that begin jobs again and again, by a script on the server.
    Schedules {
        /// Which row of the adapter.
        at: usize,
        /// The key, and those that its script needs beside.
        keys: Vec<Name>,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        read_only: bool,
    },
    /// What a job's hash says of when it came and of its class: `HMGET key field field`; by a script where its payload is read,
    /// which may be long.
    Job {
        /// What for.
        why: ItemsFor,
        /// Its hash.
        key: Name,
        /// Its id.
        id: Name,
        /// The field that names for whom it is, where somebody named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant: Option<Name>,
        /// `EVAL_RO` (Redis 7.0) rather than `EVAL`.
        #[serde(default)]
        read_only: bool,
    },
}

impl QueueRead {
    /// The adapter.
    pub fn adapter(&self) -> Option<&'static Adapter> {
        crate::core::queues::adapter(self.of.site.framework)
    }

    /// The part that is counted, of a question about one.
    pub fn part(&self) -> Option<&'static QueuePart> {
        match self.ask {
            QueueAsk::Part { at, .. } => self.adapter()?.parts.get(at),
            _ => None,
        }
    }

    /// How the jobs are written.
    pub fn form(&self) -> &'static ItemForm {
        self.adapter().map_or(&adapter::OPAQUE, |adapter| &adapter.item)
    }

    /// The key.
    pub fn queue_key(&self) -> Option<&Name> {
        match &self.ask {
            QueueAsk::Part { keys, .. } | QueueAsk::Schedules { keys, .. } => keys.first(),
            QueueAsk::Kind(key)
            | QueueAsk::Names { key, .. }
            | QueueAsk::Proof { key, .. }
            | QueueAsk::Items { key, .. }
            | QueueAsk::ListEnd { key, .. }
            | QueueAsk::Failed { key, .. }
            | QueueAsk::Job { key, .. } => Some(key),
        }
    }

    /// Fields of a job's hash that tell when it came, and of which class it is.
    pub fn job_fields(&self) -> [&'static str; 2] {
        let form = self.form();
        let time = match form.time {
            ItemTime::Job(_, field, _) => field,
            _ => "",
        };
        let class = match form.class {
            ItemClass::Job(_, field, _) => field,
            _ => "",
        };
        [time, class]
    }

    /// Its row in the table of reads.
    pub fn row(&self) -> ReadRow<'_> {
        match &self.ask {
            QueueAsk::Kind(key) => row(ReadVerb::QUEUE_TYPE, REPLY_FIGURE, [Other(key)]),
            QueueAsk::Part { keys, limit, held_ms, read_only, .. } => {
                self.count(keys, (*limit, *held_ms), *read_only)
            }
            QueueAsk::Names { key, .. } => {
                let most = Number(QUEUE_NAMES as u64 + 1);
                row(ReadVerb::SRANDMEMBER, REPLY_NAMES, [Other(key), most])
            }
            QueueAsk::Proof { sign, key, read_only } => self.proof_row(*sign, key, *read_only),
            QueueAsk::Items { why, key, is_list, from, count, is_last, spread, tenant, read_only } => {
                let verb = if *read_only { ReadVerb::QUEUE_EVAL_RO } else { ReadVerb::QUEUE_EVAL };
                let last = from.saturating_add(u64::from(*count)).saturating_sub(1);
                let to = Number(spread.unwrap_or(last));
                let end = Text(match (spread, is_last) {
                    (None, false) => "f",
                    (None, true) => "l",
                    (Some(_), false) => "s",
                    (Some(_), true) => "S",
                });
                let cut = self.form().cut;
                let cut = Number(u64::from(tenant.as_ref().map_or(cut, |_| cut.max(TENANT_CUT))));
                let hides = Hides::Jobs(self.form(), tenant.as_ref());
                if let Some(record) = &self.form().record {
                    let want = match why {
                        ItemsFor::Classes(_) => "any",
                        _ if *is_list => "list",
                        _ => "other",
                    };
                    let [how, name, entry, taken, text, time] = record.words().map(Text);
                    let (key, from) = (Other(key), Number(*from));
                    let (script, one, want) = (Text(scripts::JOBS), Text("1"), Text(want));
                    let (prefix, queue) = (Other(&self.of.site.prefix), Others(self.of.queue.as_slice()));
                    let words = [
                        script, one, key, from, to, cut, end, want, how, name, entry, taken, text, time,
                        prefix, queue,
                    ];
                    return row(verb, REPLY_PAGE, words)
                        .hiding(hides)
                        .calling(ScriptCalls::Exactly(2 * u64::from(*count) + 2));
                }
                let script = match (spread, is_list, is_last) {
                    (Some(_), true, _) => scripts::SPREAD_LIST,
                    (Some(_), false, _) => scripts::SPREAD_ZSET,
                    (None, true, false) => scripts::FIRST_OF_LIST,
                    (None, true, true) => scripts::LAST_OF_LIST,
                    (None, false, false) => scripts::FIRST_OF_ZSET,
                    (None, false, true) => scripts::LAST_OF_ZSET,
                };
                row(verb, REPLY_PAGE, [Text(script), Text("1"), Other(key), Number(*from), to, cut, end])
                    .hiding(hides)
                    .calling(ScriptCalls::Exactly(1))
            }
            QueueAsk::Failed { .. } => self.failed_row(),
            QueueAsk::Schedules { at, keys, read_only } => self.schedules_row(*at, keys, *read_only),
            QueueAsk::ListEnd { key, is_last, .. } => {
                let at = if *is_last { "-1" } else { "0" };
                row(ReadVerb::LINDEX, REPLY_PAGE, [Other(key), Text(at)])
                    .hiding(Hides::Jobs(self.form(), None))
            }
            QueueAsk::Job { key, tenant, read_only, .. } => self.job_row(key, tenant.as_ref(), *read_only),
        }
    }

    fn job_row<'a>(&'a self, key: &'a Name, tenant: Option<&'a Name>, read_only: bool) -> ReadRow<'a> {
        let [time, class] = self.job_fields();
        let payload = tenant.and_then(|_| payload_field(self.of.site.framework));
        let hides = Hides::JobFields(self.form(), tenant);
        let Some(payload) = payload.filter(|payload| *payload != class) else {
            return row(ReadVerb::HMGET, REPLY_FIGURE, [Other(key), Text(time), Text(class)]).hiding(hides);
        };
        let verb = if read_only { ReadVerb::QUEUE_EVAL_RO } else { ReadVerb::QUEUE_EVAL };
        let (script, one, cut) = (Text(scripts::JOB_FIELDS), Text("1"), Number(u64::from(TENANT_CUT)));
        row(verb, REPLY_PAGE, [script, one, Other(key), Text(time), Text(class), Text(payload), cut])
            .hiding(hides)
            .calling(ScriptCalls::Exactly(3))
    }

    /// Which jobs that failed are asked for.
    pub fn failed(&self) -> Option<&'static FailedJobs> {
        match self.ask {
            QueueAsk::Failed { at, .. } => self.adapter()?.failed.get(at),
            _ => None,
        }
    }

    fn schedules_row<'a>(&'a self, at: usize, keys: &'a [Name], read_only: bool) -> ReadRow<'a> {
        let verb = if read_only { ReadVerb::QUEUE_EVAL_RO } else { ReadVerb::QUEUE_EVAL };
        let form = self.adapter().and_then(|adapter| adapter.schedules.get(at));
        let script = Text(form.map_or("return {0}", |form| form.script));
        let (number, prefix) = (Number(keys.len() as u64), Other(&self.of.site.prefix));
        row(verb, REPLY_PAGE, [script, number, Others(keys), prefix, Others(self.of.queue.as_slice())])
            .calling(ScriptCalls::Exactly(SCRIPT_CALLS))
    }

    fn proof_row<'a>(&'a self, sign: usize, key: &'a Name, read_only: bool) -> ReadRow<'a> {
        let verb = if read_only { ReadVerb::QUEUE_EVAL_RO } else { ReadVerb::QUEUE_EVAL };
        let sign = self.adapter().and_then(|adapter| adapter.signs.get(sign));
        let script = Text(sign.and_then(|sign| sign.proof).unwrap_or("return 0"));
        let prefix = Other(&self.of.site.prefix);
        row(verb, REPLY_FIGURE, [script, Text("1"), Other(key), prefix, Others(self.of.queue.as_slice())])
            .calling(ScriptCalls::Exactly(SCRIPT_CALLS))
    }

    fn failed_row(&self) -> ReadRow<'_> {
        let (Some(form), QueueAsk::Failed { key, beside, from, places, is_last, read_only, .. }) =
            (self.failed(), &self.ask)
        else {
            return row(
                ReadVerb::QUEUE_TYPE,
                REPLY_FIGURE,
                [Others(self.queue_key().map_or(&[], std::slice::from_ref))],
            );
        };
        let verb = if *read_only { ReadVerb::QUEUE_EVAL_RO } else { ReadVerb::QUEUE_EVAL };
        let how = match form.kept {
            FailureKept::Item => "i",
            FailureKept::Field(_) => "f",
            FailureKept::Hash(_) => "h",
            FailureKept::Results(..) => "x",
            FailureKept::Message(_) => "p",
            FailureKept::Values => "v",
        };
        let is_end = if form.text == ErrorText::Last { "1" } else { "0" };
        let words = [
            Text(FAILED_JOBS),
            Text("1"),
            Other(key),
            Number(*from),
            Number(*places),
            Text(if *is_last { "S" } else { "s" }),
            Text(how),
            Text(form.class),
            Text(form.error),
            Text(form.message),
            Text(form.time),
            Number(u64::from(self.form().cut)),
            Text(is_end),
            Number(u64::from(form.jobs_a_read())),
            Others(beside),
        ];
        row(verb, REPLY_PAGE, words)
            .hiding(Hides::Failures(form, self.form()))
            .calling(ScriptCalls::Exactly(2 * u64::from(form.jobs_a_read()) + 2))
    }

    fn count<'a>(&'a self, keys: &'a [Name], (limit, held_ms): (u64, u64), read_only: bool) -> ReadRow<'a> {
        let key = Others(keys.get(..1).unwrap_or(keys));
        let Some(part) = self.part() else { return row(ReadVerb::QUEUE_TYPE, REPLY_FIGURE, [key]) };
        let queue = self.of.queue.as_slice();
        match &part.counts {
            Counts::Length(KeyKind::List) => row(ReadVerb::LLEN, REPLY_FIGURE, [key]),
            Counts::Length(KeyKind::Zset) => row(ReadVerb::QUEUE_ZCARD, REPLY_FIGURE, [key]),
            Counts::Length(KeyKind::Set) => row(ReadVerb::SCARD, REPLY_FIGURE, [key]),
            Counts::Length(KeyKind::Hash) => row(ReadVerb::HLEN, REPLY_FIGURE, [key]),
            Counts::Length(KeyKind::Stream) => row(ReadVerb::QUEUE_XLEN, REPLY_FIGURE, [key]),
            Counts::Length(KeyKind::String | KeyKind::Other) => {
                row(ReadVerb::QUEUE_EXISTS, REPLY_FIGURE, [key])
            }
            Counts::Until(..) | Counts::UntilHeld(_) => {
                row(ReadVerb::ZCOUNT, REPLY_FIGURE, [key, Text("-inf"), Number(limit)])
            }
            Counts::Since(..) => row(ReadVerb::ZCOUNT, REPLY_FIGURE, [key, Number(limit), Text("+inf")]),
            Counts::Number(None) => {
                let words = [key, Text("0"), Text("31")];
                row(ReadVerb::QUEUE_GETRANGE, REPLY_FIGURE, words).hiding(Hides::NonNumbers)
            }
            Counts::Number(Some(field)) => {
                row(ReadVerb::QUEUE_HGET, REPLY_FIGURE, [key, Text(field)]).hiding(Hides::NonNumbers)
            }
            Counts::Member => row(ReadVerb::SISMEMBER, REPLY_FIGURE, [key, Others(queue)]),
            Counts::Field(field) => row(ReadVerb::HEXISTS, REPLY_FIGURE, [key, Text(field)]),
            Counts::Script(script, _) | Counts::OfQueue(script, _) | Counts::Jobs(script) => {
                let verb = if read_only { ReadVerb::QUEUE_EVAL_RO } else { ReadVerb::QUEUE_EVAL };
                let (number, now) = (Number(keys.len() as u64), Number(limit));
                let prefix = Other(&self.of.site.prefix);
                row(
                    verb,
                    REPLY_FIGURE,
                    [Text(script), number, Others(keys), now, prefix, Others(queue), Number(held_ms)],
                )
                .calling(ScriptCalls::Exactly(SCRIPT_CALLS))
            }
        }
    }
}

#[cfg(test)]
mod tests;
