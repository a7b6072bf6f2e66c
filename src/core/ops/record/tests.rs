//! Lines of the journal: that they read back, and what belongs together.

use super::*;
use crate::core::ops::plan::tests::plan;

#[test]
fn lines_read_back_and_a_cut_line_is_none() {
    let record = Record::Intended(intent_of(&plan(), "1"));
    let line = record.line();
    assert!(line.starts_with("{\"event\":\"intended\",\"id\":\"1\""), "{line}");
    assert_eq!(Record::read(&line), Some(record));
    assert_eq!(Record::read(line.trim_end_matches('}')), None);
}

#[test]
fn a_line_that_would_be_too_long_is_cut_until_it_fits_and_reads_back() {
    let long = "\u{1}é\"".repeat(20_000);
    let groups = (0..2_000).map(|at| (format!("pending of {at} {}", "\\".repeat(300)), at));
    let intent = Intent {
        subject: long.clone(),
        commands: vec!["\"".repeat(3_000); 300],
        warnings: vec!["\"".repeat(3_000); 300],
        before: groups.collect(),
        ..intent_of(&plan(), "1")
    };
    let finish = Finish { after: intent.before.clone(), ..Finish::abandoned("1") };
    let warmed = Record::Warmed { id: "1".to_owned(), at_ms: 1, result: long };
    for record in [Record::Intended(intent), Record::Finished(finish), warmed] {
        let line = record.line();
        assert!(line.len() <= JOURNAL_WRITTEN_BYTES, "{}", line.len());
        let Some(read) = Record::read(&line) else { panic!("{line:.200}") };
        match read {
            Record::Intended(intent) => {
                assert!(intent.subject.contains("more bytes)"), "{}", intent.subject);
                assert_eq!(intent.commands.last().map(String::as_str), Some("and 200 more"));
                assert_eq!(intent.before.len(), 101);
                let sum: u64 = intent.before.values().sum();
                assert_eq!(sum, (0..2_000).sum::<u64>());
            }
            Record::Finished(finish) => assert_eq!(finish.after.len(), 101),
            Record::Warmed { result, .. } => assert!(result.contains("more bytes)")),
        }
    }
}

#[test]
fn an_action_has_one_intent_and_at_most_one_finish() {
    let intent = |id: &str| Record::Intended(intent_of(&plan(), id));
    let finish = |id: &str, outcome: &Outcome| Record::Finished(Finish::of(id, outcome, Tally::default()));
    let failed = Outcome::Failed("x".to_owned());
    let lines = [intent("1"), intent("2"), finish("1", &Outcome::Done), finish("1", &failed)];
    let past = past(lines);
    assert_eq!(past[0].finish.as_ref().unwrap().outcome, "done");
    assert_eq!(past[1].finish, None);
}
