//! The settings as the program uses them: every one has a value.
//!
//! Knows shapes; not where a value came from or how it is written. Invariant: no `Option` where there is a
//! default.

use crate::commands::KeyPreset;
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::model::Name;
use crate::core::model::queues::HeldTimes;
use crate::core::worded::worded;
use std::fmt;
use std::time::Duration;

/// What the config, the environment and the flags come to, except targets and keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The target that is taken when none is asked for; empty for none.
    pub target: String,
    /// Time from one poll to the next: 100 ms to 1 h.
    pub interval: Duration,
    /// Name of the theme. Whether there is one is for the themes to say.
    pub theme: String,
    /// Frames a second at most, for data: 1 to 60.
    pub fps: u32,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// The mouse works in the console.
    pub mouse: bool,
    /// Whose keys the console has, before those of `[keys]`.
    pub key_preset: KeyPreset,
    /// What is drawn with.
    pub glyphs: GlyphChoice,
    /// How pictures of the screen are saved.
    pub picture: PictureChoice,
    /// Show aliases in place of names.
    pub mask: bool,
    /// Show the terminal's cursor on the focus.
    pub cursor: bool,
    /// Never build a link that can write.
    pub read_only: bool,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long a reply may take.
    pub response_timeout: Duration,
    /// Which streams are watched.
    pub streams: StreamSettings,
    /// How keys are measured.
    pub sampler: SamplerSettings,
    /// Publish and subscribe.
    pub fanout: FanoutSettings,
    /// Queues of job frameworks.
    pub queues: QueueSettings,
    /// Our own messages, sent to be timed.
    pub probe: ProbeSettings,
    /// What health rests on.
    pub check: CheckSettings,
    /// What is written to the log.
    pub log: LogSettings,
    /// How actions go.
    pub actions: ActionSettings,
    /// From when on something is wrong.
    pub thresholds: Thresholds,
}

/// Which streams are watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamSettings {
    /// Globs of keys to look for and to keep, beside discovery.
    pub patterns: Vec<String>,
    /// Look for streams in the whole key space, by a paced SCAN.
    pub discover: bool,
}

/// How keys are measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SamplerSettings {
    /// Walk through the keyspace in the background.
    pub enabled: bool,
    /// Characters between the parts of a name.
    pub separators: String,
}

/// What is looked for beside channels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FanoutSettings {
    /// What keys of channel layers begin with.
    pub layer_prefixes: Vec<String>,
}

/// Which queues of job frameworks are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueSettings {
    /// Look for them, by the names of keys.
    pub enabled: bool,
    /// Lists and sorted sets that are queues without a framework, as globs.
    pub lists: Vec<String>,
    /// The field of a job's payload that names for whom it is; empty for none.
    pub tenant: String,
    /// Celery's `visibility_timeout`.
    pub celery_visibility: Duration,
    /// dramatiq's `heartbeat_timeout`.
    pub dramatiq_heartbeat: Duration,
    /// taskiq's `idle_timeout`.
    pub taskiq_idle: Duration,
}

impl QueueSettings {
    /// The field of a job's payload that names for whom it is, where one is named.
    pub fn tenant(&self) -> Option<Name> {
        (!self.tenant.is_empty()).then(|| Name::from(self.tenant.as_str()))
    }

    /// How long workers may hold a job.
    pub fn held_times(&self) -> HeldTimes {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        HeldTimes {
            celery_ms: ms(self.celery_visibility),
            dramatiq_ms: ms(self.dramatiq_heartbeat),
            taskiq_ms: ms(self.taskiq_idle),
        }
    }
}

/// Our own messages, sent to be timed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeSettings {
    /// Begin at once.
    pub enabled: bool,
    /// Time from one message to the next: 100 ms to 1 min.
    pub interval: Duration,
    /// Subscribers of our own: 1 to 100.
    pub subscribers: u32,
    /// Send entries through a stream of our own, too.
    pub stream: bool,
}

/// How actions go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionSettings {
    /// How long writing stays unlocked.
    pub unlock_for: Duration,
    /// Globs of keys that no invalidation touches.
    pub protect: Vec<String>,
    /// What all archives may take, bytes.
    pub archive_max: u64,
    /// Keys a second at most; 0 for no bound.
    pub invalidate_per_s: u32,
}

/// What health rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// Commands that need not be answered for health to be ok.
    pub accept_blind: Vec<String>,
}

/// What is written to the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// The least important level that is kept.
    pub level: LogLevel,
}

worded! {
    /// How important an event is.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum LogLevel {
        /// Something failed.
        Error "error",
        /// Something is odd.
        Warn "warn",
        /// What happens.
        #[default]
        Info "info",
        /// How it happens.
        Debug "debug",
        /// Every step.
        Trace "trace",
    }
    /// Its name in the config.
    fn name
}

worded! {
    /// What is drawn with.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum GlyphChoice {
        /// What the terminal shows in one cell each: it is asked.
        #[default]
        Auto "auto",
        /// Lines, blocks and braille.
        Full "full",
        /// Braille alone, where lines and blocks take two cells.
        Narrow "narrow",
        /// ASCII.
        Ascii "ascii",
    }
    /// Its name in the config
    fn name
}

worded! {
    /// How a picture of the screen is saved: the ending of its file.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum PictureChoice {
        /// Shapes and text, sharp at any size.
        #[default]
        Svg "svg",
        /// A page with the text in it.
        Html "html",
        /// Characters and the codes of a terminal's colours.
        Ansi "ans",
        /// Characters alone.
        Text "txt",
    }
    /// Its name in the config
    fn name
}

impl LogLevel {
    /// The level of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.name() == name)
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_read_back_from_their_names() {
        for level in LogLevel::ALL {
            assert_eq!(LogLevel::named(level.name()), Some(level));
        }
        assert_eq!(LogLevel::named("loud"), None);
    }
}
