//! The options and commands as clap has them, and what they come to.
//!
//! Knows words and their help. Does not judge targets (`config::choose` does). Invariant: an option that every
//! command has works before and after the command's name.

use super::actions::ActionVerb;
use super::journal::JournalArgs;
use super::target::TargetArgs;
use super::values::{interval, port, size, within};
use super::{Action, CheckArgs, Cli, DemoArgs, FailOn, OutputFormat, PictureArgs, SnapshotArgs};
use crate::commands::Key;
use crate::config::{ConfigVerb, Flags, Secret, TargetFlags};
use crate::core::demo::Scenario;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args as ClapArgs, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

const USAGE: &str =
    "streamgauge [TARGET] [OPTIONS]\n       streamgauge COMMAND [OPTIONS]\n       streamgauge help [COMMAND]";

const EXAMPLES: &str = "\
Examples:
  streamgauge                                  REDIS_URL, or the local Redis
  streamgauge prod                             [targets.prod] of the config
  streamgauge cache.example.com:6380           a host, its port if it is not 6379
  streamgauge rediss://cache.example.com:6380  password from REDISCLI_AUTH
  streamgauge -h db -p 6380 --tls --askpass    as redis-cli has them
  streamgauge --plain prod                     no screen: changes as lines, for a screen reader
  streamgauge snapshot prod --format json      one reading, as JSON
  streamgauge snapshot --watch --interval 10s  one every ten seconds
  streamgauge check --for 10s                  what is wrong; for scripts, by exit code
  streamgauge trim orders --dry-run            what a safe trim would remove
  streamgauge reclaim orders billing --to w2   hand stuck entries over
  streamgauge demo --scenario dead-consumer    a private server to look at
  streamgauge config init                      a commented config

-h is the host, as in redis-cli. A password is better in REDISCLI_AUTH, or asked
for by --askpass, than in -a or a URL: those show in the process list.
`streamgauge help COMMAND` shows the options of a command alone.
Exit codes: 0 done, 1 failed or refused, 2 wrong usage or config, 3 unknown.";

/// Watch Redis: streams, consumers, memory, cache, clients, latency.
#[derive(Parser)]
#[command(
    name = "streamgauge",
    version = version(),
    propagate_version = true,
    bin_name = "streamgauge",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    args_override_self = true,
    override_usage = USAGE,
    max_term_width = 110,
    after_help = EXAMPLES
)]
pub struct Args {
    /// A URL (redis://, rediss://, redis+unix://), HOST or HOST:PORT, or the name of a target of the config
    #[arg(value_name = "TARGET")]
    word: Option<String>,
    /// No screen: print what changes as lines, and answer typed lines (? f s q)
    #[arg(long)]
    plain: bool,
    /// Show aliases in place of names, so that the screen can be shared
    #[arg(long)]
    mask: bool,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    settings: SettingArgs,
    #[command(subcommand)]
    verb: Option<CliVerb>,
}

/// The version, with the commit where the build names it.
fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    option_env!("STREAMGAUGE_COMMIT")
        .map_or_else(|| version.to_owned(), |commit| format!("{version} ({commit})"))
}

#[derive(ClapArgs)]
#[command(next_help_heading = "Options")]
struct SettingArgs {
    /// Config file, instead of the usual one or STREAMGAUGE_CONFIG
    #[arg(id = "config_file", long = "config", value_name = "FILE", global = true)]
    config_file: Option<PathBuf>,
    /// Time from one poll to the next: 100ms to 1h [default: 1s]
    #[arg(long, value_name = "DURATION", global = true, value_parser = interval)]
    interval: Option<Duration>,
    /// Theme, one of those that `streamgauge themes` lists
    #[arg(long, value_name = "NAME", global = true)]
    theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long, global = true)]
    ascii: bool,
    /// Never build a link that can write
    #[arg(long, global = true)]
    read_only: bool,
    /// Publish messages of our own, to a channel of our own, and time them
    #[arg(long, global = true)]
    probe: bool,
    /// Print help
    #[arg(long, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
    /// Print the version
    #[arg(long, global = true, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Subcommand)]
enum CliVerb {
    /// Print one reading, or one each interval
    Snapshot {
        /// A URL, HOST or HOST:PORT, or the name of a target of the config
        #[arg(value_name = "TARGET")]
        target: Option<String>,
        /// Output format
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
        /// Repeat every interval
        #[arg(long)]
        watch: bool,
        /// Measure every key first; without it as many as a quarter of a second of the server's time allows
        #[arg(long)]
        all_keys: bool,
        /// How long a reading may take at most [default: 20s, 10m with --all-keys]
        #[arg(long = "for", value_name = "DURATION", value_parser = within)]
        within: Option<Duration>,
        /// Stop after N readings
        #[arg(long, value_name = "N", requires = "watch")]
        count: Option<NonZeroU64>,
    },
    /// Print what is wrong; exit 0 ok, 1 warning, 2 critical, 3 could not tell
    Check {
        /// A URL, HOST or HOST:PORT, or the name of a target of the config
        #[arg(value_name = "TARGET")]
        target: Option<String>,
        /// How long to watch before judging: verdicts need a window
        #[arg(long = "for", value_name = "DURATION", default_value = "10s", value_parser = within)]
        watch: Duration,
        /// What does not pass: any warning, or only what is critical
        #[arg(long, value_enum, default_value_t)]
        fail_on: FailOn,
        /// Output format
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    /// Save the console's screen as a picture: .svg, .html, .ans (terminal colours) or .txt
    Picture {
        /// Where to; its ending says the form
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Keys to press first, with blanks between them, such as "4 T"
        #[arg(long, value_name = "KEYS", value_delimiter = ' ', value_parser = |text: &str| text.parse::<Key>())]
        keys: Vec<Key>,
        /// How long to watch before
        #[arg(long = "for", value_name = "DURATION", default_value = "10s", value_parser = within)]
        after: Duration,
        /// Columns and rows
        #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "120x40", value_parser = size)]
        size: (u16, u16),
        /// On a demo of this scenario, instead of a target
        #[arg(long, value_name = "SCENARIO", hide_possible_values = true, value_parser = scenario())]
        demo: Option<Scenario>,
        /// Show aliases in place of names, so that the picture can be shared
        #[arg(long)]
        mask: bool,
    },
    #[command(flatten)]
    Act(ActionVerb),
    /// List what was done from this machine
    Journal(JournalArgs),
    /// The console on a private server of its own, with a live workload
    Demo {
        /// steady, burst, dead-consumer, poison, memory-alert, cache-stampede, slow-subscriber or half-open
        #[arg(long, value_name = "NAME", default_value_t, hide_possible_values = true, value_parser = scenario())]
        scenario: Scenario,
        /// Listen on this loopback port, so that other programs can look too
        #[arg(long, value_name = "N", value_parser = port)]
        port: Option<u16>,
        /// Only the server and its workload, without the console
        #[arg(long)]
        headless: bool,
        /// Server to start, instead of the first one on the path
        #[arg(long, value_name = "PATH")]
        server_bin: Option<PathBuf>,
        /// Show aliases in place of names
        #[arg(long)]
        mask: bool,
    },
    /// Manage the config file; never overwrites one
    Config {
        #[command(subcommand)]
        verb: FileVerb,
    },
    /// Print the table of keys
    Keys,
    /// List the themes, the program's own and yours
    Themes,
    /// Print completions for a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, or the one of a command
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

#[derive(Clone, Copy, Subcommand)]
enum FileVerb {
    /// Write the commented example where the config belongs; never over one that is there
    Init,
    /// List everything that is wrong, with line, column and hint
    Check,
    /// Show what is in force, and where each value came from
    Show,
    /// Say where the config file is
    Path,
}

fn scenario() -> impl TypedValueParser<Value = Scenario> {
    PossibleValuesParser::new(Scenario::ALL.map(Scenario::name)).try_map(|name| name.parse::<Scenario>())
}

impl Args {
    /// What clap cannot say of options that may stand before or after a command's name.
    pub fn checked(&self) -> Result<(), &'static str> {
        let target = &self.target;
        let word = self.word.is_some() || self.verb.as_ref().is_some_and(|verb| verb.target().is_some());
        let texts = [word, target.url.is_some(), target.name.is_some()];
        if self.word.is_some() && self.verb.is_some() {
            return Err(
                "the target of a command comes after its name (snapshot, check), or by -u URL or -t NAME",
            );
        }
        if self.plain && self.verb.is_some() {
            return Err("--plain is the console without a screen: it goes without a command");
        }
        if self.mask && !matches!(self.verb, None | Some(CliVerb::Picture { .. } | CliVerb::Demo { .. })) {
            return Err("--mask is for what is drawn: the console, demo and picture");
        }
        if texts.into_iter().filter(|given| *given).count() > 1 {
            return Err("TARGET, -u and -t each say which Redis is meant: give one of them");
        }
        if target.socket.is_some() && (target.host.is_some() || target.port.is_some()) {
            return Err("-s is a unix socket: it goes without -h and -p");
        }
        if target.ask_password && target.password.is_some() {
            return Err("-a gives the password and --askpass asks for it: give one of them");
        }
        Ok(())
    }

    /// What was asked for.
    pub fn into_cli(self) -> Cli {
        let is_console = self.verb.is_none();
        let word = self.word.or_else(|| self.verb.as_ref().and_then(CliVerb::target).map(str::to_owned));
        let resembles = word.as_deref().filter(|_| is_console).and_then(resembling);
        let target = TargetFlags {
            word: word.map(Secret::new),
            word_resembles: resembles,
            ..self.target.into_flags()
        };
        let flags = Flags {
            config_file: self.settings.config_file,
            interval: self.settings.interval,
            theme: self.settings.theme,
            ascii: self.settings.ascii,
            read_only: self.settings.read_only,
            probe: self.settings.probe,
            mask: self.mask || self.verb.as_ref().is_some_and(CliVerb::masks),
            target,
        };
        let console = if self.plain { Action::Plain } else { Action::Console };
        Cli { flags, action: self.verb.map_or(console, CliVerb::into_action) }
    }
}

/// The command that was probably meant by a word.
fn resembling(word: &str) -> Option<String> {
    let command = Args::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    crate::commands::nearest(word, names).map(str::to_owned)
}

impl CliVerb {
    /// The target that stands after the name of a command which takes one as a word.
    fn target(&self) -> Option<&str> {
        match self {
            Self::Snapshot { target, .. } | Self::Check { target, .. } => target.as_deref(),
            _ => None,
        }
    }

    /// Whether what it draws is masked.
    fn masks(&self) -> bool {
        matches!(self, Self::Picture { mask: true, .. } | Self::Demo { mask: true, .. })
    }

    fn into_action(self) -> Action {
        match self {
            Self::Snapshot { format, watch, all_keys, within, count, .. } => {
                Action::Snapshot(SnapshotArgs { format, watch, all_keys, within, count })
            }
            Self::Check { watch, fail_on, format, .. } => Action::Check(CheckArgs { watch, fail_on, format }),
            Self::Picture { file, keys, after, size, demo, .. } => {
                Action::Picture(PictureArgs { file, keys, after, size, demo })
            }
            Self::Demo { scenario, port, headless, server_bin, .. } => {
                Action::Demo(DemoArgs { scenario, port, headless, server_bin })
            }
            Self::Act(verb) => verb.into_action(),
            Self::Journal(args) => args.into_action(),
            Self::Config { verb } => Action::Config(match verb {
                FileVerb::Init => ConfigVerb::Init,
                FileVerb::Check => ConfigVerb::Check,
                FileVerb::Show => ConfigVerb::Show,
                FileVerb::Path => ConfigVerb::Path,
            }),
            Self::Keys => Action::Keys,
            Self::Themes => Action::Themes,
            Self::Completions { shell } => Action::Completions(shell),
            Self::Man { command } => Action::Man(command),
        }
    }
}
