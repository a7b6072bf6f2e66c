//! Commands that write, as the server and as people read them.

use super::*;

fn line(command: &WriteCmd) -> String {
    let args = command.args();
    args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_trim_without_a_script_is_the_plain_command_and_says_so() {
    let (key, to, check) = (Name::from("s"), StreamId::new(5, 1), TrimCheck::Nothing);
    let near = WriteCmd::Trim { key: key.clone(), to, cut: StepExtent::Nodes(1_000), check };
    assert_eq!(line(&near), "XTRIM s MINID ~ 5-1 LIMIT 1000");
    assert_eq!(near.text(), line(&near));
    let all = WriteCmd::Trim { key, to, cut: StepExtent::All, check };
    assert_eq!(line(&all), "XTRIM s MINID = 5-1");
}

#[test]
fn a_script_gets_every_key_it_touches_and_the_text_names_its_commands() {
    let kind = SettleKind::DeadLetter(Name::from("s:dlq"));
    let settle = WriteCmd::Settle {
        key: Name::from("s"),
        group: Name::from("g"),
        kind,
        min_idle_ms: 60_000,
        together: true,
        ids: vec![StreamId::new(1, 0), StreamId::new(2, 0)],
    };
    let args = settle.args();
    let after_script: Vec<String> =
        args[2..].iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect();
    assert_eq!(
        after_script,
        ["2", "s", "s:dlq", "dead-letter", "g", "60000", "", "7900", "together", "1-0", "2-0"]
    );
    assert!(settle.text().contains("XADD s:dlq * <origin> <fields>, XACK s g <id>"));
    assert_eq!(settle.items(), 2);
}

#[test]
fn names_in_a_text_are_words_that_no_terminal_obeys() {
    let odd = WriteCmd::Unlink(Name::from("a b\x1b[2J\"c"));
    assert_eq!(odd.text(), "UNLINK \"a b\\x1b[2J\\\"c\"");
    let long = WriteCmd::Unlink(Name::from("x".repeat(500).as_str()));
    assert!(long.text().len() < 150 && long.text().ends_with("..."));
}
