//! The console's loop: messages in, effects out, a frame when something changed.
//!
//! Invariants: nothing in the loop waits for anything but the next event; the terminal is given back on every
//! way out.

use super::actor::{Actor, ActorSetup};
use super::effects::{LoopStep, perform};
use super::frames::Frames;
use super::logging;
use super::probes::ProbeTasks;
use crate::app::{self, Draw, Message, Now, Setup, State, TargetId, TargetMessage, View};
use crate::core::limits::LEAVE_ACTION_MS;
use crate::edge::clock;
use crate::edge::demo::{Demo, DemoControl};
use crate::edge::source::{Event, PollHandle, Session, poll};
use crate::edge::term::{Input, Screen, Signal, Signals, stop_self};
use crate::ui;
use crate::ui::theme::Skin;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;

/// How often a poller that failed is begun anew.
const POLLER_LIVES: u32 = 5;
/// How long leaving may take before the process ends without it: a terminal that nobody reads takes no byte.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// What the console is made of.
pub struct Console {
    /// What it is told.
    pub setup: Setup,
    /// One skin a theme, in the order of the theme key.
    pub skins: Vec<Skin>,
    /// Frames a second for data.
    pub fps: u32,
    /// Makes the session that is polled; again when a poller failed.
    pub session: Box<dyn Fn() -> Session + Send>,
    /// Probes that can be begun.
    pub probes: ProbeTasks,
    /// What actions are made with.
    pub actor: ActorSetup,
    /// The demo behind it, if it is one.
    pub demo: Option<Demo>,
}

struct ConsoleTasks {
    /// Whose tasks they are.
    target: TargetId,
    state: State,
    skins: Vec<Skin>,
    frames: Frames,
    screen: Screen,
    poll: PollHandle,
    probes: ProbeTasks,
    actor: Actor,
    demo: Option<DemoControl>,
    title: String,
}

/// Runs the console until somebody leaves; the exit status.
///
/// # Errors
/// What the terminal refused, and why it can't be read any more although it is there.
pub async fn run(mut console: Console) -> io::Result<u8> {
    let title = title(&console.setup.target.name);
    let mut signals = Signals::listen()?;
    let signalled = Signals::listen()?;
    let screen = Screen::enter(&title)?;
    let mut input = Input::listen()?;
    console.setup.size = crate::edge::term::size()?;
    let (poll, mut events, mut poller) = poll((console.session)());
    let (actor, mut acts) = Actor::new(console.actor);
    let acting = actor.acting();
    let watched = tokio::spawn(watch_signals(signalled, Arc::clone(&acting)));
    let demo = console.demo.as_ref().map(Demo::control);
    let state = State::new(console.setup, now());
    let mut running = ConsoleTasks {
        target: state.active.id,
        state,
        skins: console.skins,
        frames: Frames::new(console.fps),
        screen,
        poll,
        probes: console.probes,
        actor,
        demo,
        title,
    };
    running.frames.want(Draw::Now, Instant::now());
    let mut tick = every_second();
    let (mut lives, mut is_polled, mut unheard) = (POLLER_LIVES, true, None);
    // A terminal that is gone ends the console quietly, wherever that shows first.
    let status = loop {
        let step = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::Leave(status) => break status,
                Signal::Suspend => LoopStep::Suspend,
                Signal::Resumed => running.come_back().unwrap_or(LoopStep::Quit),
            },
            message = input.next() => running.take_input(message, &mut unheard),
            () = frame_due(running.frames.due()) => {
                if running.draw().is_err() {
                    break 0;
                }
                LoopStep::GoOn
            }
            event = events.recv(), if is_polled => match event {
                Some(event) => running.told(message_of(event)),
                None if lives > 0 => {
                    lives -= 1;
                    running.begin_anew(&console.session, &mut events, &mut poller)
                }
                None => {
                    is_polled = false;
                    running.told(TargetMessage::Trouble("polling failed again and again: see the log, then leave".to_owned()))
                }
            },
            (kind, event) = running.probes.next() => running.told(TargetMessage::Probe(kind, event)),
            Some(message) = acts.recv() => running.told(message),
            _ = tick.tick() => running.tick(),
        };
        match step {
            LoopStep::Quit => break 0,
            LoopStep::Suspend if running.suspend().await.is_err() => break 0,
            LoopStep::Suspend | LoopStep::GoOn => {}
        }
    };
    watched.abort();
    watch_leaving(status, &acting);
    poller.abort();
    Box::pin(running.leave(acts, console.demo)).await;
    unheard.map_or(Ok(status), Err)
}

/// Turns that were missed are not made up for.
fn every_second() -> tokio::time::Interval {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    tick
}

/// A name may be a path, and a path may hold anything: in a title an escape sequence would be obeyed.
fn title(target_name: &str) -> String {
    format!("streamgauge {}", target_name.replace(|c: char| c.is_control(), " "))
}

impl ConsoleTasks {
    /// Gives the terminal back first, then ends what was begun.
    async fn leave(self, acts: Receiver<TargetMessage>, demo: Option<Demo>) {
        let Self { actor, screen, mut probes, .. } = self;
        drop(screen);
        // Nobody listens any more: what an action has to say is in the journal.
        drop(acts);
        if actor.acting().load(Ordering::Relaxed) {
            let text = "streamgauge: waiting for the action that runs to end after its step";
            let _closed = writeln!(io::stderr(), "{text}");
        }
        actor.leave().await;
        probes.stop_all().await;
        if let Some(demo) = demo {
            demo.stop().await;
        }
    }

    /// Takes in what the target tells.
    fn told(&mut self, message: TargetMessage) -> LoopStep {
        self.take(Message::From(self.target, message))
    }

    /// Takes a message in and carries out what follows.
    fn take(&mut self, message: Message) -> LoopStep {
        let mut waiting = vec![message];
        let mut result = LoopStep::GoOn;
        while let Some(message) = waiting.pop() {
            let (draw, effects) = app::update(&mut self.state, message, now());
            self.frames.want(draw, Instant::now());
            for effect in effects.into_iter().filter(|(target, _)| *target == self.target) {
                let (step, answer) =
                    perform(effect, &self.poll, (&mut self.probes, &mut self.actor), self.demo.as_ref());
                waiting.extend(answer);
                if step != LoopStep::GoOn {
                    result = step;
                }
            }
        }
        result
    }

    /// A terminal that is gone ends the console, and so does one that can't be read: why goes to `unheard`.
    fn take_input(
        &mut self,
        message: io::Result<Option<Message>>,
        unheard: &mut Option<io::Error>,
    ) -> LoopStep {
        match message {
            Ok(Some(message)) => self.take(message),
            Ok(None) => LoopStep::Quit,
            Err(error) => {
                *unheard =
                    Some(io::Error::new(error.kind(), format!("cannot read the terminal's keys: {error}")));
                LoopStep::Quit
            }
        }
    }

    fn tick(&mut self) -> LoopStep {
        if let Some(demo) = &self.demo {
            let status = demo.status();
            self.take(Message::Demo(status));
        }
        if *self.state.view() == View::Log && !self.state.is_paused() {
            self.frames.want(Draw::Data, Instant::now());
        }
        self.take(Message::Tick)
    }

    fn draw(&mut self) -> io::Result<()> {
        logging::move_events();
        let (state, skin) = (&self.state, self.skins.get(self.state.theme));
        if let Some(skin) = skin.or(self.skins.first()) {
            self.screen.draw(|buffer| ui::view(state, skin, buffer))?;
        }
        self.frames.drawn(Instant::now());
        Ok(())
    }

    async fn suspend(&mut self) -> io::Result<()> {
        self.actor.stand_still().await;
        crate::edge::term::restore();
        stop_self()?;
        // It goes on, unless it was paused before.
        self.actor.control(self.state.active.operations.control.clone());
        self.come_back().map(|_| ())
    }

    fn come_back(&mut self) -> io::Result<LoopStep> {
        self.screen.enter_again(&self.title)?;
        let (columns, rows) = crate::edge::term::size()?;
        self.take(Message::Resized(columns, rows));
        Ok(self.take(Message::Resumed))
    }

    /// A poller that failed is begun anew: its last picture stays.
    fn begin_anew(
        &mut self,
        session: &(dyn Fn() -> Session + Send),
        events: &mut Receiver<Event>,
        poller: &mut tokio::task::JoinHandle<()>,
    ) -> LoopStep {
        let (poll, told, task) = poll(session());
        (self.poll, *events, *poller) = (poll, told, task);
        self.poll.focus.send_replace(self.state.active.focus.clone());
        self.told(TargetMessage::Trouble("polling failed and was begun anew: see the log".to_owned()))
    }
}

fn message_of(event: Event) -> TargetMessage {
    match event {
        Event::Observed(snapshot) => TargetMessage::Observed(snapshot),
        Event::Link(status) => TargetMessage::Link(status),
        Event::Entries(question, answer) => TargetMessage::Entries(question, answer),
        Event::FetchLater(fetch, wait_s) => TargetMessage::FetchLater(fetch, wait_s),
    }
}

fn now() -> Now {
    Now { wall_ms: clock::wall_ms(), process_us: clock::now_us() }
}

async fn frame_due(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// The loop may hang in a write when a signal comes: then it is followed here.
async fn watch_signals(mut signals: Signals, acting: Arc<AtomicBool>) {
    loop {
        if let Signal::Leave(status) = signals.next().await {
            watch_leaving(status, &acting);
            return;
        }
    }
}

/// Ends the process in a while, whatever still waits; an action that runs has the time to end after its step.
fn watch_leaving(status: u8, acting: &Arc<AtomicBool>) {
    let acting = Arc::clone(acting);
    std::thread::spawn(move || {
        std::thread::sleep(LEAVE_WITHIN);
        let until = Instant::now() + Duration::from_millis(LEAVE_ACTION_MS);
        while acting.load(Ordering::Relaxed) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        crate::edge::term::release();
        std::process::exit(status.into());
    });
}
