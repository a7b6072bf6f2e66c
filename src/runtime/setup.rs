//! What a console is made of, from the config and the target.
//!
//! Knows which setting goes where; starts nothing. Invariant: the server of a demo leaves nothing behind on this machine.

use super::act;
use super::actor::ActorSetup;
use super::console::Console;
use super::probes::ProbeTasks;
use super::settings::{name_of, poll_settings, watched};
use crate::actions::program::ProgramSetup;
use crate::app::action::ActionSetup;
use crate::app::own::OwnSetup;
use crate::app::{ProbeSetup, Setup, TargetSetup};
use crate::config::own::{OwnValues, Placeholder};
use crate::config::{Address, Config, Problems, Target};
use crate::edge::demo::{self, Demo};
use crate::edge::files::{self, Loaded};
use crate::edge::link::{LinkLedger, Timeouts, Writer};
use crate::edge::source::Session;
use crate::ui::theme::Skin;

/// The themes that can be read.
pub struct Skins {
    /// What they are called.
    pub names: Vec<String>,
    /// How they look on this terminal.
    pub skins: Vec<Skin>,
    /// The one to begin with.
    pub first: usize,
}

/// What the console is made of, for this target.
pub fn console_of(
    loaded: &Loaded,
    target: Target,
    skins: Skins,
    demo: Option<Demo>,
) -> Result<Console, Problems> {
    let settings = &loaded.config.settings;
    // A demo is watched by its own config: its limits are short, its tiers and counters are known.
    let demo_config = demo.as_ref().map(|_| demo::config()).transpose()?;
    let mut poll = poll_settings(loaded, &target, false);
    if let Some(config) = &demo_config {
        poll.counters = config.counters.clone();
        poll.queue_lists = config.settings.queues.lists.iter().map(name_of).collect();
        poll.queue_tenant = config.settings.queues.tenant();
    }
    let watched_by = demo_config.as_ref().unwrap_or(&loaded.config);
    let setup = Setup {
        target: target_setup(loaded, watched_by, &target, poll.interval_us),
        keymap: loaded.config.keys.clone(),
        themes: skins.names,
        theme: skins.first,
        size: (80, 24),
        demo: demo.is_some(),
        mouse: settings.mouse,
        shows_cursor: settings.cursor,
        masked: settings.mask,
        picture: settings.picture,
        actions: action_setup(loaded),
        own: own_setup(loaded, &target),
    };
    let (timeouts, ledger) = (timeouts(loaded), LinkLedger::default());
    let probes = ProbeTasks::new(target.clone(), timeouts, ledger.clone());
    let actor = ActorSetup {
        writer: Writer::new(&target, timeouts, settings.read_only).map(|writer| writer.noted_in(&ledger)),
        journal: act::journal(loaded),
        target: target.clone(),
        timeouts,
        archive_max: settings.actions.archive_max,
        held: settings.queues.held_times(),
        ledger: ledger.clone(),
        who: files::operator(&loaded.env),
        programs: Some(programs(loaded, &target)),
    };
    // The server of a demo is gone with it.
    let state = loaded.paths.state_dir.clone().filter(|_| demo.is_none());
    let begin = move || Session::new(&target, timeouts, poll.clone()).beside(&ledger);
    let session = Box::new(move || begin().remembering(state.clone()));
    let pictures = loaded.paths.state_dir.as_ref().map(|folder| folder.join("pictures"));
    Ok(Console { setup, skins: skins.skins, fps: settings.fps, session, probes, actor, demo, pictures })
}

fn target_setup(loaded: &Loaded, watched_by: &Config, target: &Target, interval_us: u64) -> TargetSetup {
    let settings = &loaded.config.settings;
    TargetSetup {
        name: target.name.clone(),
        address: target.address.to_string(),
        production: target.production,
        read_only: settings.read_only,
        interval_us,
        watched: watched(watched_by, target),
        probe: ProbeSetup {
            enabled: settings.probe.enabled,
            interval_us: u64::try_from(settings.probe.interval.as_micros()).unwrap_or(u64::MAX),
            subscribers: settings.probe.subscribers,
            stream: settings.probe.stream,
        },
    }
}

fn action_setup(loaded: &Loaded) -> ActionSetup {
    let settings = &loaded.config.settings.actions;
    ActionSetup {
        unlock_ms: u64::try_from(settings.unlock_for.as_millis()).unwrap_or(u64::MAX),
        protect: settings.protect.iter().map(name_of).collect(),
        invalidate_per_s: Some(u64::from(settings.invalidate_per_s)).filter(|per_s| *per_s > 0),
        warm_ups: loaded.config.warm_ups.clone(),
    }
}

/// Programs of the operator's own, and what can be put into their arguments.
fn own_setup(loaded: &Loaded, target: &Target) -> OwnSetup {
    let mut values = OwnValues::from([(Placeholder::Db, target.database.to_string().into_bytes())]);
    let scheme = if target.tls.is_some() { "rediss" } else { "redis" };
    let url = match &target.address {
        Address::Tcp { host, port } => {
            values.insert(Placeholder::Host, host.clone().into_bytes());
            values.insert(Placeholder::Port, port.to_string().into_bytes());
            format!("{scheme}://{}/{}", target.address, target.database)
        }
        Address::Unix(path) => {
            values.insert(Placeholder::Socket, path.as_os_str().as_encoded_bytes().to_vec());
            format!("redis+unix://{}?db={}", target.address, target.database)
        }
    };
    values.insert(Placeholder::Url, url.into_bytes());
    OwnSetup { commands: loaded.config.own.clone(), target: values }
}

/// What programs of the operator's own are started with: no password of any target stands in their environment.
fn programs(loaded: &Loaded, target: &Target) -> ProgramSetup {
    let targets = loaded.config.targets.values();
    let hidden = targets.filter_map(|target| target.password_env.clone()).collect();
    ProgramSetup { password: target.password.clone(), hidden }
}

/// How long anything may take.
pub fn timeouts(loaded: &Loaded) -> Timeouts {
    let settings = &loaded.config.settings;
    let response = settings.response_timeout;
    Timeouts { connect: settings.connect_timeout, poll: response, control: response }
}
