//! A safe trim removes nothing that some group still needs, whatever others do; an archive has what it is to have.

use crate::server::{Build, builds};
use crate::{Place, connect, fill, name, read, say, start};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use streamgauge::core::model::StreamId;
use streamgauge::core::model::id_unit::IdUnit;
use streamgauge::core::ops::archive::Frame;
use streamgauge::core::ops::{Outcome, Receipt, Request, TrimRequest, TrimTo};

fn trim(to: TrimTo, archive: Option<bool>) -> Request {
    Request::Trim(TrimRequest { key: name("s"), to, approx: false, archive })
}

/// Entries before anybody reads.
const BEFORE: u64 = 400;
/// Entries that come while it is trimmed, at most: each is read and acknowledged for itself.
const MEANWHILE: u64 = 1_000;

/// An entry as it is read: id, fields and values.
type Read = (String, Vec<String>);
/// An entry with bytes of any kind.
type Raw = (StreamId, Vec<(Vec<u8>, Vec<u8>)>);

/// What a group does before and while it is trimmed.
#[derive(Clone, Debug)]
struct Habit {
    /// Entries read before.
    reads: u64,
    /// Of them acknowledged, each by its turn.
    acknowledges: Vec<bool>,
    /// Goes on reading and acknowledging.
    is_busy: bool,
}

fn habit() -> impl Strategy<Value = Habit> {
    (0u64..400, proptest::collection::vec(any::<bool>(), 1..7), any::<bool>())
        .prop_map(|(reads, acknowledges, is_busy)| Habit { reads, acknowledges, is_busy })
}

/// Reads and acknowledges until told to stop; answers what the group was given, and fails if something that it had not
/// acknowledged was gone.
fn consume(
    mut connection: redis::Connection,
    group: &str,
    stop: &AtomicBool,
    mut given: Vec<String>,
) -> Vec<String> {
    loop {
        let is_last = stop.load(Ordering::Relaxed);
        let words = ["XREADGROUP", "GROUP", group, "worker", "COUNT", "40", "STREAMS", "s", ">"];
        let reply: Option<Vec<(String, Vec<Read>)>> = say(&mut connection, &words);
        let entries = reply.unwrap_or_default().into_iter().flat_map(|(_, entries)| entries);
        let ids: Vec<String> = entries.map(|(id, _)| id).collect();
        for id in &ids {
            let there: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s", id, id]);
            assert_eq!(there.len(), 1, "{id} of {group} is pending and gone");
            let _: u64 = say(&mut connection, &["XACK", "s", group, id]);
        }
        if ids.is_empty() && is_last {
            return given;
        }
        given.extend(ids);
    }
}

/// What each group does before, and what it was given by that.
fn begin(connection: &mut redis::Connection, groups: &[String], habits: &[Habit]) -> Vec<Vec<String>> {
    let mut given: Vec<Vec<String>> = Vec::new();
    for (group, habit) in groups.iter().zip(habits) {
        // COUNT 0 is no count.
        if habit.reads > 0 {
            read(connection, group, "early", habit.reads);
        }
        let ids: Vec<String> = (1..=habit.reads.min(BEFORE)).map(|at| format!("{at}-0")).collect();
        for (id, acknowledges) in ids.iter().zip(habit.acknowledges.iter().cycle()) {
            if *acknowledges {
                let _: u64 = say(connection, &["XACK", "s", group, id]);
            }
        }
        given.push(if habit.reads == 0 { Vec::new() } else { ids });
    }
    given
}

/// Every group was given every entry, and what it has not acknowledged is there.
fn check_groups(
    connection: &mut redis::Connection,
    groups: &[String],
    received: Vec<Vec<String>>,
    added: u64,
) {
    // Every group was given every entry: none was taken away before.
    let all: Vec<String> = (1..=added).map(|at| format!("{at}-0")).collect();
    for (group, mut received) in groups.iter().zip(received) {
        received.sort_by_key(|id| id.parse::<StreamId>().unwrap());
        assert_eq!(received, all, "{group}");
        // And what it has not acknowledged is still there.
        let pending: Vec<Vec<redis::Value>> = say(connection, &["XPENDING", "s", group, "-", "+", "100000"]);
        for row in pending {
            let id: String = redis::from_redis_value(row[0].clone()).unwrap();
            let there: Vec<redis::Value> = say(connection, &["XRANGE", "s", &id, &id]);
            assert_eq!(there.len(), 1, "{id} of {group} is pending and gone");
        }
    }
}

/// What was removed is in the archives, as it was.
fn check_archives(place: &Place, receipts: &[Receipt], removed: u64) {
    let kept: BTreeMap<StreamId, Vec<u8>> = receipts
        .iter()
        .filter(|receipt| receipt.has_archive)
        .flat_map(|receipt| place.archived(&receipt.id))
        .map(|frame| match frame {
            Frame::Entry(entry) => (entry.id, entry.fields[0].1.as_bytes().to_vec()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(kept.len() as u64 >= removed);
    for (id, value) in kept {
        assert_eq!(value, id.ms.to_string().into_bytes());
    }
}

fn trimmed_among_others(build: &Build, habits: &[Habit], archive: bool) {
    let server = start(build);
    let mut connection = connect(&server);
    let groups: Vec<String> = (0..habits.len()).map(|at| format!("g{at}")).collect();
    fill(&mut connection, BEFORE, &groups.iter().map(String::as_str).collect::<Vec<_>>());
    let given = begin(&mut connection, &groups, habits);
    let place = Place::of(&server);
    let stop = AtomicBool::new(false);
    let (added, received, receipts) = std::thread::scope(|scope| {
        let producer = scope.spawn(|| {
            let (mut connection, mut at) = (connect(&server), BEFORE);
            while !stop.load(Ordering::Relaxed) && at < BEFORE + MEANWHILE {
                at += 1;
                let _: String =
                    say(&mut connection, &["XADD", "s", &format!("{at}-0"), "f", &at.to_string()]);
            }
            at
        });
        let consumers: Vec<_> = groups
            .iter()
            .zip(habits)
            .zip(given)
            .map(|((group, habit), given)| {
                let (server, stop) = (&server, &stop);
                let is_busy = habit.is_busy;
                scope.spawn(move || {
                    while !is_busy && !stop.load(Ordering::Relaxed) {
                        std::thread::sleep(std::time::Duration::from_millis(2));
                    }
                    consume(connect(server), group, stop, given)
                })
            })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut receipts = Vec::new();
        for _ in 0..4 {
            let request = trim(TrimTo::Safe, Some(archive));
            receipts.push(runtime.block_on(place.act(&request)).unwrap());
        }
        stop.store(true, Ordering::Relaxed);
        let added = producer.join().unwrap();
        let received: Vec<Vec<String>> = consumers.into_iter().map(|one| one.join().unwrap()).collect();
        (added, received, receipts)
    });
    check_groups(&mut connection, &groups, received, added);
    let left: u64 = say(&mut connection, &["XLEN", "s"]);
    let removed: u64 = receipts.iter().map(|receipt| receipt.tally.done).sum();
    assert_eq!(left + removed, added, "{receipts:?}");
    assert!(receipts.iter().all(|receipt| receipt.outcome == Outcome::Done), "{receipts:?}");
    if archive {
        check_archives(&place, &receipts, removed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn a_safe_trim_never_removes_what_a_group_has_not_read_and_acknowledged(
        habits in proptest::collection::vec(habit(), 1..4), archive: bool
    ) {
        for build in builds() {
            trimmed_among_others(&build, &habits, archive);
        }
    }
}

#[tokio::test]
async fn what_is_removed_is_in_the_archive_byte_for_byte_with_fields_in_order_and_twice() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        let mut wanted = Vec::new();
        for at in 1u64..=700 {
            let pair = (vec![0, 255, at as u8], vec![at as u8, 13, 10, 0, 128]);
            let fields = vec![pair.clone(), (b"f".to_vec(), Vec::new()), pair];
            let mut add = redis::cmd("XADD");
            add.arg("s").arg(format!("{at}-{at}"));
            for (field, value) in &fields {
                add.arg(field.as_slice()).arg(value.as_slice());
            }
            add.exec(&mut connection).unwrap();
            wanted.push((StreamId::new(at, at), fields));
        }
        let place = Place::of(&server);
        let receipt = place.act(&trim(TrimTo::MaxLen(100), None)).await.unwrap();
        assert_eq!((&receipt.outcome, receipt.tally.done), (&Outcome::Done, 600), "{build:?}");
        let kept: Vec<Raw> = place
            .archived(&receipt.id)
            .into_iter()
            .map(|frame| match frame {
                Frame::Entry(entry) => {
                    let bytes = |name: &streamgauge::core::model::Name| name.as_bytes().to_vec();
                    (entry.id, entry.fields.iter().map(|(f, v)| (bytes(f), bytes(v))).collect())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(kept, wanted[..600]);
        let left: Vec<redis::Value> = say(&mut connection, &["XRANGE", "s", "-", "+"]);
        assert_eq!(left.len(), 100);
    }
}

#[tokio::test]
async fn every_way_to_say_how_much_goes_removes_just_that_on_every_server() {
    for build in builds() {
        let now: u64 = {
            let server = start(&build);
            let time: Vec<String> = say(&mut connect(&server), &["TIME"]);
            time[0].parse::<u64>().unwrap() * 1_000
        };
        let ways = [
            (TrimTo::MaxLen(3), 7),
            (TrimTo::MaxLen(8), 2),
            (TrimTo::MinId(StreamId::new(now - 5_000, 0)), 5),
            (TrimTo::OlderThan { age_ms: 4_500, unit: IdUnit::Milliseconds }, 5),
            (TrimTo::MaxLen(0), 10),
        ];
        for (to, removed) in ways {
            let server = start(&build);
            let mut connection = connect(&server);
            for at in 0..10 {
                let id = format!("{}-0", now - 10_000 + at * 1_000);
                let _: String = say(&mut connection, &["XADD", "s", &id, "f", "v"]);
            }
            let place = Place::of(&server);
            let plan = place.plan(&trim(to, Some(false))).await.unwrap();
            let counted = plan.impact.items;
            let receipt = place.carry_out(plan, 1 << 20).await;
            let left: u64 = say(&mut connection, &["XLEN", "s"]);
            // An age is one of the moment: the machine may be slow.
            if matches!(to, TrimTo::OlderThan { .. }) {
                assert!(receipt.tally.done >= removed && left + receipt.tally.done == 10, "{build:?}");
            } else {
                assert_eq!(
                    (receipt.tally.done, counted, left),
                    (removed, removed, 10 - removed),
                    "{to:?} {build:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_a_lossy_trim_costs_each_group_is_counted_before_and_wants_a_name() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 1_000, &["reads", "lags"]);
        read(&mut connection, "reads", "c", 900);
        read(&mut connection, "lags", "c", 300);
        for at in 1..=800 {
            let _: u64 = say(&mut connection, &["XACK", "s", "reads", &format!("{at}-0")]);
        }
        let plan = Place::of(&server).plan(&trim(TrimTo::MaxLen(100), None)).await.unwrap();
        assert!(plan.impact.is_lossy && plan.archive && plan.typed.is_some());
        let warned = plan.warnings.join("; ");
        assert!(warned.contains("group reads loses 100 that it has not acknowledged"), "{warned}");
        let lags = "group lags loses 600 that it has not read and 300 that it has not acknowledged";
        assert!(warned.contains(lags), "{warned}");
        let safe = Place::of(&server).plan(&trim(TrimTo::Safe, None)).await.unwrap();
        assert!(safe.nothing.unwrap().contains("group lags has not acknowledged 1-0"));
    }
}

#[tokio::test]
async fn a_stream_that_was_made_anew_or_a_group_that_went_back_ends_it_before_anything_is_removed() {
    for build in builds() {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 100, &["g"]);
        read(&mut connection, "g", "c", 50);
        for at in 1..=50 {
            let _: u64 = say(&mut connection, &["XACK", "s", "g", &format!("{at}-0")]);
        }
        let place = Place::of(&server);
        let plan = place.plan(&trim(TrimTo::Safe, None)).await.unwrap();
        let _: String = say(&mut connection, &["XGROUP", "SETID", "s", "g", "20-0"]);
        let receipt = place.carry_out(plan.clone(), 1 << 20).await;
        assert!(receipt.outcome.reason().unwrap().contains("up to 20-0"), "{receipt:?}");
        assert!(matches!(receipt.outcome, Outcome::Refused(_)));
        let _: u64 = say(&mut connection, &["DEL", "s"]);
        fill(&mut connection, 90, &["g"]);
        let receipt = place.carry_out(plan, 1 << 20).await;
        assert!(receipt.outcome.reason().unwrap().contains("made anew"), "{receipt:?}");
        let left: u64 = say(&mut connection, &["XLEN", "s"]);
        assert_eq!(left, 90);
    }
}

#[tokio::test]
async fn an_archive_that_is_full_stops_it_before_more_is_removed() {
    let server = start(&builds()[0]);
    let mut connection = connect(&server);
    fill(&mut connection, 5_000, &[]);
    let place = Place::of(&server);
    let plan = place.plan(&trim(TrimTo::MaxLen(0), None)).await.unwrap();
    let receipt = place.carry_out(plan, 60_000).await;
    assert!(matches!(&receipt.outcome, Outcome::Stopped(why) if why.contains("bound")), "{receipt:?}");
    let left: u64 = say(&mut connection, &["XLEN", "s"]);
    assert!(left > 0 && left + receipt.tally.done == 5_000);
    assert_eq!(place.archived(&receipt.id).len() as u64, receipt.tally.done);
}

#[tokio::test]
async fn groups_that_cannot_be_read_are_not_taken_for_none() {
    for build in builds().into_iter().take(2) {
        let server = start(&build);
        let mut connection = connect(&server);
        fill(&mut connection, 100, &["g"]);
        let _: String = say(&mut connection, &["ACL", "SETUSER", "default", "-xinfo|groups"]);
        let place = Place::of(&server);
        for to in [TrimTo::MaxLen(10), TrimTo::Safe] {
            let refused = place.plan(&trim(to, None)).await.unwrap_err().to_string();
            assert!(refused.contains("XINFO GROUPS"), "{build:?} {refused}");
        }
    }
}

#[tokio::test]
async fn a_step_that_sees_for_itself_is_guarded_ten_times_a_second_and_not_each_time() {
    let server = start(&builds().remove(0));
    let mut connection = connect(&server);
    fill(&mut connection, 60_000, &["g"]);
    let request = TrimRequest { key: name("s"), to: TrimTo::MaxLen(10), approx: false, archive: Some(false) };
    let place = Place::of(&server);
    let plan = place.plan(&Request::Trim(request)).await.unwrap();
    let _: String = say(&mut connection, &["CONFIG", "RESETSTAT"]);
    let receipt = place.carry_out(plan, 1 << 30).await;
    assert_eq!(receipt.outcome, Outcome::Done, "{receipt:?}");
    let stats: String = say(&mut connection, &["INFO", "commandstats"]);
    let calls = |command: &str| -> u64 {
        let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    };
    // The guard, and the figures with it.
    let most = receipt.took_ms / 100 * 2 + 4;
    assert!(
        calls("eval") >= 5 && calls("info") <= most,
        "{} of {most}, {} steps",
        calls("info"),
        calls("eval")
    );
}
