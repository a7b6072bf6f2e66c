//! What may stand in `[[commands]]`, and what is told of what may not.

use super::*;
use crate::config::schema::SUBJECTS;
use std::path::Path;

fn read(text: &str) -> (Vec<OwnCommand>, Vec<String>) {
    let (raw, problems) = crate::config::raw::read(Path::new("c.toml"), text);
    let (commands, more) = of(&raw, &KeyMap::default());
    let mut all: Vec<Problem> = problems.into_iter().chain(more).collect();
    all.sort_by(|a, b| a.place.cmp(&b.place));
    (commands, all.iter().map(ToString::to_string).collect())
}

fn values(values: &[(Placeholder, &[u8])]) -> OwnValues {
    values.iter().map(|(name, value)| (*name, value.to_vec())).collect()
}

const WHOLE: &str = r#"
[[commands]]
key = "alt-d"
name = "doctor"
argv = ["redis-cli", "-h", "{host}", "XINFO", "STREAM", "{stream}", "a={db}/{{x}}", '{"json":1}']
on = "stream"
confirm = false
reads = true
timeout = "5s"
password_env = "REDISCLI_AUTH"
"#;

#[test]
fn what_is_put_in_stays_one_argument_byte_for_byte() {
    let (commands, problems) = read(WHOLE);
    assert_eq!(problems, Vec::<String>::new());
    let command = &commands[0];
    let odd: &[u8] = b"a b;$(x)\xff'";
    let all = values(&[(Placeholder::Host, b"h"), (Placeholder::Db, b"3"), (Placeholder::Stream, odd)]);
    let run = command.run(&all).unwrap();
    let words: Vec<&[u8]> = run.words.iter().map(Vec::as_slice).collect();
    let wanted: [&[u8]; 8] =
        [b"redis-cli", b"-h", b"h", b"XINFO", b"STREAM", odd, b"a=3/{x}", b"{\"json\":1}"];
    assert_eq!(words, wanted);
    assert_eq!((run.timeout_ms, run.reads, command.confirm), (5_000, true, false));
}

#[test]
fn what_is_not_known_here_or_can_be_no_argument_is_told() {
    let command = &read(WHOLE).0[0];
    let stream = |name: &[u8]| values(&[(Placeholder::Db, b"0"), (Placeholder::Stream, name)]);
    assert!(command.run(&values(&[])).unwrap_err().contains("needs a stream"));
    assert!(command.run(&stream(b"s")).unwrap_err().contains("{host} is not known"));
    let zero = OwnValues::from([(Placeholder::Host, b"h".to_vec())]).into_iter().chain(stream(b"a\0b"));
    assert!(command.run(&zero.collect()).unwrap_err().contains("zero byte"));
}

#[test]
fn without_more_it_asks_may_write_and_gets_no_password() {
    let (commands, _) = read("[[commands]]\nkey = \"f6\"\nname = \"x\"\nargv = [\"true\"]");
    let OwnCommand { confirm, reads, timeout_ms, password_env, on, .. } = &commands[0];
    assert_eq!(
        (*confirm, *reads, *timeout_ms, password_env, *on),
        (true, false, 30_000, &None, OwnSubject::Any)
    );
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let (commands, problems) = read(
        r#"
[[commands]]
key = "T"
name = "first"
argv = ["x", "{strem}", "{client}"]
on = "stream"
[[commands]]
key = "f6"
argv = []
colour = 1
[[commands]]
key = "f7"
name = "third"
argv = ["x"]
[[commands]]
key = "f7"
name = "fourth"
argv = ["x"]
on = "planet"
password_env = "not a name"
timeout = "2d"
"#,
    );
    assert_eq!(commands.len(), 1);
    let has = |place: &str, words: &str| {
        let found = problems.iter().any(|told| told.starts_with(place) && told.contains(words));
        assert!(found, "{place} {words}: {problems:#?}");
    };
    has("c.toml:3:7: ", "the key 'T' would do both 'trim' and 'first'");
    has("c.toml:5:8: ", "there is no {strem}; did you mean 'stream'?");
    has("c.toml:5:8: ", "there is no {client}; with on = \"stream\" there are host, port");
    has("c.toml:9:8: ", "'commands[2].argv' names no program");
    has("c.toml:10:1: ", "unknown key 'commands[2].colour'");
    has("c.toml:16:7: ", "the key 'f7' would do both 'third' and 'fourth'");
    has("c.toml:19:6: ", "'commands[4].on'");
    has("c.toml:20:16: ", "'commands[4].password_env' is not the name of a variable");
    has("c.toml:21:11: ", "'2d'");
    let (_, problems) = read("[commands]\nx = 1");
    assert!(problems[0].contains("[[commands]]"), "{problems:?}");
    let (_, problems) = read("[[commands]]\n");
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn subjects_of_the_schema_are_those_that_there_are() {
    assert_eq!(SUBJECTS, OwnSubject::ALL.map(OwnSubject::word));
}
