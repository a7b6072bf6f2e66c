//! Answers about queues: counts, names, what jobs say of themselves.
//!
//! Knows the shapes that are left after redaction; not what a count means. Invariant: what is no number is unknown, and a
//! key of another kind is no queue's.

use crate::core::limits::QUEUE_NAMES;
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{FailedJob, HashedJob, QueueId, QueueItem, QueueValue, ScheduleEntry};
use crate::core::queues::adapter::{Counts, Shows, TimeUnit};
use crate::core::queues::{adapter, items, member_queue};
use crate::core::wire::read::{QueueAsk, QueueRead};
use crate::core::wire::resp::Resp;

/// What a reply says; `None` when it has another shape.
pub(super) fn value(read: &QueueRead, reply: &Resp) -> Option<QueueValue> {
    Some(match &read.ask {
        QueueAsk::Kind(key) => QueueValue::Kind(key.clone(), KeyKind::named(reply.text()?.as_bytes())),
        QueueAsk::Proof { sign, key, .. } => QueueValue::Proof(*sign, key.clone(), reply.int()? == 1),
        QueueAsk::Part { at, .. } => QueueValue::Part(*at, count(read, reply)?),
        QueueAsk::Names { sign, .. } => {
            let members = reply.items()?;
            let names = members.iter().take(QUEUE_NAMES).filter_map(Resp::bytes);
            let names = names.filter_map(|member| queue_of(&read.of, *sign, &member)).collect();
            QueueValue::Names(*sign, names, members.len() > QUEUE_NAMES)
        }
        QueueAsk::Items { why, .. } | QueueAsk::ListEnd { why, .. } => {
            let rows = match reply {
                Resp::Nil => &[],
                rows => rows.items()?,
            };
            QueueValue::Items(*why, rows.iter().filter_map(item).collect())
        }
        QueueAsk::Failed { at, .. } => {
            let rows = match reply {
                Resp::Nil => &[],
                rows => rows.items()?,
            };
            QueueValue::Failed(*at, rows.iter().map(failed).collect())
        }
        QueueAsk::Schedules { at, .. } => {
            let (total, rows) = reply.items()?.split_first()?;
            let unit = adapter(read.of.site.framework)?.schedules.get(*at)?.unit;
            let rows = rows.iter().filter_map(|row| schedule(row, unit)).collect();
            QueueValue::Schedules(*at, u64::try_from(total.int()?).ok()?, rows)
        }
        QueueAsk::Job { why, id, .. } => {
            let none = HashedJob { id: id.clone(), at_ms: None, class: None, tenant: None, bytes: None };
            let name = |name: &Resp| name.bytes().map(Name::from);
            QueueValue::Job(
                *why,
                match reply {
                    Resp::Nil => none,
                    reply => match reply.items()? {
                        [at_ms, class] => HashedJob { at_ms: at_ms.int(), class: name(class), ..none },
                        [at_ms, class, tenant, bytes] => HashedJob {
                            at_ms: at_ms.int(),
                            class: name(class),
                            tenant: name(tenant),
                            bytes: bytes.count(),
                            ..none
                        },
                        _ => return None,
                    },
                },
            )
        }
    })
}

/// What is known where the key is of another kind.
pub(super) fn wrong(read: &QueueRead) -> Option<QueueValue> {
    match &read.ask {
        QueueAsk::Part { at, .. } => Some(QueueValue::Part(*at, None)),
        QueueAsk::Items { why, .. } | QueueAsk::ListEnd { why, .. } => {
            Some(QueueValue::Items(*why, Vec::new()))
        }
        QueueAsk::Failed { at, .. } => Some(QueueValue::Failed(*at, Vec::new())),
        QueueAsk::Schedules { at, .. } => Some(QueueValue::Schedules(*at, 0, Vec::new())),
        QueueAsk::Proof { sign, key, .. } => Some(QueueValue::Proof(*sign, key.clone(), false)),
        QueueAsk::Kind(_) | QueueAsk::Names { .. } | QueueAsk::Job { .. } => None,
    }
}

fn queue_of(of: &QueueId, sign: usize, member: &[u8]) -> Option<Name> {
    match &adapter(of.site.framework)?.signs.get(sign)?.shows {
        Shows::Names(form) => member_queue(&of.site, *form, member),
        Shows::Queue | Shows::Site => None,
    }
}

/// The number in a reply: a missing counter has counted nothing, a text that is no number is none.
fn count(read: &QueueRead, reply: &Resp) -> Option<Option<u64>> {
    if let Counts::Number(_) = read.part()?.counts {
        return match reply {
            Resp::Nil => Some(Some(0)),
            Resp::Bytes(_) => {
                let text = reply.text()?;
                Some(if text.is_empty() { Some(0) } else { text.trim().parse().ok() })
            }
            other => other.int().map(|number| u64::try_from(number).ok()),
        };
    }
    reply.int().map(|number| u64::try_from(number).ok())
}

fn schedule(row: &Resp, unit: TimeUnit) -> Option<ScheduleEntry> {
    let [name, next, last, rule] = row.items()? else { return None };
    let time = |text: &Resp| items::time_ms(&text.bytes()?, unit);
    let (name, rule) = (items::kept(&name.bytes()?)?, items::kept(&rule.bytes()?));
    Some(ScheduleEntry { name, next_ms: time(next), last_ms: time(last), rule })
}

fn failed(row: &Resp) -> Option<FailedJob> {
    let [class, at_ms, error] = row.items()? else { return None };
    let name = |name: &Resp| name.bytes().map(Name::from);
    Some(FailedJob { class: name(class), at_ms: at_ms.int(), error: name(error) })
}

fn item(row: &Resp) -> Option<QueueItem> {
    // Who is not asked for the tenant is not told it.
    let (known, tenant) = row.items()?.split_at_checked(5)?;
    let [mark, bytes, id, class, at_ms] = known else { return None };
    Some(QueueItem {
        mark: u64::from_ne_bytes(mark.int()?.to_ne_bytes()),
        bytes: u64::try_from(bytes.int()?).ok()?,
        id: id.bytes().map(Name::from),
        class: class.bytes().map(Name::from),
        at_ms: at_ms.int(),
        tenant: tenant.first().and_then(Resp::bytes).map(Name::from),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::queues::{Framework, ItemsFor, QueueSite};
    use crate::core::wire::ReadCmd;
    use crate::core::wire::redact::redact;

    fn read(framework: Framework, ask: QueueAsk) -> QueueRead {
        let site = QueueSite { framework, prefix: Name::from("rq:") };
        QueueRead { of: QueueId { site, queue: Some(Name::from("low")) }, ask }
    }

    #[test]
    fn nothing_of_a_job_passes_but_its_id_its_class_and_when_it_came() {
        let ask = QueueAsk::Items {
            why: ItemsFor::Next(0),
            key: Name::from("queue:low"),
            is_list: true,
            from: 0,
            count: 1,
            is_last: true,
            spread: None,
            tenant: None,
            read_only: true,
        };
        let read = read(Framework::Sidekiq, ask);
        let job = r#"{"class":"Mail","args":["secret"],"jid":"7f","enqueued_at":1700000000.5}"#;
        let reply = Resp::Array(vec![Resp::Array(vec![Resp::Int(job.len() as i64), Resp::bulk(job)])]);
        let left = redact(&ReadCmd::Queue(read.clone()), reply);
        assert!(!format!("{left:?}").contains("secret"));
        let Some(QueueValue::Items(_, items)) = value(&read, &left) else { panic!("{left:?}") };
        let item = items.first().unwrap();
        assert_eq!(item.class, Some(Name::from("Mail")));
        assert_eq!((item.at_ms, item.bytes), (Some(1_700_000_000_500), job.len() as u64));
    }

    #[test]
    fn fields_of_a_job_become_a_time_and_a_class_without_its_arguments() {
        let ask = QueueAsk::Job {
            why: ItemsFor::Next(0),
            key: Name::from("rq:job:7"),
            id: Name::from("7"),
            tenant: Some(Name::from("shop")),
            read_only: true,
        };
        let read = read(Framework::Rq, ask);
        let call = "tasks.mail('secret', shop='acme')";
        let fields = [Resp::bulk("2023-11-14T22:13:20.500000Z"), Resp::bulk(call)];
        let left = redact(&ReadCmd::Queue(read.clone()), Resp::Array(fields.to_vec()));
        assert!(!format!("{left:?}").contains("secret"));
        let job = HashedJob {
            id: Name::from("7"),
            at_ms: Some(1_700_000_000_500),
            class: Some(Name::from("tasks.mail")),
            tenant: Some(Name::from("acme")),
            bytes: None,
        };
        assert_eq!(value(&read, &left), Some(QueueValue::Job(ItemsFor::Next(0), job)));
    }

    #[test]
    fn a_counter_that_is_not_there_is_0_and_one_that_is_no_number_is_unknown() {
        let at = adapter(Framework::Sidekiq)
            .unwrap()
            .parts
            .iter()
            .position(|part| matches!(part.counts, Counts::Number(None)))
            .unwrap();
        let keys = vec![Name::from("stat:processed")];
        let read =
            read(Framework::Sidekiq, QueueAsk::Part { at, keys, limit: 0, held_ms: 0, read_only: true });
        assert_eq!(value(&read, &Resp::bulk("")), Some(QueueValue::Part(at, Some(0))));
        assert_eq!(value(&read, &Resp::bulk("41")), Some(QueueValue::Part(at, Some(41))));
        assert_eq!(value(&read, &Resp::bulk("?")), Some(QueueValue::Part(at, None)));
    }
}
