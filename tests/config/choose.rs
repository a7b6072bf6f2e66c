//! Which Redis is meant: the order of options, environment and config, and the messages when it is none.

use std::path::Path;
use streamgauge::config::{
    Config, Env, Flags, PasswordSource, Problems, Secret, Source, TargetChoice, TargetFlags, choose, resolve,
};

const FILE: &str = r#"
target = "prod"
[targets.prod]
url = "rediss://op:@prod.example.com:6380/3"
password_env = "PROD_PASSWORD"
production = true
[targets.file]
host = "db"
password_file = "secrets.env"
[targets.both]
host = "db"
password_env = "DB_PASSWORD"
password_file = "/run/secrets.env"
[targets.azure]
azure = "h.redis.cache.windows.net:6380,password=hunter2,ssl=True"
"#;

fn config(text: &str) -> Config {
    let source = Source { path: Path::new("/etc/sg/config.toml"), text };
    resolve(Some(source), &Env::default(), &Flags::default()).unwrap()
}

fn env(pairs: &[(&str, &str)]) -> Env {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn chosen(env_pairs: &[(&str, &str)], flags: TargetFlags) -> Result<TargetChoice, Problems> {
    choose(&config(FILE), &env(env_pairs), &flags)
}

fn address(choice: &TargetChoice) -> String {
    choice.target.address.to_string()
}

fn password(choice: &TargetChoice) -> Option<&str> {
    choice.target.password.as_ref().map(Secret::expose)
}

fn flags() -> TargetFlags {
    TargetFlags::default()
}

#[test]
fn without_anything_it_is_the_local_redis() {
    let choice = choose(&config(""), &Env::default(), &flags()).unwrap();
    assert_eq!((address(&choice).as_str(), password(&choice)), ("127.0.0.1:6379", None));
}

#[test]
fn the_order_is_option_then_url_or_name_then_redis_url_then_config() {
    let set = [("REDIS_URL", "redis://env:1/7"), ("PROD_PASSWORD", "hunter2")];
    let url = || TargetFlags { url: Some(Secret::new("redis://url:2/5")), ..flags() };
    assert_eq!(address(&chosen(&set, flags()).unwrap()), "env:1");
    assert_eq!(address(&chosen(&set[1..], flags()).unwrap()), "prod.example.com:6380");
    assert_eq!(address(&chosen(&set, url()).unwrap()), "url:2");
    let both = chosen(&set, TargetFlags { port: Some(9), database: Some(1), ..url() }).unwrap();
    assert_eq!((address(&both).as_str(), both.target.database), ("url:9", 1));
    let word = |word: &str| TargetFlags { word: Some(Secret::new(word)), ..flags() };
    assert_eq!(address(&chosen(&set, word("prod")).unwrap()), "prod.example.com:6380");
    assert_eq!(address(&chosen(&set, word("redis://word")).unwrap()), "word:6379");
    let port = chosen(&set, TargetFlags { port: Some(7000), ..flags() }).unwrap();
    assert_eq!((address(&port).as_str(), port.target.database), ("127.0.0.1:7000", 0));
}

#[test]
fn nothing_of_redis_url_goes_to_another_host() {
    let set = [("REDIS_URL", "redis://:hunter2@env:1")];
    let choice = chosen(&set, TargetFlags { host: Some("elsewhere".to_owned()), ..flags() }).unwrap();
    assert_eq!((address(&choice).as_str(), password(&choice)), ("elsewhere:6379", None));
}

#[test]
fn a_named_target_brings_its_user_tls_database_and_password() {
    let choice = chosen(&[("PROD_PASSWORD", "hunter2"), ("REDISCLI_AUTH", "other")], flags()).unwrap();
    assert_eq!(choice.target.name, "prod");
    assert_eq!(choice.target.username.as_deref(), Some("op"));
    assert_eq!((password(&choice), choice.target.database), (Some("hunter2"), 3));
    assert!(choice.target.tls.is_some() && choice.target.production);
    assert!(!format!("{choice:?}").contains("hunter2"));
}

#[test]
fn a_password_is_the_options_then_the_targets_then_rediscli_auth() {
    let set = [("REDISCLI_AUTH", "auth"), ("PROD_PASSWORD", "own")];
    let given = TargetFlags { password: Some(Secret::new("given")), ..flags() };
    assert_eq!(password(&chosen(&set, given).unwrap()), Some("given"));
    assert_eq!(password(&chosen(&set, flags()).unwrap()), Some("own"));
    let plain = TargetFlags { url: Some(Secret::new("redis://h")), ..flags() };
    assert_eq!(password(&chosen(&set, plain).unwrap()), Some("auth"));
    let ask = TargetFlags { ask_password: true, ..flags() };
    assert_eq!(chosen(&set, ask).unwrap().password, PasswordSource::Ask);
}

#[test]
fn a_file_is_asked_for_when_the_variable_is_not_set() {
    let name = |name: &str| TargetFlags { name: Some(name.to_owned()), ..flags() };
    let file = |choice: TargetChoice| match choice.password {
        PasswordSource::File { path, name, .. } => (path.display().to_string(), name),
        other => panic!("{other:?}"),
    };
    let (path, line) = file(chosen(&[], name("file")).unwrap());
    assert_eq!((path.as_str(), line), ("/etc/sg/secrets.env", None));
    let (path, line) = file(chosen(&[], name("both")).unwrap());
    assert_eq!((path.as_str(), line.as_deref()), ("/run/secrets.env", Some("DB_PASSWORD")));
    let both = chosen(&[("DB_PASSWORD", "hunter2")], name("both")).unwrap();
    assert_eq!((password(&both), &both.password), (Some("hunter2"), &PasswordSource::Known));
}

#[test]
fn azures_string_is_understood_wherever_a_url_is() {
    let string = "h.redis.cache.windows.net:6380,password=hunter2=,ssl=True,abortConnect=False";
    let choice = chosen(&[("REDIS_URL", string)], flags()).unwrap();
    assert_eq!((password(&choice), choice.target.tls.is_some()), (Some("hunter2="), true));
    let named = chosen(&[], TargetFlags { name: Some("azure".to_owned()), ..flags() }).unwrap();
    assert_eq!(password(&named), Some("hunter2"));
}

fn told(env_pairs: &[(&str, &str)], flags: TargetFlags) -> String {
    chosen(env_pairs, flags).unwrap_err().to_string()
}

#[test]
fn what_names_no_redis_is_told_with_its_place_and_a_hint() {
    let name = TargetFlags { name: Some("prdo".to_owned()), ..flags() };
    assert_eq!(told(&[], name), "-t: there is no target 'prdo'; did you mean 'prod'?");
    let word = TargetFlags {
        word: Some(Secret::new("snapshto")),
        word_resembles: Some("snapshot".to_owned()),
        ..flags()
    };
    assert_eq!(
        told(&[], word),
        "TARGET: there is no target 'snapshto'; did you mean the command 'snapshot'? A host of this name: -h snapshto"
    );
    assert!(
        told(&[("REDIS_URL", "redis://h/x")], flags()).starts_with("environment REDIS_URL: the database")
    );
    assert_eq!(
        told(&[], flags()),
        "/etc/sg/config.toml:5:16: the environment has no PROD_PASSWORD, the password of 'prod'; \
         export PROD_PASSWORD=... first, or use --askpass"
    );
    let ca = TargetFlags { ca_file: Some("ca.pem".into()), url: Some(Secret::new("redis://h")), ..flags() };
    assert!(told(&[], ca).starts_with("--cacert: options of TLS for a target without TLS; "));
}

#[test]
fn a_word_that_is_no_target_and_no_url_is_a_host_with_or_without_its_port() {
    let word = |text: &str| TargetFlags { word: Some(Secret::new(text)), ..flags() };
    for (text, wanted) in [
        ("localhost", "localhost:6379"),
        ("redis", "redis:6379"),
        ("cache.example.com:6380", "cache.example.com:6380"),
        ("127.0.0.1:7711", "127.0.0.1:7711"),
        (":7711", "127.0.0.1:7711"),
        ("[::1]:7711", "[::1]:7711"),
        ("::1", "[::1]:6379"),
    ] {
        assert_eq!(address(&chosen(&[], word(text)).unwrap()), wanted, "{text}");
    }
    // The password of REDIS_URL goes to no other host.
    let choice = chosen(&[("REDIS_URL", "redis://:hunter2@env")], word("cache")).unwrap();
    assert_eq!(password(&choice), None);
    for text in ["db:77110", "db:0", "db:abc", "127.0.0.1:"] {
        let told = told(&[], word(text));
        assert_eq!(told, "TARGET: the port is not a number from 1 to 65535; write host:6379", "{text}");
    }
    // A slip in the name of a target is no host.
    assert_eq!(told(&[], word("prdo")), "TARGET: there is no target 'prdo'; did you mean 'prod'?");
    assert!(told(&[], word("a b")).contains("this is not a URL"));
}

#[test]
fn no_message_shows_a_password() {
    for url in [
        "redis://u:hunter2/x@h",
        "redis://:hunter2@",
        "redis:/:hunter2@h",
        "u:hunter2@h",
        "hunter2://x",
        "redis-sentinel://:hunter2@h",
        "redis://h/hunter2",
        "redis://h:hunter2",
        "redis://h?pass=hunter2",
        "h:6380,passwort=hunter2",
        "redis://h:1:hunter2@x#y",
    ] {
        let word = TargetFlags { word: Some(Secret::new(url)), ..flags() };
        let flag = TargetFlags { url: Some(Secret::new(url)), ..flags() };
        for told in [told(&[("REDIS_URL", url)], flags()), told(&[], word), told(&[], flag)] {
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}

#[test]
fn no_password_is_quoted_back_wherever_it_was_written() {
    let name = |text: &str| TargetFlags { name: Some(text.to_owned()), ..flags() };
    for text in ["redis://u:hunter2@h", "u:hunter2@h", "hunter2@h", "h,password=hunter2"] {
        let told = chosen(&[], name(text)).unwrap_err().to_string();
        assert!(!told.contains("hunter2") && told.contains("-u URL"), "{told}");
    }
    let told = |text: &str| {
        let source = Source { path: Path::new("/etc/sg/config.toml"), text };
        match resolve(Some(source), &Env::default(), &Flags::default()) {
            Ok(config) => {
                let choice = choose(&config, &Env::default(), &name("p"));
                format!("{choice:?} {}", streamgauge::config::show::show(&config, choice.as_ref()))
            }
            Err(problems) => problems.to_string(),
        }
    };
    for text in [
        "target = \"redis://u:hunter2@h\"",
        "theme = \"redis://u:hunter2@h\"",
        "interval = \"redis://u:hunter2@h\"",
        "[targets.p]\nhost = \"u:hunter2@h\"",
        "[targets.p]\nhost = \"hunter2@h\"",
        "[targets.p]\nsocket = \"redis://u:hunter2@h\"",
        "[targets.p]\nurl = \"redis://u:hunter2@h:bad\"",
        "[targets.\"redis://u:hunter2@h\"]\nhost = \"h\"",
    ] {
        let told = told(text);
        assert!(!told.contains("hunter2"), "{text}: {told}");
    }
    // The password itself where the name of its variable belongs.
    let config = config("[targets.p]\nhost = \"h\"\npassword_env = \"hunter2\"");
    let told = choose(&config, &Env::default(), &name("p")).unwrap_err().to_string();
    assert!(!told.contains("hunter2") && told.contains("name of a variable"), "{told}");
    let choice = choose(&config, &Env::default(), &name("p"));
    let shown = streamgauge::config::show::show(&config, choice.as_ref());
    assert!(!shown.contains("hunter2") && shown.contains("password_env = \"***\""), "{shown}");
}
