//! Facts out of exchanges, one after another, and the clock of their stamps.
//!
//! Knows which replies nobody needs once they were decoded; what they mean is told beside it. Invariant: exchanges that
//! come by and by say what they would say together.

use super::{answered, info, missing};
use crate::core::model::snapshot::ClockSource;
use crate::core::model::{Names, Snapshot};
use crate::core::wire::cost;
use crate::core::wire::observation::{AskedFor, Exchange, Observation};
use crate::core::wire::read::ReadCmd;
use crate::core::wire::resp::Resp;

/// What the replies of an observation say while more of them come. Those of streams and groups are let go: of ten
/// thousand streams they take hundreds of megabytes.
pub struct FactsSoFar {
    head: Observation,
    gathered: Option<Facts>,
    names: Names,
    /// Replies came before the clock was known: all of them are kept.
    is_unclocked: bool,
}

impl FactsSoFar {
    /// Of an observation whose exchanges are still to come.
    pub fn of(head: Observation, names: Names) -> Self {
        Self { head, gathered: None, names, is_unclocked: false }
    }

    /// Takes the next exchanges in, in the order asked.
    pub fn take(&mut self, exchanges: &mut [Exchange]) {
        if self.gathered.is_none() && !self.is_unclocked {
            let clock = Clock::known(exchanges, self.head.clock_offset_us);
            self.is_unclocked = clock.is_none();
            self.gathered = clock.map(|clock| Facts::new(&self.head, clock, std::mem::take(&mut self.names)));
        }
        let Some(facts) = &mut self.gathered else { return };
        for exchange in exchanges {
            facts.take(exchange);
            if is_of_many(&exchange.command)
                && let Ok(reply) = &mut exchange.reply
                && !matches!(reply, Resp::Error(_))
            {
                *reply = Resp::Nil;
            }
        }
    }

    /// The observation with all its exchanges, and what they say; the clock is that of earlier rounds where none of them
    /// tells it. The names are for the next one.
    pub fn end(
        self,
        exchanges: Vec<Exchange>,
        clock_offset_us: Option<i64>,
    ) -> (Observation, Snapshot, Names) {
        let observation = Observation { exchanges, clock_offset_us, ..self.head };
        let mut facts = match self.gathered {
            Some(facts) => facts,
            None => Facts::new(&observation, Clock::of(&observation), self.names),
        };
        let unseen = observation.exchanges.iter().skip(facts.taken);
        unseen.for_each(|exchange| facts.take(exchange));
        let names = std::mem::take(&mut facts.names);
        let snapshot = facts.told(observation.cause);
        (observation, snapshot, names)
    }
}

/// Whether one round may ask it of thousands; nothing but the decoder looks into the answer.
fn is_of_many(command: &ReadCmd) -> bool {
    matches!(
        command,
        ReadCmd::XinfoStream(_)
            | ReadCmd::XinfoGroups(_)
            | ReadCmd::XinfoConsumers(..)
            | ReadCmd::Xpending { .. }
            | ReadCmd::MeasureKeys { .. }
    )
}

/// What was decoded so far.
pub(super) struct Facts {
    clock: Clock,
    snapshot: Snapshot,
    names: Names,
    last_us: Option<i64>,
    /// When the pipeline of the last exchange was sent.
    pipeline_us: Option<u64>,
    taken: usize,
}

impl Facts {
    pub(super) fn new(observation: &Observation, clock: Clock, names: Names) -> Self {
        let snapshot = Snapshot {
            node: observation.node.clone(),
            taken_at_ms: observation.taken_at_ms,
            clock: clock.source,
            clock_offset_us: (clock.source == ClockSource::Server).then_some(clock.offset_us),
            ..Snapshot::default()
        };
        Self { clock, snapshot, names, last_us: None, pipeline_us: None, taken: 0 }
    }

    pub(super) fn take(&mut self, exchange: &Exchange) {
        let (snapshot, at_us) = (&mut self.snapshot, self.clock.at_us(exchange));
        self.last_us = self.last_us.max(Some(at_us));
        self.taken += 1;
        if self.pipeline_us.replace(exchange.sent_us) != Some(exchange.sent_us) {
            let waited_us = exchange.received_us.saturating_sub(exchange.sent_us);
            snapshot.cost.waited_us = snapshot.cost.waited_us.saturating_add(waited_us);
        }
        cost::add_read(&mut snapshot.cost, exchange);
        // One section alone is the end of a bracket, or what commands take.
        snapshot.asks_info |= matches!(&exchange.command, ReadCmd::Info(sections) if sections.len() != 1);
        match &exchange.reply {
            Ok(Resp::Error(refusal)) => {
                snapshot.replies.add_error(&refusal.code, &refusal.text);
                missing::refused(snapshot, &exchange.command, refusal);
            }
            Ok(reply) => answered((snapshot, &mut self.names), exchange, reply, at_us),
            Err(lost) => missing::lost(snapshot, &exchange.command, *lost),
        }
    }

    pub(super) fn told(mut self, cause: AskedFor) -> Snapshot {
        let taken_us = self.snapshot.taken_at_ms.saturating_mul(1000);
        self.snapshot.at_us = self.last_us.unwrap_or(taken_us);
        self.snapshot.measures_keys = cause == AskedFor::Keys;
        self.snapshot
    }
}

/// Translates our monotonic stamps into the server's time.
pub(super) struct Clock {
    offset_us: i64,
    source: ClockSource,
}

impl Clock {
    pub(super) fn of(observation: &Observation) -> Self {
        Self::known(&observation.exchanges, observation.clock_offset_us).unwrap_or_else(|| {
            let first_us = observation.exchanges.first().map_or(0, |exchange| exchange.sent_us as i64);
            let offset_us = observation.taken_at_ms.saturating_mul(1000).saturating_sub(first_us);
            Self { offset_us, source: ClockSource::Local }
        })
    }

    /// The server's clock, where one of these tells it, or an earlier round has.
    fn known(exchanges: &[Exchange], earlier_us: Option<i64>) -> Option<Self> {
        let told = exchanges.iter().find_map(|exchange| {
            let time_us = server_time_us(exchange)?;
            let middle_us = (exchange.sent_us / 2 + exchange.received_us / 2) as i64;
            Some(time_us.saturating_sub(middle_us))
        });
        told.or(earlier_us).map(|offset_us| Self { offset_us, source: ClockSource::Server })
    }

    fn at_us(&self, exchange: &Exchange) -> i64 {
        self.offset_us.saturating_add(exchange.received_us as i64)
    }
}

pub(super) fn server_time_us(exchange: &Exchange) -> Option<i64> {
    match (&exchange.command, exchange.reply.as_ref().ok()?) {
        (ReadCmd::Info(_), reply) => info::server_time_us(&reply.text()?),
        (ReadCmd::Time, Resp::Array(parts)) => {
            let (seconds, micros) = (parts.first()?.int()?, parts.get(1)?.int()?);
            seconds.checked_mul(1_000_000)?.checked_add(micros)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::super::tests::any_resp;
    use super::*;
    use crate::core::model::{Name, StreamId};
    use proptest::prelude::*;

    fn command(which: usize) -> ReadCmd {
        let (key, group) = (Name::from("s"), Name::from("g"));
        match which {
            0 => ReadCmd::XinfoStream(key),
            1 => ReadCmd::XinfoGroups(key),
            2 => ReadCmd::XinfoConsumers(key, group),
            3 => ReadCmd::Xpending { key, group, start: StreamId::MIN, count: 10, consumer: None },
            4 => ReadCmd::Ping,
            _ => ReadCmd::SlowlogGet(5),
        }
    }

    proptest! {
        #[test]
        fn exchanges_that_come_by_and_by_say_what_they_say_together_and_lists_are_let_go(
            replies in proptest::collection::vec((any_resp(), 0_usize..6), 0..12),
            at_once in 1_usize..5,
            (unasked, has_clock) in (0_usize..3, any::<bool>()),
        ) {
            let exchanges = replies.into_iter().enumerate().map(|(at, (reply, which))| Exchange {
                command: command(which),
                sent_us: at as u64,
                received_us: 10 + at as u64,
                reply_bytes: reply.encoded_len(),
                reply: Ok(reply),
            });
            let head = Observation {
                taken_at_ms: 1_700_000_000_000,
                clock_offset_us: has_clock.then_some(1_700_000_000_000_000),
                ..Observation::default()
            };
            let whole = Observation { exchanges: exchanges.collect(), ..head.clone() };
            let mut so_far = FactsSoFar::of(head, Names::default());
            let mut came = whole.exchanges.clone();
            let seen = came.len().saturating_sub(unasked);
            came[..seen].chunks_mut(at_once).for_each(|exchanges| so_far.take(exchanges));
            let (observation, snapshot, _) = so_far.end(came, whole.clock_offset_us);
            prop_assert_eq!(snapshot, facts(&whole));
            let is_list = |exchange: &Exchange| {
                is_of_many(&exchange.command) && matches!(exchange.reply, Ok(Resp::Array(_) | Resp::Map(_)))
            };
            prop_assert!(!has_clock || !observation.exchanges.iter().take(seen).any(is_list));
        }
    }
}
