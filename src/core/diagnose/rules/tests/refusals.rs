//! Refused writes, commands and logins at their edges.

use super::*;

/// How bad so many refusals in a minute are, and the sentence.
fn of(
    id: &str,
    code: RefusalCode,
    count: u64,
    change: impl Fn(&mut Info),
) -> (Option<Severity>, Option<String>) {
    told(id, change, refused(code, count)).unzip()
}

#[test]
fn one_refused_write_is_critical_wherever_it_is_refused() {
    for (id, code, sentence) in [
        ("memory.refusing", RefusalCode::Oom, "1 write was refused with OOM within the last minute"),
        (
            "replication.refusing",
            RefusalCode::NoReplicas,
            "1 write was refused with NOREPLICAS within the last minute: fewer replicas follow than \
             min-replicas-to-write asks for",
        ),
        (
            "persistence.refusing",
            RefusalCode::Misconf,
            "1 write was refused with MISCONF within the last minute: the server could not save to disk",
        ),
        (
            "cluster.refusing",
            RefusalCode::ClusterDown,
            "1 command was refused with CLUSTERDOWN within the last minute: slots of the cluster are served \
             by no node",
        ),
    ] {
        assert_eq!(of(id, code, 0, |_| {}), (None, None));
        assert_eq!(of(id, code, 1, |_| {}), (CRITICAL, Some(sentence.to_owned())));
    }
}

#[test]
fn what_info_says_of_the_cause_is_told() {
    let replicas = of("replication.refusing", RefusalCode::NoReplicas, 7, |info| {
        info.replication.replicas = Some(0);
    });
    assert!(replicas.1.unwrap().ends_with("asks for (0 are connected)"));
    let saving = of("persistence.refusing", RefusalCode::Misconf, 7, |info| {
        info.persistence.rdb_last_ok = Some(false);
    });
    assert!(
        saving
            .1
            .unwrap()
            .ends_with("7 writes were refused with MISCONF within the last minute: the last RDB save failed")
    );
    let primary = of("replication.read_only", RefusalCode::ReadOnly, 7, |info| {
        info.replication.primary = Some("10.0.0.1:6379".to_owned());
    });
    assert!(primary.1.unwrap().ends_with("clients write to this replica of 10.0.0.1:6379"));
}

#[test]
fn writes_to_a_replica_warn_at_once_and_logins_and_denials_in_floods() {
    let severities = |id, code, counts: [u64; 4]| counts.map(|count| of(id, code, count, |_| {}).0);
    let read_only = severities("replication.read_only", RefusalCode::ReadOnly, [0, 1, 59, 60]);
    assert_eq!(read_only, [None, WARNING, WARNING, CRITICAL]);
    for (id, code) in [
        ("clients.no_login", RefusalCode::NoAuth),
        ("clients.wrong_password", RefusalCode::WrongPass),
        ("clients.denied", RefusalCode::NoPerm),
    ] {
        assert_eq!(severities(id, code, [29, 30, 599, 600]), [None, WARNING, WARNING, CRITICAL]);
    }
}

#[test]
fn a_server_that_does_not_count_errors_raises_nothing() {
    for rule in RULES.iter().filter(|rule| rule.id.ends_with(".refusing")) {
        assert_eq!(told(rule.id, |_| {}, |evidence| evidence.refusals = None), None);
    }
}
