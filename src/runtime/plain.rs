//! The console without a screen, for somebody who listens: changes as lines, and answers to typed lines.
//!
//! Knows the poller's messages, typed lines and signals; what is told is made elsewhere. Invariants: a slow reader or one
//! that went away stops nothing; whatever is typed, nothing is written to the server: it has nothing to write with.

use super::console::Console;
use super::tasks::{TargetTasks, every_second, message_of};
use crate::app::{Message, TargetMessage};
use crate::core::limits::{PLAIN_LINE_BYTES, PLAIN_LINES_WAITING};
use crate::edge::clock;
use crate::edge::source::poll;
use crate::edge::term::{Signal, Signals, stop_self};
use crate::report::plain::{HELP, PlainQuestion, PlainWatch, stamped};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long the last lines may take to be written.
const LAST_LINES: Duration = Duration::from_secs(1);
/// Typed lines that wait for their answer.
const TYPED: usize = 16;

/// Tells changes and answers until somebody leaves; the exit status.
///
/// # Errors
/// Signals can't be listened to.
pub async fn run(mut console: Console) -> io::Result<u8> {
    let mut signals = Signals::listen()?;
    console.actor.writer = None;
    let (mut out, closed) = PlainOutput::begin();
    let mut typed = typed_lines();
    let (handle, mut events, poller) = poll((console.session)());
    let made = (console.probes, console.actor);
    let (tasks, mut acts) = TargetTasks::new(console.setup, handle, made, console.demo.as_ref());
    let mut told = PlainTold { tasks, watch: PlainWatch::default() };
    let first = format!("streamgauge on {}. {HELP}", told.called());
    told.masked(vec![stamped(clock::wall_ms(), &first)]).into_iter().for_each(|line| out.tell(line));
    let (mut tick, mut closed) = (every_second(), closed);
    let status = loop {
        let message = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::Leave(status) => break status,
                // A terminal that stopped us tells nothing meanwhile.
                Signal::Suspend => {
                    stop_self()?;
                    continue;
                }
                Signal::Resumed => continue,
            },
            _ = &mut closed => break 0,
            line = typed.recv() => match line.as_deref().map(PlainQuestion::of) {
                None | Some(Some(PlainQuestion::Leave)) => break 0,
                Some(question) => {
                    let answer = question.map(|question| told.answer(question));
                    answer.into_iter().flatten().for_each(|line| out.tell(line));
                    continue;
                }
            },
            Some(event) = events.recv() => told.tasks.message_from(message_of(event)),
            (kind, event) = told.tasks.probes.next() => told.tasks.message_from(TargetMessage::Probe(kind, event)),
            Some(message) = acts.recv() => told.tasks.message_from(message),
            _ = tick.tick() => Message::Tick,
        };
        told.tasks.take(message, |_| ());
        told.changes().into_iter().for_each(|line| out.tell(line));
    };
    poller.abort();
    let TargetTasks { actor, mut probes, .. } = told.tasks;
    drop(acts);
    actor.leave().await;
    probes.stop_all().await;
    if let Some(demo) = console.demo {
        demo.stop().await;
    }
    out.end();
    Ok(status)
}

/// What is known, and what of it was told.
struct PlainTold {
    tasks: TargetTasks,
    watch: PlainWatch,
}

impl PlainTold {
    fn called(&self) -> String {
        let setup = &self.tasks.state.active.setup;
        match setup.name == setup.address {
            true => setup.name.clone(),
            false => format!("{} ({})", setup.name, setup.address),
        }
        .replace(char::is_control, " ")
    }

    fn answer(&self, question: PlainQuestion) -> Vec<String> {
        self.masked(question.answer(self.tasks.state.shown(), &self.called()))
    }

    fn changes(&mut self) -> Vec<String> {
        let active = &self.tasks.state.active;
        let lines = self.watch.advance(clock::wall_ms(), &active.link, &active.reading);
        self.masked(lines)
    }

    /// With aliases in place of names, where those are wanted.
    fn masked(&self, lines: Vec<String>) -> Vec<String> {
        match &self.tasks.state.mask {
            Some(mask) => lines.iter().map(|line| mask.text(line).into_owned()).collect(),
            None => lines,
        }
    }
}

/// Standard output, written to by a thread: whoever reads it may be slow, or gone.
struct PlainOutput {
    lines: SyncSender<String>,
    /// Lines that found no room.
    lost: u64,
    written: std::sync::mpsc::Receiver<()>,
}

impl PlainOutput {
    /// Begins; and what tells that nobody reads any more.
    fn begin() -> (Self, oneshot::Receiver<()>) {
        let (lines, waiting) = sync_channel::<String>(PLAIN_LINES_WAITING);
        let (over, written) = sync_channel(1);
        let (closing, closed) = oneshot::channel();
        std::thread::spawn(move || {
            let mut out = io::stdout();
            for line in waiting {
                if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                    let _left = closing.send(());
                    return;
                }
            }
            let _left = over.send(());
            // Kept until then: a sender that is dropped would tell that nobody reads.
            drop(closing);
        });
        (Self { lines, lost: 0, written }, closed)
    }

    fn tell(&mut self, line: String) {
        if self.lost > 0 {
            let lost = format!("{} lines were left out: the output was not read", self.lost);
            match self.lines.try_send(lost) {
                Ok(()) => self.lost = 0,
                Err(_) => self.lost = self.lost.saturating_add(1),
            }
        }
        if self.lost == 0 && matches!(self.lines.try_send(line), Err(TrySendError::Full(_))) {
            self.lost = 1;
        }
    }

    /// Gives what waits a moment to be written.
    fn end(self) {
        drop(self.lines);
        let _late = self.written.recv_timeout(LAST_LINES);
    }
}

/// Lines from standard input until its end, by a thread.
fn typed_lines() -> mpsc::Receiver<String> {
    let (lines, typed) = mpsc::channel(TYPED);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = Vec::new();
            match (&mut input).take(PLAIN_LINE_BYTES).read_until(b'\n', &mut line) {
                Ok(1..) if lines.blocking_send(String::from_utf8_lossy(&line).into_owned()).is_ok() => {}
                _ => return,
            }
        }
    });
    typed
}
