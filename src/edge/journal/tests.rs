//! The journal and its archives on a real disk.

use super::*;
use crate::core::model::streams::Entry;
use crate::core::model::{Name, StreamId};
use crate::core::ops::archive::{Frame, Header};
use crate::core::ops::record::RecordCounts;
use crate::core::ops::{Outcome, Tally};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::time::{Duration, Instant};
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
    assert_eq!(journal.read().unwrap().past[0].finish, None);
    // It runs: nobody else may close it.
    assert_eq!(journal.recover(9).unwrap(), []);
    journal.finish(begun, &Finish::of("1", &Outcome::Done, Tally::default())).unwrap();
    assert_eq!(journal.read().unwrap().past[0].finish.as_ref().unwrap().outcome, "done");
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
    let past = journal.read().unwrap().past;
    assert_eq!((past.len(), past[0].finish.as_ref().unwrap().outcome.as_str()), (1, "unknown"));
    let text = fs::read_to_string(journal.path()).unwrap();
    assert_eq!(text.matches("\"event\":\"finished\"").count(), 1);
}

fn entry(ms: u64) -> Frame {
    let pair = (Name::new(&b"f\xff"[..]), Name::new(&b"\0"[..]));
    Frame::Entry(Entry { id: StreamId::new(ms, 0), fields: vec![pair.clone(), pair] })
}

/// An archive of the entries 1 to `count`; its bytes, and where each frame begins.
fn archived(archives: &Archives, count: u64) -> (PathBuf, Vec<u8>, Vec<usize>) {
    let mut writer = archives.create(&header("a"), 1 << 20).unwrap();
    let mut begins = Vec::new();
    for ms in 1..=count {
        begins.push(fs::metadata(writer.path()).unwrap().len() as usize);
        writer.keep(&[entry(ms)], 1 << 20).unwrap();
    }
    let path = writer.path().to_owned();
    let bytes = fs::read(&path).unwrap();
    (path, bytes, begins)
}

/// Everything that comes back, and what is missing.
fn read_all(archives: &Archives) -> (Vec<Frame>, Vec<String>) {
    let mut reader = archives.open("a").unwrap();
    assert_eq!(reader.header(), &header("a"));
    let mut frames = Vec::new();
    loop {
        let page = reader.next(3).unwrap();
        if page.is_empty() {
            return (frames, reader.missing().iter().map(ToString::to_string).collect());
        }
        frames.extend(page);
    }
}

#[test]
fn an_archive_reads_back_page_by_page_and_not_while_it_is_written() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    let mut writer = archives.create(&header("a"), 10_000).unwrap();
    writer.keep(&[entry(1), entry(2)], 10_000).unwrap();
    writer.keep(&[entry(3)], 10_000).unwrap();
    assert_eq!(mode(writer.path()), 0o600);
    assert!(archives.open("a").unwrap_err().to_string().contains("still runs"));
    drop(writer);
    let mut reader = archives.open("a").unwrap();
    assert_eq!(reader.header(), &header("a"));
    assert_eq!(reader.next(2).unwrap(), [entry(1), entry(2)]);
    assert_eq!(archives.prune(Duration::ZERO).unwrap().in_use, ["a"]);
    assert_eq!(reader.next(2).unwrap(), [entry(3)]);
    assert_eq!(reader.next(2).unwrap(), []);
    assert_eq!(reader.missing(), []);
}

#[test]
fn a_cut_archive_gives_back_what_is_whole_wherever_it_was_cut() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    let (path, bytes, begins) = archived(&archives, 5);
    for cut in begins[0]..bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        let whole = begins.iter().skip(1).chain([&bytes.len()]).filter(|end| **end <= cut).count();
        let (frames, missing) = read_all(&archives);
        assert_eq!(frames, (1..=whole as u64).map(entry).collect::<Vec<_>>(), "{cut}");
        assert_eq!(missing.is_empty(), begins.contains(&cut), "{cut} {missing:?}");
    }
}

#[test]
fn a_damaged_archive_gives_back_every_whole_item_and_names_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    let (path, bytes, begins) = archived(&archives, 9);
    // Every byte of it, one after the other: header, lengths, checksums and what is kept.
    for at in 0..bytes.len() {
        for bit in [1u8, 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] ^= bit;
            fs::write(&path, damaged).unwrap();
            let (frames, missing) = read_all(&archives);
            let hit = begins.iter().filter(|begin| **begin <= at).count() as u64;
            let whole: Vec<Frame> = (1..=9).filter(|ms| *ms != hit).map(entry).collect();
            assert_eq!(frames, whole, "{at}");
            if hit > 0 {
                assert_eq!(missing.len(), 1, "{at} {missing:?}");
                let neighbour =
                    if hit == 1 { "entry 2-0".to_owned() } else { format!("entry {}-0", hit - 1) };
                assert!(missing[0].contains(&neighbour), "{at} {missing:?}");
            }
        }
    }
    // A hole over several items.
    let mut holed = bytes.clone();
    holed[begins[2]..begins[5]].fill(0);
    fs::write(&path, holed).unwrap();
    let (frames, missing) = read_all(&archives);
    assert_eq!(frames.len(), 6);
    let hole = begins[5] - begins[2];
    assert_eq!(missing, [format!("{hole} bytes between entry 2-0 and entry 6-0")]);
}

#[test]
fn an_archive_that_is_gone_replaced_or_changed_stops_what_is_kept_next() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    let (path, _, _) = archived(&archives, 1);
    let copy = folder.path().join("copy");
    for harm in ["removed", "replaced", "longer", "shorter"] {
        fs::remove_file(&path).unwrap();
        let mut writer = archives.create(&header("a"), 10_000).unwrap();
        writer.keep(&[entry(1)], 10_000).unwrap();
        match harm {
            "removed" => fs::remove_file(&path).unwrap(),
            "replaced" => {
                fs::copy(&path, &copy).unwrap();
                fs::rename(&copy, &path).unwrap();
            }
            "longer" => OpenOptions::new().append(true).open(&path).unwrap().write_all(b"x").unwrap(),
            _ => OpenOptions::new().write(true).open(&path).unwrap().set_len(9).unwrap(),
        }
        for _ in 0..2 {
            let kept = writer.keep(&[entry(2)], 10_000);
            assert!(matches!(kept, Err(ArchiveFull::Gone(_))), "{harm} {kept:?}");
        }
        assert!(matches!(writer.check(), Err(ArchiveFull::Gone(_))), "{harm}");
        if harm == "removed" {
            File::create(&path).unwrap();
        }
    }
}

/// Archives that a prune removes. A process that another test starts has our locks too, until it becomes its program.
fn pruned(archives: &Archives) -> usize {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let pruned = archives.prune(Duration::ZERO).unwrap();
        if pruned.in_use.is_empty() || Instant::now() > deadline {
            return pruned.removed.len();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_action_that_runs_is_never_pruned_though_its_archive_is_let_go() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::new(folder.path());
    let archives = journal.archives();
    let begun = journal.begin(&intent("a")).unwrap();
    drop(archives.create(&header("a"), 10_000).unwrap());
    assert_eq!(archives.prune(Duration::ZERO).unwrap().in_use, ["a"]);
    assert!(archives.open("a").unwrap_err().to_string().contains("still runs"));
    journal.finish(begun, &Finish::of("a", &Outcome::Done, Tally::default())).unwrap();
    assert_eq!(pruned(&archives), 1);
}

#[test]
fn symbolic_links_pipes_and_open_folders_are_refused_and_wide_rights_are_made_narrow() {
    let folder = TempDir::new().unwrap();
    let elsewhere = TempDir::new().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "theirs").unwrap();
    let refused = |journal: &Journal, why: &str| {
        let error = journal.begin(&intent("1")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
    };
    let journal = Journal::new(folder.path().join("state"));
    fs::DirBuilder::new().mode(0o700).create(folder.path().join("state")).unwrap();
    symlink(&victim, journal.path()).unwrap();
    refused(&journal, "symbolic link");
    assert!(journal.read().unwrap_err().to_string().contains("symbolic link"));
    fs::remove_file(journal.path()).unwrap();
    // One that leads nowhere would be made.
    symlink(elsewhere.path().join("none"), journal.path()).unwrap();
    refused(&journal, "symbolic link");
    assert!(!elsewhere.path().join("none").exists());
    fs::remove_file(journal.path()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(journal.path()).status().unwrap();
    assert!(made.success());
    refused(&journal, "no plain file");
    fs::remove_file(journal.path()).unwrap();
    for inner in ["running", "archive"] {
        let _none = fs::remove_dir(folder.path().join("state").join(inner));
        symlink(elsewhere.path(), folder.path().join("state").join(inner)).unwrap();
    }
    refused(&journal, "symbolic link");
    let error = journal.archives().create(&header("a"), 10_000).unwrap_err().to_string();
    assert!(error.contains("symbolic link"), "{error}");
    // What is open to others is closed, or refused where they may have put something in.
    let open = Journal::new(folder.path().join("open"));
    drop(open.begin(&intent("1")).unwrap());
    fs::set_permissions(open.path(), fs::Permissions::from_mode(0o644)).unwrap();
    open.recover(9).unwrap();
    assert_eq!(mode(&open.path()), 0o600);
    fs::set_permissions(folder.path().join("open"), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(open.begin(&intent("2")).unwrap_err().to_string().contains("chmod 700"));
}

#[test]
fn an_archive_folder_that_cannot_be_read_is_an_error_and_not_empty() {
    let folder = TempDir::new().unwrap();
    let archives = Journal::new(folder.path()).archives();
    assert_eq!(archives.list().unwrap(), []);
    // A file where the folder should be: root may read everything else.
    fs::write(folder.path().join("archive"), "").unwrap();
    assert!(archives.list().is_err());
    assert!(archives.prune(Duration::ZERO).is_err());
    assert!(archives.create(&header("a"), 10_000).is_err());
}

#[test]
fn a_lock_that_somebody_holds_is_waited_for_and_given_up() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::new(folder.path());
    drop(journal.begin(&intent("1")).unwrap());
    let held = File::open(journal.path()).unwrap();
    held.lock().unwrap();
    let began = Instant::now();
    let error = journal.begin(&intent("2")).unwrap_err().to_string();
    assert!(error.contains("another process") && began.elapsed() >= Duration::from_secs(4), "{error}");
    held.unlock().unwrap();
    journal.begin(&intent("2")).unwrap();
}

#[test]
fn lines_of_any_length_are_told_and_an_action_whose_line_is_lost_is_unknown() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::new(folder.path());
    let long = "x".repeat(70_000);
    // What is written is read.
    let begun = journal.begin(&Intent { subject: long.clone(), ..intent("1") }).unwrap();
    let contents = journal.read().unwrap();
    assert_eq!((contents.past.len(), contents.unread_lines), (1, 0));
    assert!(contents.past[0].intent.subject.len() < 64 << 10);
    drop(begun);
    // An earlier version wrote what it liked, and its process ended.
    let old = |id: &str, subject: String| {
        let mut line = serde_json::to_value(Record::Intended(intent(id))).unwrap();
        line["subject"] = subject.into();
        let mut file = OpenOptions::new().append(true).open(journal.path()).unwrap();
        writeln!(file, "{line}").unwrap();
        fs::write(folder.path().join("running").join(id), "").unwrap();
    };
    old("2", long);
    old("3", "x".repeat(3 << 20));
    let contents = journal.read().unwrap();
    assert_eq!((contents.past.len(), contents.unread_lines), (2, 1));
    let left: Vec<String> = journal.recover(9).unwrap().into_iter().map(|intent| intent.id).collect();
    assert_eq!(left, ["1", "2", "3"]);
    assert_eq!(journal.recover(9).unwrap(), []);
    let past = journal.read().unwrap().past;
    let outcomes: Vec<&str> =
        past.iter().map(|past| past.finish.as_ref().unwrap().outcome.as_str()).collect();
    assert_eq!(outcomes, ["unknown"; 3]);
    assert_eq!(fs::read_dir(folder.path().join("running")).unwrap().count(), 0);
}

#[test]
fn a_long_journal_is_moved_aside_and_still_read_and_its_open_action_is_closed() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::new(folder.path());
    let fill = |id: &str| {
        drop(journal.begin(&intent(id)).unwrap());
        let mut file = OpenOptions::new().append(true).open(journal.path()).unwrap();
        // Lines that say nothing: as many as make it long.
        let line = format!("{}\n", "x".repeat(99_999));
        let lines = crate::core::limits::JOURNAL_FILE_BYTES as usize / line.len() + 1;
        file.write_all(line.repeat(lines).as_bytes()).unwrap();
    };
    (1..=5).for_each(|id| fill(&id.to_string()));
    let begun = journal.begin(&intent("6")).unwrap();
    let ids = |contents: JournalContents| -> Vec<String> {
        contents.past.into_iter().map(|past| past.intent.id).collect()
    };
    // Three old files and the new one are kept.
    assert_eq!(ids(journal.read().unwrap()), ["3", "4", "5", "6"]);
    assert!(fs::metadata(journal.path()).unwrap().len() < 10_000);
    assert!(!folder.path().join("journal.4.jsonl").exists());
    let left = journal.recover(9).unwrap();
    assert_eq!(left.iter().map(|intent| intent.id.as_str()).collect::<Vec<_>>(), ["3", "4", "5", "1", "2"]);
    journal.finish(begun, &Finish::of("6", &Outcome::Done, Tally::default())).unwrap();
    assert!(journal.read().unwrap().past.iter().all(|past| past.finish.is_some()));
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
    assert_eq!(archives.list().unwrap().len(), 1);
    assert_eq!(archives.prune(Duration::from_secs(60)).unwrap(), Pruned::default());
    // Its action still runs.
    assert_eq!(archives.prune(Duration::ZERO).unwrap().in_use, ["a"]);
    drop(writer);
    assert_eq!(pruned(&archives), 1);
    assert_eq!(archives.list().unwrap(), []);
}
