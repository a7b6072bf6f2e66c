//! The command line as people type it.

use super::*;
use crate::config::Secret;
use std::time::Duration;

fn read(line: &str) -> Result<Cli, clap::Error> {
    parse(std::iter::once("streamgauge").chain(line.split_whitespace()))
}

fn told(line: &str) -> String {
    let error = read(line).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{line}");
    error.to_string()
}

#[test]
fn claps_own_checks_pass() {
    command().debug_assert();
}

#[test]
fn nothing_is_the_console() {
    assert_eq!(read("").unwrap(), Cli { flags: Flags::default(), action: Action::Console });
}

#[test]
fn a_word_is_a_target_unless_it_is_a_command() {
    let word = |line: &str| read(line).unwrap().flags.target.word.map(|word| word.expose().to_owned());
    assert_eq!(word("prod").as_deref(), Some("prod"));
    assert_eq!(word("redis://h -n 2").as_deref(), Some("redis://h"));
    assert_eq!(read("keys").unwrap().action, Action::Keys);
    assert_eq!(word("keys"), None);
    let meant = read("snapshto").unwrap().flags.target.word_resembles;
    assert_eq!(meant.as_deref(), Some("snapshot"));
}

#[test]
fn the_options_are_those_of_redis_cli() {
    let line = "-h db -p 6380 -a pw -n 3 --user op --tls --cacert ca --cert c --key k --sni n --insecure";
    let target = read(line).unwrap().flags.target;
    assert_eq!((target.host.as_deref(), target.port, target.database), (Some("db"), Some(6380), Some(3)));
    assert_eq!(target.password, Some(Secret::new("pw")));
    assert_eq!((target.user.as_deref(), target.sni.as_deref()), (Some("op"), Some("n")));
    assert!(target.tls && target.insecure && target.ca_file.is_some() && target.key_file.is_some());
    assert_eq!(read("-s /run/s").unwrap().flags.target.socket, Some("/run/s".into()));
    assert_eq!(read("-a -x").unwrap().flags.target.password, Some(Secret::new("-x")));
    assert_eq!(read("-p 1 -p 2").unwrap().flags.target.port, Some(2));
}

#[test]
fn options_work_before_and_after_the_commands_name() {
    let options =
        "-h db -p 1 -n 2 --interval 500ms --theme light --ascii --read-only --config c.toml --askpass";
    let before = read(&format!("{options} snapshot")).unwrap();
    let after = read(&format!("snapshot {options}")).unwrap();
    assert_eq!(before, after);
    assert_eq!(before.flags.interval, Some(Duration::from_millis(500)));
    assert_eq!(before.flags.config_file, Some("c.toml".into()));
    assert!(before.flags.ascii && before.flags.read_only && before.flags.target.ask_password);
    assert_eq!(read("config --config c.toml show").unwrap(), read("config show --config c.toml").unwrap());
}

#[test]
fn commands_have_their_own_options() {
    let snapshot = read("snapshot --format json --watch --count 3").unwrap().action;
    let count = NonZeroU64::new(3);
    assert_eq!(
        snapshot,
        Action::Snapshot(SnapshotArgs {
            format: OutputFormat::Json,
            watch: true,
            all_keys: false,
            within: None,
            count
        })
    );
    let demo = read("demo --scenario burst --port 7000 --headless --server-bin /x -p 1").unwrap();
    let server_bin = Some("/x".into());
    assert_eq!(
        demo.action,
        Action::Demo(DemoArgs { scenario: Scenario::Burst, port: Some(7000), headless: true, server_bin })
    );
    assert_eq!(demo.flags.target.port, Some(1));
    assert_eq!(read("config path").unwrap().action, Action::Config(ConfigVerb::Path));
}

#[test]
fn wrong_usage_is_told_by_clap() {
    assert!(told("snapshot --count 3").contains("--watch"));
    assert!(told("snapshot --watch --count 0").contains("--count"));
    assert!(told("demo --scenario stedy").contains("dead-consumer"));
    assert!(told("--interval 5").contains("'5' for '--interval <DURATION>': the unit is missing: 5s?"));
    assert!(told("--interval 2h").contains("too long: 100ms to 1h"));
    assert!(told("--interval 10ms").contains("too short: 100ms to 1h"));
    assert!(told("trim orders --older-than 5").contains("the unit is missing: 5s?"));
    assert!(told("-p abc").contains("not a port number"));
    assert!(told("-p 77110").contains("ports are 1 to 65535"));
    assert!(told("-h").contains("help is --help"));
    assert!(told("-p 0").contains("'0'"));
    assert!(told("--intervall 1s").contains("--interval"));
    assert!(told("-u redis://a -t b").contains("give one of them"));
    assert!(told("-u redis://a snapshot -t b").contains("give one of them"));
    assert!(told("prod snapshot").contains("-t NAME"));
    assert!(told("snapshot prod -t b").contains("give one of them"));
    assert!(told("-s /s -p 1").contains("without -h and -p"));
    assert!(told("-a x --askpass").contains("--askpass"));
    assert!(told("config").contains("init"));
    assert!(told("-V").contains("-V"));
}

#[test]
fn help_and_version_are_results_not_errors() {
    let help = read("--help").unwrap_err();
    assert_eq!((help.exit_code(), help.use_stderr()), (0, false));
    let text = help.to_string();
    for part in ["-h <HOST>", "Examples:", "snapshot", "REDISCLI_AUTH", "--read-only"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(read("snapshot --help").unwrap_err().exit_code(), 0);
    assert!(read("--version").unwrap_err().to_string().contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn snapshot_and_check_take_their_target_as_a_word() {
    for line in ["snapshot redis://h:1/2 --format json", "check --for 2s redis://h:1/2"] {
        let target = read(line).unwrap().flags.target;
        assert_eq!(target.word, Some(Secret::new("redis://h:1/2")), "{line}");
        // Of what stands at this place none is a command.
        assert_eq!(target.word_resembles, None);
    }
}

#[test]
fn a_picture_has_its_keys_its_time_and_its_size() {
    let keys = |line: &str| match parse(["streamgauge", "picture", "a.svg", "--keys", line]).unwrap().action {
        Action::Picture(picture) => picture.keys.iter().map(ToString::to_string).collect::<Vec<String>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(keys("4 T"), ["4", "T"]);
    assert_eq!(keys("2 enter ctrl-d"), ["2", "enter", "ctrl-d"]);
    assert!(told("picture a.svg --size 10x4").contains("from 20x5 to 1000x500"));
    assert!(told("picture a.svg --size wide").contains("write it as 120x40"));
    assert!(told("picture a.svg --demo stedy").contains("steady"));
}

#[test]
fn help_of_a_command_has_its_own_options_two_examples_and_one_line_for_the_rest() {
    for command in command().get_subcommands() {
        let name = command.get_name();
        let text = |line: &str| read(line).unwrap_err().to_string();
        let help = text(&format!("{name} --help"));
        assert_eq!(help, text(&format!("help {name}")), "{name}");
        assert_eq!(help.lines().filter(|line| line.starts_with("  streamgauge ")).count(), 2, "{help}");
        for hidden in ["--cacert", "--interval <"] {
            assert!(!help.contains(hidden), "{name}: {help}");
        }
        let fits = |line: &str| line.starts_with("Usage:") || line.chars().count() <= 110;
        assert!(help.lines().all(fits), "{help}");
    }
    let text = |line: &str| read(line).unwrap_err().to_string();
    assert!(text("help").contains("--cacert") && text("help") == text("--help"));
}

#[test]
fn examples_are_command_lines_that_are_understood() {
    for command in command().get_subcommands() {
        let help = command.get_after_help().expect("examples").to_string();
        for line in help.lines().filter_map(|line| line.strip_prefix("  streamgauge ")) {
            let line = line.split(['|', '>']).next().unwrap().replace('\'', "");
            assert!(read(&line).is_ok(), "{line}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page_and_shells_complete_it() {
    let names: Vec<String> =
        command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let page = String::from_utf8(man(None).unwrap()).unwrap();
    for name in &names {
        assert!(page.contains(&name.replace('-', "\\-")), "{name}: {page}");
        let own = String::from_utf8(man(Some(name)).unwrap()).unwrap();
        assert!(own.contains(".SH NAME") && own.contains(".SH OPTIONS"), "{name}: {own}");
    }
    assert!(man(Some("snapshto")).unwrap_err().contains("did you mean snapshot?"));
    for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish] {
        let text = String::from_utf8(completions(shell)).unwrap();
        assert!(names.iter().all(|name| text.contains(name.as_str())), "{shell}: {text}");
    }
}

#[test]
fn counts_and_times_that_would_take_nothing_or_everything_are_slips_of_the_hand() {
    for line in [
        "reclaim orders g --release --count 0",
        "reclaim orders g --dead-letter d --deliveries 0",
        "trim orders --older-than 0s",
        "invalidate a* --expire 0ms",
        "journal --last 0",
    ] {
        assert!(told(line).contains("at least 1"), "{line}: {}", told(line));
    }
    // These mean something: everything goes, as fast as it can, idle or not.
    for line in
        ["trim orders --maxlen 0", "invalidate a* --rate 0", "reclaim orders g --release --min-idle 0s"]
    {
        assert!(read(line).is_ok(), "{line}");
    }
}

#[test]
fn an_empty_key_can_be_named() {
    let args = ["streamgauge", "trim", "", "--dry-run"];
    let Action::Act(act) = parse(args).unwrap().action else { panic!("no action") };
    assert!(matches!(&act.request, Request::Trim(request) if request.key.as_bytes().is_empty()));
}

#[test]
fn no_error_shows_what_may_be_a_password() {
    for line in [
        "trim orders redis://:hunter2@h",
        "snapshot redis://h redis://:hunter2@h",
        "keys h:6380,password=hunter2",
        "redis://h redis://:hunter2@h",
        "-p redis://:hunter2@h",
        "-n :hunter2@h",
        "config redis://:hunter2@h",
        "--pass=hunter2",
        "--interval u:hunter2@h",
        "demo --scenario redis://:hunter2@h",
        "snapshot --format redis://:hunter2@h",
        "-u redis://:hunter2@h -t x",
        "--askpass=hunter2",
        "-a hunter2 snapshot --count 1",
        "-h u:hunter2@h",
        "-h hunter2@h snapshot",
        "-h redis://u:hunter2@h",
        "-s redis://u:hunter2@h",
        "--redis://u:hunter2@h",
        "-xu:hunter2@h",
        "trim orders --minid redis://u:hunter2@h",
        "trim orders --maxlen u:hunter2@h",
        "trim redis://u:hunter2@h\\x --safe",
        "reclaim orders g --release --id redis://u:hunter2@h",
        "undo redis://u:hunter2@h",
        "journal --prune redis://u:hunter2@h",
    ] {
        let told = told(line);
        assert!(!told.contains("hunter2"), "{line}: {told}");
    }
    let tip = told("journal redis://:hunter2@h");
    assert!(tip.contains("'***'") && tip.contains("-u URL"), "{tip}");
    assert!(!format!("{:?}", read("-a hunter2 redis://:hunter2@h").unwrap()).contains("hunter2"));
}
