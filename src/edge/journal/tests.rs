//! The journal and its archives on a real disk.

use super::*;
use crate::core::model::streams::Entry;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, Header};
use crate::core::ops::record::RecordCounts;
use crate::core::ops::{Outcome, Tally};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tempfile::TempDir;

fn intent(id: &str) -> Intent {
    Intent {
        id: id.to_owned(),
        at_ms: 1,
        who: "me".to_owned(),
        host: "here".to_owned(),
        target: "prod".to_owned(),
        address: "db:6379".to_owned(),
        database: 0,
        action: "trim".to_owned(),
        subject: "stream s".to_owned(),
        commands: vec!["XTRIM s MINID = 5-0".to_owned()],
        items: 3,
        items_exact: true,
        warnings: Vec::new(),
        archive: false,
        before: RecordCounts::new(),
    }
}

fn header(id: &str) -> Header {
    let text = String::new;
    Header {
        id: id.to_owned(),
        action: "trim".to_owned(),
        address: text(),
        database: 0,
        key: text(),
        group: text(),
        from: text(),
        rows_stay: false,
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn an_intent_is_on_disk_before_anything_and_a_finish_closes_it() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::new(folder.path().join("state"));
    let begun = journal.begin(&intent("1")).unwrap();
    assert_eq!(journal.read().unwrap()[0].finish, None);
    // It runs: nobody else may close it.
    assert_eq!(journal.recover(9).unwrap(), []);
    journal.finish(begun, &Finish::of("1", &Outcome::Done, Tally::default())).unwrap();
    assert_eq!(journal.read().unwrap()[0].finish.as_ref().unwrap().outcome, "done");
    assert_eq!((mode(&journal.path()), mode(&folder.path().join("state"))), (0o600, 0o700));
    assert_eq!(fs::read_dir(folder.path().join("state/running")).unwrap().count(), 0);
}

#[test]
fn what_a_crash_left_open_is_closed_once_as_unknown() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::new(folder.path());
    drop(journal.begin(&intent("1")).unwrap());
    // The crash came while a line was being written.
    let mut file = OpenOptions::new().append(true).open(journal.path()).unwrap();
    file.write_all(b"{\"event\":\"fini").unwrap();
    assert_eq!(journal.recover(9).unwrap().len(), 1);
    assert_eq!(journal.recover(9).unwrap(), []);
    let past = journal.read().unwrap();
    assert_eq!((past.len(), past[0].finish.as_ref().unwrap().outcome.as_str()), (1, "unknown"));
    let text = fs::read_to_string(journal.path()).unwrap();
    assert_eq!(text.matches("\"event\":\"finished\"").count(), 1);
}

#[test]
fn an_archive_reads_back_and_a_cut_one_ends_at_its_last_whole_frame() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    let frame = |ms| {
        let pair = (Name::new(&b"f\xff"[..]), Name::new(&b"\0"[..]));
        Frame::Entry(Entry { id: StreamId::new(ms, 0), fields: vec![pair.clone(), pair] })
    };
    let mut writer = archives.create(&header("a"), 10_000).unwrap();
    writer.keep(&[frame(1), frame(2)], 10_000).unwrap();
    writer.keep(&[frame(3)], 10_000).unwrap();
    let path = writer.path().to_owned();
    assert_eq!(mode(&path), 0o600);
    let mut reader = archives.open("a").unwrap();
    assert_eq!(reader.header(), &header("a"));
    assert_eq!(reader.next(2).unwrap(), [frame(1), frame(2)]);
    assert_eq!(reader.next(2).unwrap(), [frame(3)]);
    assert_eq!(reader.next(2).unwrap(), []);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    assert_eq!(archives.open("a").unwrap().next(9).unwrap().len(), 2);
    let mut damaged = bytes;
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&path, damaged).unwrap();
    assert!(archives.open("a").unwrap().next(9).unwrap_err().to_string().contains("damaged"));
}

#[test]
fn archives_are_bounded_together_listed_and_prunable() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    let frame = Frame::Consumer(Name::from("x".repeat(500).as_str()));
    let mut writer = archives.create(&header("a"), 1_000).unwrap();
    writer.keep(std::slice::from_ref(&frame), 1_000).unwrap();
    assert_eq!(writer.keep(&[frame], 1_000), Err(ArchiveFull::Bound(1_000)));
    assert_eq!(archives.create(&header("b"), 700).unwrap_err(), ArchiveFull::Bound(700));
    assert_eq!(archives.list().len(), 1);
    assert_eq!(archives.prune(Duration::from_secs(60)).unwrap(), []);
    assert_eq!(archives.prune(Duration::ZERO).unwrap().len(), 1);
    assert_eq!(archives.list(), []);
}
