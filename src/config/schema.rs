//! Every key of the config, in one table: what it takes, its default, what it is for.
//!
//! Reading, defaults, `config show` and the test over config.example.toml are made from it. Knows nothing of
//! files. Invariant, held by tests: every default reads, takes effect, and is what the example says.

mod actions;
mod fanout;
mod limits;
mod tables;

use limits::LIMITS;

pub use actions::ACTIONS;
pub use tables::{COMMAND_KEYS, COMMANDS_FAMILY, FAMILIES, Family, SUBJECTS, TARGET_KEYS, TableKey};

use super::settings::{GlyphChoice, LogLevel, PictureChoice, Settings};
use super::value::{Kind, Value};
use crate::commands::KeyPreset;
use crate::core::limits::{FPS_MAX, INTERVAL_MAX_MS, INTERVAL_MIN_MS, TIMEOUT_MAX_MS};

/// A key that has a default.
pub struct Setting {
    /// Where it stands: `interval`, `streams.discover`.
    pub path: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The default, as TOML; none where the settings begin with it.
    default: Option<&'static str>,
    /// What it is for.
    pub doc: &'static str,
    /// Puts a value of its kind into the settings.
    pub set: fn(&mut Settings, Value),
    /// The value that the settings have.
    pub get: fn(&Settings) -> Value,
}

impl Setting {
    /// The default, as TOML.
    pub fn default(&self) -> String {
        self.default.map_or_else(|| (self.get)(&Settings::default()).to_string(), str::to_owned)
    }
}

const TIMEOUT: Kind = Kind::DurationMs(10, TIMEOUT_MAX_MS);
const LEVELS: &[&str] = &["error", "warn", "info", "debug", "trace"];

/// Rows whose field has the type of the value: key, kind, default, type, field, words.
macro_rules! rows {
    ($($path:literal, $kind:expr, $default:literal, $variant:ident, $($field:ident).+, $doc:literal;)*) => {
        &[$(Setting {
            path: $path,
            kind: $kind,
            default: Some($default),
            doc: $doc,
            set: |settings, value| {
                if let Value::$variant(value) = value {
                    settings.$($field).+ = value;
                }
            },
            get: |settings| Value::$variant(settings.$($field).+.clone()),
        }),*]
    };
}
use rows;

/// Every key that has a default, except the limits of `[thresholds]`.
pub const SETTINGS: &[Setting] = rows! {
    "target", Kind::Text, "\"\"", Text, target,
        "Name of the target to take when none is asked for.";
    "interval", Kind::DurationMs(INTERVAL_MIN_MS, INTERVAL_MAX_MS), "\"1s\"", Duration, interval,
        "Time from one poll to the next, 100ms to 1h.";
    "theme", Kind::Text, "\"auto\"", Text, theme,
        "Name of the theme. auto takes light on a light ground and default on any other: the terminal is asked.";
    "fps", Kind::Whole(1, FPS_MAX), "10", Whole, fps,
        "Frames a second at most, for data, 1 to 60. Keys always draw at once.";
    "ascii", Kind::Flag, "false", Flag, ascii,
        "Draw with ASCII only. Where TERM is linux, vt100 or the like that is the default.";
    "mouse", Kind::Flag, "true", Flag, mouse,
        "The mouse works in the console. Without it the terminal has it, to select text; a key switches while it runs.";
    "mask", Kind::Flag, "false", Flag, mask,
        "Show aliases in place of names of streams, groups, consumers, keys, clients and hosts, so that a picture can be shared.";
    "cursor", Kind::Flag, "false", Flag, cursor,
        "Show the terminal's cursor on the selected row or button. It stands there in any case, for screen readers.";
    "read_only", Kind::Flag, "false", Flag, read_only,
        "Never build a link that can write.";
    "connect_timeout", TIMEOUT, "\"3s\"", Duration, connect_timeout,
        "How long a connection may take to be made, 10ms to 1m.";
    "response_timeout", TIMEOUT, "\"2s\"", Duration, response_timeout,
        "How long a reply may take, 10ms to 1m.";
    "streams.patterns", Kind::List, "[]", List, streams.patterns,
        "Globs of keys of streams to look for, beside discovery.";
    "streams.discover", Kind::Flag, "true", Flag, streams.discover,
        "Look for streams in the whole key space, by a paced SCAN.";
    "sampler.enabled", Kind::Flag, "true", Flag, sampler.enabled,
        "Measure keys in the background, within 0.5 % of the server's time. The values are never read.";
    "sampler.separators", Kind::Text, "\":\"", Text, sampler.separators,
        "Characters between the parts of a key's name, by which patterns are found.";
    "check.accept_blind", Kind::List, "[]", List, check.accept_blind,
        "Commands that need not be answered for health to be ok: INFO, SCAN, XINFO STREAM, XINFO GROUPS.";
};

const GLYPHS: &[&str] = &["auto", "full", "narrow", "ascii"];

/// The key of the glyphs, whose type has a form of its own. It stands in no section, so it comes before those that do.
const GLYPHS_KEY: &[Setting] = &[Setting {
    path: "glyphs",
    kind: Kind::Choice(GLYPHS),
    default: Some("\"auto\""),
    doc: "What is drawn with: full (lines, blocks, braille), narrow (braille, where lines and blocks take two cells), ascii; auto asks the terminal.",
    set: |settings, value| {
        if let Value::Text(name) = value {
            let choice = GlyphChoice::ALL.iter().copied().find(|choice| choice.name() == name);
            settings.glyphs = choice.unwrap_or_default();
        }
    },
    get: |settings| Value::Text(settings.glyphs.name().to_owned()),
}];

const PRESETS: &[&str] = &["default", "vim", "emacs"];

/// The key of the key presets, likewise.
const PRESET_KEY: &[Setting] = &[Setting {
    path: "key_preset",
    kind: Kind::Choice(PRESETS),
    default: Some("\"default\""),
    doc: "Whose keys the console has: default, vim or emacs. The keys of [keys] stand above them.",
    set: |settings, value| {
        if let Value::Text(name) = value {
            settings.key_preset = KeyPreset::named(&name).unwrap_or_default();
        }
    },
    get: |settings| Value::Text(settings.key_preset.name().to_owned()),
}];

const PICTURES: &[&str] = &["svg", "html", "ans", "txt"];

/// The key of pictures, whose type has a form of its own.
const PICTURE_KEY: &[Setting] = &[Setting {
    path: "picture",
    kind: Kind::Choice(PICTURES),
    default: Some("\"svg\""),
    doc: "How the screen is saved: svg, html, ans (text with a terminal's colours) or txt.",
    set: |settings, value| {
        if let Value::Text(name) = value {
            let choice = PictureChoice::ALL.iter().copied().find(|choice| choice.name() == name);
            settings.picture = choice.unwrap_or_default();
        }
    },
    get: |settings| Value::Text(settings.picture.name().to_owned()),
}];

/// The key of the log, whose type has a form of its own.
const LOG: &[Setting] = &[Setting {
    path: "log.level",
    kind: Kind::Choice(LEVELS),
    default: Some("\"info\""),
    doc: "What the log keeps: error, warn, info, debug or trace.",
    set: |settings, value| {
        if let Value::Text(name) = value {
            settings.log.level = LogLevel::named(&name).unwrap_or_default();
        }
    },
    get: |settings| Value::Text(settings.log.level.name().to_owned()),
}];

/// Every key that has a default, in the order in which it is shown.
pub fn settings() -> impl Iterator<Item = &'static Setting> + Clone {
    GLYPHS_KEY
        .iter()
        .chain(PRESET_KEY)
        .chain(PICTURE_KEY)
        .chain(SETTINGS)
        .chain(LOG)
        .chain(fanout::FANOUT)
        .chain(ACTIONS)
        .chain(limits())
}

/// Every limit of `[thresholds]`.
pub fn limits() -> impl Iterator<Item = &'static Setting> + Clone {
    LIMITS.iter().copied().flatten()
}

/// The defaults, as a config file.
pub fn defaults_text() -> String {
    settings().map(|setting| format!("{} = {}\n", setting.path, setting.default())).collect()
}

/// The variable of the environment that stands for a setting: `STREAMGAUGE_READ_ONLY`. Lists and bands have none.
pub fn env_name(setting: &Setting) -> Option<String> {
    let name = setting.path.to_ascii_uppercase().replace('.', "_");
    Some(format!("STREAMGAUGE_{name}")).filter(|_| !matches!(setting.kind, Kind::List | Kind::Band(..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_what_is_got() {
        for setting in settings() {
            let document = format!("x = {}", setting.default());
            let table = toml::de::DeTable::parse(&document).unwrap();
            let value = setting.kind.read(table.get_ref().get("x").unwrap().get_ref()).unwrap();
            let mut written = Settings::default();
            (setting.set)(&mut written, value.clone());
            assert_eq!((setting.get)(&written), value, "{}", setting.path);
            assert_eq!(value.to_string(), setting.default(), "{}", setting.path);
        }
    }

    #[test]
    fn the_levels_are_those_of_the_log() {
        assert_eq!(GLYPHS, GlyphChoice::ALL.iter().map(|choice| choice.name()).collect::<Vec<_>>());
        assert_eq!(PRESETS, KeyPreset::ALL.iter().map(|preset| preset.name()).collect::<Vec<_>>());
        assert_eq!(PICTURES, PictureChoice::ALL.iter().map(|choice| choice.name()).collect::<Vec<_>>());
        assert_eq!(LEVELS, LogLevel::ALL.iter().map(|level| level.name()).collect::<Vec<_>>());
    }

    #[test]
    fn the_time_outs_are_those_of_the_link() {
        use crate::core::limits::{CONNECT_TIMEOUT_MS, RESPONSE_TIMEOUT_MS};
        let default = |path: &str| SETTINGS.iter().find(|setting| setting.path == path).unwrap().default();
        for (path, ms) in [("connect_timeout", CONNECT_TIMEOUT_MS), ("response_timeout", RESPONSE_TIMEOUT_MS)]
        {
            let text = super::super::units::duration_text(std::time::Duration::from_millis(ms));
            assert_eq!(default(path), format!("\"{text}\""));
        }
    }

    #[test]
    fn variables_are_named_after_the_path() {
        let names: Vec<_> = settings().filter_map(env_name).collect();
        assert!(names.contains(&"STREAMGAUGE_LOG_LEVEL".to_owned()));
        assert!(!names.contains(&"STREAMGAUGE_STREAMS_PATTERNS".to_owned()));
    }
}
