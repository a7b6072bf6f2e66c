//! config.example.toml documents every key with its default: proved by taking the comments away.

use std::path::Path;
use streamgauge::config::schema::{COMMAND_KEYS, FAMILIES, settings};
use streamgauge::config::{Config, EXAMPLE, Env, Flags, Source, resolve};
use streamgauge::core::diagnose::thresholds::{Band, Thresholds};

fn read(text: &str) -> Config {
    let path = Path::new("config.example.toml");
    resolve(Some(Source { path, text }), &Env::default(), &Flags::default()).unwrap()
}

/// A line `#key = value` or `#[table]` is a setting; `# text` is prose.
fn uncommented() -> String {
    let line =
        |line: &'static str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line);
    EXAMPLE.lines().map(|text| format!("{}\n", line(text))).collect()
}

#[test]
fn as_it_is_it_changes_nothing() {
    let config = read(EXAMPLE);
    let nothing = resolve(None, &Env::default(), &Flags::default()).unwrap();
    assert_eq!(Config { file: None, ..config }, nothing);
}

#[test]
fn with_its_comments_taken_away_it_gives_the_defaults() {
    let config = read(&uncommented());
    let nothing = resolve(None, &Env::default(), &Flags::default()).unwrap();
    assert_eq!((config.settings, config.keys), (nothing.settings, nothing.keys));
}

#[test]
fn every_setting_stands_in_it_with_its_words() {
    let config = read(&uncommented());
    for setting in settings() {
        assert_ne!(config.place(setting.path), streamgauge::config::Location::Default, "{}", setting.path);
        let words = setting.doc.split('.').next().unwrap();
        assert!(EXAMPLE.contains(words), "{}: {words}", setting.path);
    }
}

#[test]
fn every_threshold_stands_in_it_with_whose_default_it_is() {
    let prose: Vec<_> = EXAMPLE.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    let prose = prose.join(" ");
    for limit in settings().filter(|setting| setting.path.starts_with("thresholds.")) {
        assert!(prose.contains(limit.doc), "{}: {}", limit.path, limit.doc);
        let key = limit.path.trim_start_matches("thresholds.");
        assert!(EXAMPLE.contains(&format!("\n#{key} = {}\n", limit.default())), "{key}");
    }
}

#[test]
fn the_profile_of_a_kpi_cache_is_ready_to_be_taken() {
    let lines = EXAMPLE.lines().skip_while(|line| !line.starts_with("# A KPI cache:"));
    let lines = lines.skip_while(|line| *line != "# [thresholds]").take_while(|line| !line.is_empty());
    let text: String = lines.map(|line| format!("{}\n", line.strip_prefix("# ").unwrap())).collect();
    let mut wanted = Thresholds::default();
    wanted.hit_ratio.warning = Some(Band::new(0.8, 0.85));
    wanted.memory.warning = Some(Band::new(0.9, 0.85));
    wanted.memory_of_caches.warning = Some(Band::new(0.9, 0.85));
    wanted.memory_of_caches.critical = Some(Band::new(0.98, 0.95));
    wanted.evictable_queues = false;
    wanted.queue_workers = 2;
    wanted.queue_oldest.warning_ms = 600_000;
    assert_eq!(read(&text).settings.thresholds, wanted);
    let taken = EXAMPLE.replace(&text.lines().map(|line| format!("# {line}\n")).collect::<String>(), &text);
    assert_eq!(read(&taken).settings.thresholds, wanted);
}

#[test]
fn the_profile_of_a_websocket_fan_out_is_ready_to_be_taken() {
    let lines = EXAMPLE.lines().skip_while(|line| !line.starts_with("# A WebSocket fan-out:"));
    let lines = lines.skip_while(|line| *line != "# [probe]").take_while(|line| !line.is_empty());
    let text: String = lines.map(|line| format!("{}\n", line.strip_prefix("# ").unwrap())).collect();
    let settings = read(&text).settings;
    let mut wanted = Thresholds::default();
    wanted.publish_ms.warning = Some(Band::new(3.0, 2.5));
    wanted.delivery_ms.warning = Some(Band::new(5.0, 4.0));
    wanted.whole_way_ms.warning = Some(Band::new(50.0, 40.0));
    assert_eq!(settings.thresholds, wanted);
    assert_eq!((settings.probe.enabled, settings.probe.subscribers), (true, 20));
}

#[test]
fn every_key_of_a_table_with_a_name_stands_in_it_with_its_words_and_its_default() {
    let config = read(&uncommented());
    for (family, key) in FAMILIES.iter().flat_map(|family| family.keys.iter().map(move |key| (family, key))) {
        let targets = config.targets.values().map(|target| &target.written);
        let others = config.named.get(family.name).into_iter().flatten().map(|(_, table)| &table.value);
        let mut written: Box<dyn Iterator<Item = _>> = match family.name {
            "targets" => Box::new(targets),
            _ => Box::new(others),
        };
        assert!(written.any(|table| table.contains_key(key.name)), "{}.{}", family.name, key.name);
        let table = EXAMPLE.lines().skip_while(|line| !line.starts_with(&format!("#[{}.", family.name)));
        let mut lines = table.filter(|line| line.starts_with(&format!("#{} = ", key.name)));
        assert!(lines.any(|line| line.ends_with(&format!("# default: {}", key.default))), "{}", key.name);
        let words = key.doc.split(['.', ',', ':']).next().unwrap();
        assert!(EXAMPLE.contains(words), "{}: {words}", key.name);
    }
}

#[test]
fn every_key_of_a_command_of_ones_own_stands_in_it_with_its_words_and_its_default() {
    let config = read(&uncommented());
    assert_eq!(config.own.len(), 1);
    for key in COMMAND_KEYS {
        assert!(config.own_written[0].contains_key(key.name), "{}", key.name);
        let table = EXAMPLE.lines().skip_while(|line| !line.starts_with("#[[commands]]"));
        let mut lines = table.filter(|line| line.starts_with(&format!("#{} = ", key.name)));
        assert!(lines.any(|line| line.ends_with(&format!("# default: {}", key.default))), "{}", key.name);
        assert!(EXAMPLE.contains(key.doc), "{}: {}", key.name, key.doc);
    }
}

#[test]
fn every_command_stands_in_it_with_its_keys() {
    let text = uncommented();
    for command in streamgauge::commands::COMMANDS {
        let keys: Vec<_> = command.keys.iter().map(|key| format!("\"{key}\"")).collect();
        let line = format!("\n{} = [{}]\n", command.name, keys.join(", "));
        assert!(text.contains(&line), "{line}");
    }
}
