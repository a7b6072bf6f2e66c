//! PUBSUB, CLIENT LIST TYPE pubsub, LATENCY HISTOGRAM and the sorted sets of channel layers.

use std::borrow::Cow;

use super::clients;
use super::figures::OddFigures;
use crate::core::limits;
use crate::core::model::fanout::{LayerKey, LayerPart};
use crate::core::model::gap::GapScope;
use crate::core::model::latency::CommandHistogram;
use crate::core::model::{Gap, GapReason, Name, Snapshot, Stamped};
use crate::core::wire::read::FanoutRead;
use crate::core::wire::resp::Resp;

/// Takes the reply to a question in; `None` when it has another shape.
pub fn read(
    snapshot: &mut Snapshot,
    read: &FanoutRead,
    reply: &Resp,
    at_us: i64,
    odd: &mut OddFigures,
) -> Option<()> {
    let connected = snapshot.info.as_ref().and_then(|info| info.clients.connected);
    let facts = &mut snapshot.fanout;
    match read {
        FanoutRead::Channels(kind) => {
            let names = reply.items()?.iter().filter_map(Resp::bytes).map(Name::from);
            let value = names.take(limits::CHANNELS).collect();
            facts.channels.push((*kind, Stamped { at_us, value }));
        }
        FanoutRead::Counts(kind, _) => {
            let value = counts(reply, connected)?;
            if value.iter().any(|(_, count)| count.is_none()) {
                snapshot.gaps.push(impossible(read));
            }
            snapshot.fanout.counts.push((*kind, Stamped { at_us, value }));
        }
        FanoutRead::Subscribers => {
            facts.subscribers = Some(Stamped { at_us, value: clients::rows(reply, odd)? });
        }
        FanoutRead::Histograms => {
            facts.histograms = Some(Stamped { at_us, value: histograms(reply, odd)? });
        }
        FanoutRead::Members(part) => {
            let members = odd.held("members", reply)?;
            facts.layer_keys.push(stamped(part, members, None, at_us));
        }
        FanoutRead::Backlog { part, .. } => {
            let parts = reply.items()?;
            let members = odd.held("members", parts.first()?)?;
            let oldest_ms = parts.get(1).and_then(Resp::text).and_then(|score| ms_of(&score));
            facts.layer_keys.push(stamped(part, members, oldest_ms, at_us));
        }
    }
    Some(())
}

fn stamped(part: &LayerPart, members: u64, oldest_ms: Option<i64>, at_us: i64) -> Stamped<LayerKey> {
    Stamped { at_us, value: LayerKey { part: part.clone(), members, oldest_ms } }
}

/// Seconds since 1970 with a fraction, as the scores of channel layers are.
fn ms_of(score: &str) -> Option<i64> {
    let ms = score.parse::<f64>().ok()? * 1000.0;
    (ms.is_finite() && ms.abs() < 1e15).then_some(ms as i64)
}

/// Beside those that INFO counts, so many may have come meanwhile.
const MEANWHILE: u64 = 1_000;

/// A count beyond all clients is none: Valkey 9.1 answers with garbage from seven subscribers on.
fn counts(reply: &Resp, connected: Option<u64>) -> Option<Vec<(Name, Option<u64>)>> {
    let is_list = matches!(reply, Resp::Array(_) | Resp::Map(_));
    let most = connected.map_or(u64::MAX, |connected| connected.saturating_mul(2).saturating_add(MEANWHILE));
    let row = |(name, count): (Cow<'_, [u8]>, &Resp)| {
        let count = count.int()?;
        Some((Name::from(name), u64::try_from(count).ok().filter(|&count| count <= most)))
    };
    is_list.then(|| reply.pairs().filter_map(row).collect())
}

fn impossible(read: &FanoutRead) -> Gap {
    let what = read.row().verb.label();
    Gap {
        what: what.to_owned(),
        why: GapReason::Failed,
        text: format!("{what}: the server counts more subscribers than it has clients, as Valkey 9.1 does"),
        scope: GapScope::Item,
    }
}

fn histograms(reply: &Resp, odd: &mut OddFigures) -> Option<Vec<CommandHistogram>> {
    let is_list = matches!(reply, Resp::Array(_) | Resp::Map(_));
    is_list.then(|| reply.pairs().filter_map(|(name, value)| histogram(name, value, odd)).collect())
}

fn histogram(name: Cow<'_, [u8]>, value: &Resp, odd: &mut OddFigures) -> Option<CommandHistogram> {
    let mut histogram =
        CommandHistogram { name: String::from_utf8_lossy(&name).into_owned(), ..CommandHistogram::default() };
    for (field, value) in value.pairs() {
        match &*field {
            b"calls" => histogram.calls = odd.counter("calls", value)?,
            b"histogram_usec" => {
                let step = |(us, calls): (Cow<'_, [u8]>, &Resp)| {
                    let us = odd.held("histogram_usec", &Resp::bulk(us))?;
                    Some((us, odd.counter("calls", calls)?))
                };
                histogram.steps = value.pairs().filter_map(step).collect();
            }
            _ => {}
        }
    }
    Some(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::fanout::{ChannelKind, FanoutFacts};

    fn text(text: &str) -> Resp {
        Resp::bulk(text)
    }

    fn facts(asked: &FanoutRead, reply: &Resp) -> Option<FanoutFacts> {
        let mut snapshot = Snapshot::default();
        read(&mut snapshot, asked, reply, 7, &mut OddFigures::default()).map(|()| snapshot.fanout)
    }

    #[test]
    fn subscribers_are_counted_a_channel_each() {
        let asked = FanoutRead::Counts(ChannelKind::Plain, vec![]);
        let reply = Resp::Array(vec![text("a"), Resp::Int(2), text("b"), Resp::Int(0)]);
        let counts = vec![(Name::from("a"), Some(2)), (Name::from("b"), Some(0))];
        assert_eq!(
            facts(&asked, &reply).unwrap().counts,
            [(ChannelKind::Plain, Stamped { at_us: 7, value: counts })]
        );
        assert_eq!(facts(&asked, &Resp::Int(1)), None);
    }

    #[test]
    fn more_subscribers_than_clients_are_unknown_and_a_gap_says_so() {
        let mut info = crate::core::model::info::Info::default();
        info.clients.connected = Some(300);
        let mut snapshot = Snapshot { info: Some(info), ..Snapshot::default() };
        let reply = Resp::Array(vec![text("a"), Resp::Int(250), text("b"), Resp::Int(236_242_721)]);
        let asked = FanoutRead::Counts(ChannelKind::Plain, vec![]);
        read(&mut snapshot, &asked, &reply, 7, &mut OddFigures::default()).unwrap();
        let counts: Vec<_> = snapshot.fanout.counts[0].1.value.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [Some(250), None]);
        assert!(snapshot.gaps[0].text.contains("Valkey 9.1"), "{:?}", snapshot.gaps);
    }

    #[test]
    fn histograms_are_read_in_both_protocols() {
        let steps = || vec![text("1"), Resp::Int(3), text("66"), Resp::Int(5)];
        let flat = Resp::Array(vec![
            text("publish"),
            Resp::Array(vec![text("calls"), Resp::Int(5), text("histogram_usec"), Resp::Array(steps())]),
        ]);
        let map = Resp::Map(vec![(
            text("publish"),
            Resp::Map(vec![
                (text("calls"), Resp::Int(5)),
                (
                    text("histogram_usec"),
                    Resp::Map(vec![(Resp::Int(1), Resp::Int(3)), (Resp::Int(66), Resp::Int(5))]),
                ),
            ]),
        )]);
        let expected =
            CommandHistogram { name: "publish".to_owned(), calls: 5, steps: vec![(1, 3), (66, 5)] };
        for reply in [flat, map] {
            assert_eq!(
                histograms(&reply, &mut OddFigures::default()).unwrap(),
                std::slice::from_ref(&expected)
            );
        }
    }

    #[test]
    fn a_backlog_is_a_count_and_a_time_and_an_empty_one_has_no_time() {
        let part = LayerPart::of(&Name::from("asgik"), &Name::from("asgi")).unwrap();
        let asked = FanoutRead::Backlog { part, read_only: true };
        let key = |reply: Resp| facts(&asked, &reply).unwrap().layer_keys.remove(0).value;
        let full = key(Resp::Array(vec![Resp::Int(3), text("1795179907.25")]));
        assert_eq!((full.members, full.oldest_ms), (3, Some(1_795_179_907_250)));
        let empty = key(Resp::Array(vec![Resp::Int(0), Resp::Nil]));
        assert_eq!((empty.members, empty.oldest_ms), (0, None));
        assert_eq!(key(Resp::Array(vec![Resp::Int(1), text("nan")])).oldest_ms, None);
    }
}
