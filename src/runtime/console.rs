//! The console's loop: messages in, effects out, a frame when something changed.
//!
//! Invariants: nothing in the loop waits for anything but the next event; the terminal is given back on every
//! way out.

use super::actor::ActorSetup;
use super::effects::LoopStep;
use super::frames::Frames;
use super::logging;
use super::probes::ProbeTasks;
use super::tasks::{ScreenOrder, TargetTasks, every_second, message_of};
use crate::app::zone::{Zone, zone_at};
use crate::app::{Draw, Message, Setup, TargetMessage, View};
use crate::config::settings::PictureChoice;
use crate::core::limits::LEAVE_ACTION_MS;
use crate::edge::demo::Demo;
use crate::edge::source::{Event, Session, poll};
use crate::edge::term::{Caret, Input, Screen, Signal, Signals, TermInput, stop_self};
use crate::edge::{clock, files};
use crate::ui;
use crate::ui::focus::FocusCell;
use crate::ui::picture::{PictureFormat, written};
use crate::ui::theme::Skin;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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
    /// Where pictures of the screen go; none without a home folder.
    pub pictures: Option<PathBuf>,
}

struct ConsoleTasks {
    tasks: TargetTasks,
    skins: Vec<Skin>,
    frames: Frames,
    screen: Screen,
    /// What stands where in the frame that was drawn last.
    zones: Vec<Zone>,
    title: String,
    /// Where pictures of the screen go; none without a home folder.
    pictures: Option<PathBuf>,
}

/// Runs the console until somebody leaves; the exit status.
///
/// # Errors
/// What the terminal refused, and why it can't be read any more although it is there.
pub async fn run(mut console: Console) -> io::Result<u8> {
    let title =
        if console.setup.masked { "streamgauge".to_owned() } else { title(&console.setup.target.name) };
    let mut signals = Signals::listen()?;
    let signalled = Signals::listen()?;
    let mut screen = Screen::enter(&title)?;
    screen.set_mouse(console.setup.mouse)?;
    let mut input = Input::listen()?;
    console.setup.size = crate::edge::term::size()?;
    let (poll, mut events, mut poller) = poll((console.session)());
    let made = (console.probes, console.actor);
    let (tasks, mut acts) = TargetTasks::new(console.setup, poll, made, console.demo.as_ref());
    let acting = tasks.actor.acting();
    let watched = tokio::spawn(watch_signals(signalled, Arc::clone(&acting)));
    let (frames, pictures) = (Frames::new(console.fps), console.pictures);
    let (skins, zones) = (console.skins, Vec::new());
    let mut running = ConsoleTasks { tasks, skins, frames, screen, zones, title, pictures };
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
            heard = input.next() => running.take_input(heard, &mut unheard),
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
            (kind, event) = running.tasks.probes.next() => running.told(TargetMessage::Probe(kind, event)),
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

/// A name may be a path, and a path may hold anything: in a title an escape sequence would be obeyed.
fn title(target_name: &str) -> String {
    format!("streamgauge {}", target_name.replace(|c: char| c.is_control(), " "))
}

impl ConsoleTasks {
    /// Gives the terminal back first, then ends what was begun.
    async fn leave(self, acts: Receiver<TargetMessage>, demo: Option<Demo>) {
        let Self { tasks: TargetTasks { actor, mut probes, .. }, screen, .. } = self;
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
        self.take(self.tasks.message_from(message))
    }

    /// Takes a message in and carries out what follows.
    fn take(&mut self, message: Message) -> LoopStep {
        let frames = &mut self.frames;
        let step = self.tasks.take(message, |draw| frames.want(draw, Instant::now()));
        for order in std::mem::take(&mut self.tasks.orders) {
            match order {
                // A terminal that is gone shows with the next frame.
                ScreenOrder::Copy(text) => drop(self.screen.copy(&text)),
                ScreenOrder::Save(format) => self.save_screen(format),
                ScreenOrder::CopyRow => self.copy_row(),
                ScreenOrder::Mouse(is_ours) => drop(self.screen.set_mouse(is_ours)),
            }
        }
        step
    }

    /// The selected row with its figures, to the clipboard.
    fn copy_row(&mut self) {
        let state = &self.tasks.state;
        let skin = self.skins.get(state.theme).or(self.skins.first());
        let Some(text) = skin.and_then(|skin| ui::row_text(state, skin)) else { return };
        drop(self.screen.copy(&text));
        self.told(TargetMessage::Told(format!("sent to the terminal's clipboard: {text}")));
    }

    /// Writes the screen to a file beside the loop, which waits for no disk.
    fn save_screen(&self, format: PictureChoice) {
        let (columns, rows) = self.tasks.state.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let state = &self.tasks.state;
        if let Some(skin) = self.skins.get(state.theme).or(self.skins.first()) {
            ui::view(state, skin, &mut buffer);
        }
        let folder = self.pictures.clone();
        let (taken_at_ms, is_masked) = (clock::wall_ms(), state.mask.is_some());
        self.tasks.actor.tell_later(move || {
            let ending = format.name();
            let form = PictureFormat::of_file(ending).unwrap_or(PictureFormat::Svg);
            let text = written(&buffer, form);
            let saved = files::save_picture(folder.as_deref(), taken_at_ms, ending, &text);
            match saved {
                // Where homes are says whose.
                Ok(path) => {
                    let shown = path.file_name().filter(|_| is_masked).map_or(path.as_path(), Path::new);
                    TargetMessage::Told(format!("the screen is saved: {}", shown.display()))
                }
                Err(error) => TargetMessage::Trouble(format!("the screen is not saved: {error}")),
            }
        });
    }

    /// A terminal that is gone ends the console, and so does one that can't be read: why goes to `unheard`.
    fn take_input(
        &mut self,
        input: io::Result<Option<TermInput>>,
        unheard: &mut Option<io::Error>,
    ) -> LoopStep {
        match input {
            Ok(Some(TermInput::Message(message))) => self.take(message),
            Ok(Some(TermInput::Mouse(report))) => {
                let target = zone_at(&self.zones, report.at).cloned();
                self.take(Message::Mouse(report.act, target))
            }
            Ok(None) => LoopStep::Quit,
            Err(error) => {
                *unheard =
                    Some(io::Error::new(error.kind(), format!("cannot read the terminal's keys: {error}")));
                LoopStep::Quit
            }
        }
    }

    fn tick(&mut self) -> LoopStep {
        if let Some(demo) = &self.tasks.demo {
            let status = demo.status();
            self.take(Message::Demo(status));
        }
        if *self.tasks.state.view() == View::Log && !self.tasks.state.is_paused() {
            self.frames.want(Draw::Data, Instant::now());
        }
        self.take(Message::Tick)
    }

    fn draw(&mut self) -> io::Result<()> {
        logging::move_events();
        let state = &self.tasks.state;
        let skin = self.skins.get(state.theme);
        if let Some(skin) = skin.or(self.skins.first()) {
            let (zones, always) = (&mut self.zones, state.setup.shows_cursor);
            self.screen.draw(|buffer| {
                let (drawn, focus) = ui::view_with_focus(state, skin, buffer);
                *zones = drawn;
                caret(focus, always, buffer)
            })?;
        }
        self.frames.drawn(Instant::now());
        Ok(())
    }

    async fn suspend(&mut self) -> io::Result<()> {
        self.tasks.actor.stand_still().await;
        crate::edge::term::restore();
        stop_self()?;
        // It goes on, unless it was paused before.
        let control = self.tasks.state.active.operations.control.clone();
        self.tasks.actor.control(control);
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
        (self.tasks.poll, *events, *poller) = (poll, told, task);
        self.tasks.poll.focus.send_replace(self.tasks.state.active.focus.clone());
        self.told(TargetMessage::Trouble("polling failed and was begun anew: see the log".to_owned()))
    }
}

/// Where the terminal's cursor goes: on the focus, and shown where something is typed or the operator wants it. Where it is
/// shown the picture paints none.
fn caret(focus: Option<FocusCell>, always: bool, buffer: &mut Buffer) -> Option<Caret> {
    let FocusCell { x, y, is_typed } = focus?;
    if is_typed && let Some(cell) = buffer.cell_mut((x, y)) {
        cell.modifier.remove(Modifier::REVERSED);
    }
    Some(Caret { x, y, is_shown: is_typed || always })
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
