//! From the command line to what it asks for: chooses, makes the parts, gives the exit status.
//!
//! Exit status: 0 done, 1 failed, 2 usage and configuration, 128 and more for signals. Invariant: standard output
//! carries the result and nothing else, and an output that nobody reads ends the program quietly.

use super::console;
use super::error::CommandError;
use super::looks::skins;
use super::picture::{self, PictureRequest};
use super::probes::{ProbeTasks, Probing};
use super::settings::{poll_settings, watched};
use super::setup::{Skins, console_of, timeouts};
use super::{act, check, logging, panics, plain, snapshot};
use crate::cli::{self, Action, Cli, OutputFormat};
use crate::commands;
use crate::config::masked::masked;
use crate::config::own;
use crate::config::theme::AUTO;
use crate::config::{Env, Flags, Problems, Target};
use crate::core::limits;
use crate::core::model::probe::{ProbeKind, ProbePlan};
use crate::edge::demo::{self, Demo, DemoOptions};
use crate::edge::files::{self, Loaded};
use crate::edge::link::LinkLedger;
use crate::edge::source::Session;
use crate::edge::term::Screen;
use crate::report::snapshot::TargetLine;
use crate::ui::picture::{self as pictures, PictureFormat};
use crate::ui::theme::Depth;
use std::ffi::OsString;
use std::io::{self, Write};
use tokio::runtime::{Builder, Runtime};

/// Does what the command line asks for; the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    panics::install();
    let args: Vec<OsString> = args.into_iter().collect();
    // `config check` is no check of a server.
    let is_check =
        args.iter().skip(1).find(|arg| *arg == "check" || *arg == "config").is_some_and(|arg| arg == "check");
    match cli::parse(args) {
        Ok(cli) => act(cli).unwrap_or_else(|failure| failure.tell()),
        Err(error) => {
            // clap writes help to standard output and mistakes to standard error.
            let _closed = error.print();
            match u8::try_from(error.exit_code()) {
                Ok(0) => 0,
                // To a script a check that was asked for wrongly is one that could not tell.
                _ if is_check => check::COULD_NOT_TELL,
                Ok(status) => status,
                Err(_) => 2,
            }
        }
    }
}

/// Why there is no result.
enum StartFailure {
    /// Usage or configuration: 2.
    Config(String),
    /// It did not work: 1.
    Failed(String),
    /// Nobody reads the output any more: 0.
    Closed,
}

impl StartFailure {
    fn tell(self) -> u8 {
        let (text, status) = match self {
            Self::Config(text) => (text, 2),
            Self::Failed(text) => (text, 1),
            Self::Closed => return 0,
        };
        let _closed = writeln!(io::stderr(), "streamgauge: {}", masked(&text));
        status
    }
}

impl From<Problems> for StartFailure {
    fn from(problems: Problems) -> Self {
        Self::Config(problems.to_string())
    }
}

impl From<io::Error> for StartFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<CommandError> for StartFailure {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Self::Closed,
            failed => Self::Failed(failed.to_string()),
        }
    }
}

fn act(cli: Cli) -> Result<u8, StartFailure> {
    let env = files::environment();
    match cli.action {
        Action::Config(verb) => {
            let answer = files::run_config(verb, &cli.flags, env);
            let _closed = io::stderr().write_all(answer.stderr.as_bytes());
            io::stdout().write_all(answer.stdout.as_bytes())?;
            Ok(answer.exit)
        }
        Action::Keys => {
            let loaded = load(&cli.flags, env)?;
            let text = commands::reference(&loaded.config.keys) + &own::reference(&loaded.config.own);
            io::stdout().write_all(text.as_bytes())?;
            Ok(0)
        }
        Action::Themes => {
            let loaded = load(&cli.flags, env)?;
            io::stdout().write_all(themes(&loaded).as_bytes())?;
            Ok(0)
        }
        Action::Completions(shell) => {
            io::stdout().write_all(&cli::completions(shell))?;
            Ok(0)
        }
        Action::Man(command) => {
            let page = cli::man(command.as_deref()).map_err(StartFailure::Config)?;
            io::stdout().write_all(&page)?;
            Ok(0)
        }
        Action::Act(asked) => act_on(&load(&cli.flags, env)?, &cli.flags, &asked),
        Action::Journal(asked) => Ok(act::list(&load(&cli.flags, env)?, &asked)?),
        Action::Check(asked) => Ok(check(&cli.flags, env, asked)),
        Action::Snapshot(asked) => take_snapshot(&load(&cli.flags, env)?, &cli.flags, asked),
        Action::Picture(asked) => draw_picture(&load(&cli.flags, env)?, &cli.flags, &asked),
        Action::Demo(asked) => play_demo(&load(&cli.flags, env)?, asked),
        Action::Plain => tell(&load(&cli.flags, env)?, &cli.flags),
        Action::Console if Screen::is_dumb() => tell(&load(&cli.flags, env)?, &cli.flags),
        Action::Console => {
            let loaded = load(&cli.flags, env)?;
            // A mistake in what was asked for counts more than where it was asked.
            let target = loaded.target(&cli.flags)?;
            let skins = skins(&loaded, None)?;
            Screen::check().map_err(|unfit| StartFailure::Config(unfit.to_string()))?;
            show(&loaded, target, skins, None)
        }
    }
}

/// The config, with a theme that was asked for and can be read, whether anything is drawn or not.
fn load(flags: &Flags, env: Env) -> Result<Loaded, StartFailure> {
    let loaded = files::load(flags, env)?;
    if flags.theme.is_some() {
        files::theme(&loaded.paths, &loaded.config, &loaded.config.settings.theme)?;
    }
    Ok(loaded)
}

/// The names of the themes, a line each, the one in force marked.
fn themes(loaded: &Loaded) -> String {
    let chosen = match loaded.config.settings.theme.as_str() {
        AUTO => "default",
        name => name,
    };
    let line = |name: String| {
        let mark = if name == chosen { '*' } else { ' ' };
        format!("{mark} {name}\n")
    };
    files::theme_names(&loaded.paths).into_iter().map(line).collect()
}

fn act_on(loaded: &Loaded, flags: &Flags, asked: &cli::ActionArgs) -> Result<u8, StartFailure> {
    logging::to_stderr();
    let target = loaded.target(flags)?;
    let runtime = runtime()?;
    let result = runtime.block_on(act::run(loaded, target, timeouts(loaded), asked));
    runtime.shutdown_background();
    Ok(result?)
}

fn take_snapshot(loaded: &Loaded, flags: &Flags, asked: cli::SnapshotArgs) -> Result<u8, StartFailure> {
    logging::to_stderr();
    let target = loaded.target(flags)?;
    let wanted = snapshot::SnapshotRequest {
        format: match asked.format {
            OutputFormat::Text => snapshot::SnapshotFormat::Text,
            OutputFormat::Json => snapshot::SnapshotFormat::Json,
        },
        interval: loaded.config.settings.interval,
        all_keys: asked.all_keys,
        within: asked.within.unwrap_or(std::time::Duration::from_millis(match asked.all_keys {
            true => limits::READING_ALL_KEYS_MS,
            false => limits::READING_MS,
        })),
        count: if asked.watch { asked.count.map(u64::from) } else { Some(1) },
        watched: watched(&loaded.config, &target),
        target: TargetLine { name: target.name.clone(), address: target.address.to_string() },
    };
    let can_tell = read(loaded, &target, async |session, probing| {
        Box::pin(snapshot::run(session, probing, &wanted, &mut io::stdout())).await
    })?;
    Ok(if can_tell { 0 } else { check::COULD_NOT_TELL })
}

/// Reads a target without a console: by a session, and by probes, which are stopped after it.
fn read<T>(
    loaded: &Loaded,
    target: &Target,
    work: impl AsyncFnOnce(&mut Session, &mut Probing) -> Result<T, CommandError>,
) -> Result<T, StartFailure> {
    let ledger = LinkLedger::default();
    let session = Session::new(target, timeouts(loaded), poll_settings(loaded, target, true));
    let (mut session, mut probing) = (session.beside(&ledger), probing(loaded, target, &ledger));
    let runtime = built(Builder::new_current_thread().enable_all().build())?;
    let result = runtime.block_on(async {
        let result = work(&mut session, &mut probing).await;
        probing.probes.stop_all().await;
        result
    });
    runtime.shutdown_background();
    Ok(result?)
}

/// For scripts: every way not to know has the same status.
fn check(flags: &Flags, env: Env, asked: cli::CheckArgs) -> u8 {
    let checked = load(flags, env).and_then(|loaded| {
        logging::to_stderr();
        let target = loaded.target(flags)?;
        let wanted = check::CheckRequest {
            watch: asked.watch,
            interval: loaded.config.settings.interval,
            json: asked.format == OutputFormat::Json,
            only_critical: asked.fail_on == cli::FailOn::Critical,
            watched: watched(&loaded.config, &target),
        };
        read(&loaded, &target, async |session, probing| {
            Box::pin(check::run(session, probing, &wanted, &mut io::stdout())).await
        })
    });
    checked.unwrap_or_else(|failure| {
        failure.tell();
        check::COULD_NOT_TELL
    })
}

fn play_demo(loaded: &Loaded, asked: cli::DemoArgs) -> Result<u8, StartFailure> {
    let options = DemoOptions { scenario: asked.scenario, port: asked.port, server_bin: asked.server_bin };
    let failed = |error: demo::DemoError| StartFailure::Failed(error.to_string());
    let runtime = runtime()?;
    if asked.headless {
        logging::to_stderr();
        let played = runtime.block_on(demo::headless(options, &mut io::stdout()));
        runtime.shutdown_background();
        return played.map(|()| 0).map_err(failed);
    }
    Screen::check().map_err(|unfit| StartFailure::Config(unfit.to_string()))?;
    let skins = skins(loaded, None)?;
    logging::to_screen(loaded.config.settings.log.level);
    let demo = runtime.block_on(Demo::start(options)).map_err(failed)?;
    let target = demo.target();
    show_on(runtime, loaded, target, skins, Some(demo))
}

/// Saves a picture of the console, on a target or on a demo, without a terminal.
fn draw_picture(loaded: &Loaded, flags: &Flags, asked: &cli::PictureArgs) -> Result<u8, StartFailure> {
    let format = PictureFormat::of_file(&asked.file.to_string_lossy()).map_err(StartFailure::Config)?;
    logging::to_stderr();
    let runtime = runtime()?;
    let skins = skins(loaded, Some(Depth::True))?;
    let demo = match asked.demo {
        Some(scenario) => {
            let options = DemoOptions { scenario, ..DemoOptions::default() };
            let started = runtime.block_on(Demo::start(options));
            Some(started.map_err(|error| StartFailure::Failed(error.to_string()))?)
        }
        None => None,
    };
    let target = demo
        .as_ref()
        .map_or_else(|| loaded.target(flags).map_err(StartFailure::from), |demo| Ok(demo.target()))?;
    let console = console_of(loaded, target, skins, demo)?;
    let wanted = PictureRequest { keys: asked.keys.clone(), after: asked.after, size: asked.size };
    let (buffer, has_told) = runtime.block_on(picture::take(console, &wanted));
    runtime.shutdown_background();
    let text = pictures::written(&buffer, format);
    let failed = |error: io::Error| StartFailure::Failed(format!("{}: {error}", asked.file.display()));
    std::fs::write(&asked.file, text).map_err(failed)?;
    if !has_told {
        let text = "the server told nothing in this time: the picture shows why";
        let _closed = writeln!(io::stderr(), "streamgauge: {text}");
    }
    Ok(if has_told { 0 } else { check::COULD_NOT_TELL })
}

/// The console without a screen.
fn tell(loaded: &Loaded, flags: &Flags) -> Result<u8, StartFailure> {
    logging::to_stderr();
    let target = loaded.target(flags)?;
    let runtime = runtime()?;
    let console = console_of(loaded, target, skins(loaded, Some(Depth::True))?, None)?;
    let status = runtime.block_on(plain::run(console));
    runtime.shutdown_background();
    Ok(status?)
}

fn show(loaded: &Loaded, target: Target, skins: Skins, demo: Option<Demo>) -> Result<u8, StartFailure> {
    logging::to_screen(loaded.config.settings.log.level);
    show_on(runtime()?, loaded, target, skins, demo)
}

fn show_on(
    runtime: Runtime,
    loaded: &Loaded,
    target: Target,
    skins: Skins,
    demo: Option<Demo>,
) -> Result<u8, StartFailure> {
    let console = console_of(loaded, target, skins, demo)?;
    let status = runtime.block_on(console::run(console));
    runtime.shutdown_background();
    Ok(status?)
}

/// What is probed without a console: what the config or the command line asks for.
fn probing(loaded: &Loaded, target: &Target, ledger: &LinkLedger) -> Probing {
    let settings = &loaded.config.settings;
    let probe = &settings.probe;
    let interval_us = u64::try_from(probe.interval.as_micros()).unwrap_or(u64::MAX);
    let plan = |kind, subscribers| ProbePlan { kind, interval_us, subscribers };
    let pubsub = plan(ProbeKind::PubSub, probe.subscribers);
    let stream = probe.stream.then(|| plan(ProbeKind::Stream, 1));
    let plans = if probe.enabled { std::iter::once(pubsub).chain(stream).collect() } else { Vec::new() };
    Probing {
        probes: ProbeTasks::new(target.clone(), timeouts(loaded), ledger.clone()),
        plans,
        read_only: settings.read_only,
    }
}

fn built(built: io::Result<Runtime>) -> Result<Runtime, StartFailure> {
    built.map_err(|error| StartFailure::Failed(format!("cannot start threads: {error}")))
}

/// One thread draws, two work: polling never waits for a frame. Where nothing is drawn nothing has to be handed over.
fn runtime() -> Result<Runtime, StartFailure> {
    built(Builder::new_multi_thread().worker_threads(limits::WORKER_THREADS).enable_all().build())
}
