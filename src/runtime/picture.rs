//! A picture of the console without a terminal: watches for a while, presses keys, draws once.
//!
//! Knows when to press and when to draw. Invariants: it ends by itself after the time that was asked for, what it began ends
//! with it, and whatever keys it presses no action is carried out: it has nothing to write with.

use super::console::Console;
use super::effects::LoopStep;
use super::tasks::{TargetTasks, every_second, message_of};
use crate::app::{Message, TargetMessage};
use crate::commands::Key;
use crate::edge::source::{Event, poll};
use crate::ui;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, Interval};

/// How long the console is watched after each key: its screen may have to be read first.
const AFTER_KEY: Duration = Duration::from_millis(1_500);

/// Which picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRequest {
    /// Keys to press, in their order.
    pub keys: Vec<Key>,
    /// How long to watch before the first key.
    pub after: Duration,
    /// Columns and rows.
    pub size: (u16, u16),
}

/// Watches, presses the keys, and draws the screen that is there then; whether the server told anything by then.
pub async fn take(mut console: Console, wanted: &PictureRequest) -> (Buffer, bool) {
    console.setup.size = wanted.size;
    // A key may confirm a plan, and a picture changes nothing.
    console.actor.writer = None;
    console.actor.programs = None;
    let (handle, events, poller) = poll((console.session)());
    let made = (console.probes, console.actor);
    let (tasks, acts) = TargetTasks::new(console.setup, handle, made, console.demo.as_ref());
    let mut watch = PictureWatch { tasks, events, acts, tick: every_second() };
    watch.watch(wanted.after).await;
    for key in &wanted.keys {
        if watch.tasks.take(Message::Key(*key), |_| ()) != LoopStep::GoOn {
            break;
        }
        watch.watch(AFTER_KEY).await;
    }
    let (columns, rows) = wanted.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    if let Some(skin) = console.skins.get(watch.tasks.state.theme).or(console.skins.first()) {
        ui::view(&watch.tasks.state, skin, &mut buffer);
    }
    let has_told = watch.tasks.state.shown().this_node().taken_at_ms > 0;
    poller.abort();
    let TargetTasks { actor, mut probes, .. } = watch.tasks;
    drop(watch.acts);
    actor.leave().await;
    probes.stop_all().await;
    if let Some(demo) = console.demo {
        demo.stop().await;
    }
    (buffer, has_told)
}

/// What is watched.
struct PictureWatch {
    tasks: TargetTasks,
    events: Receiver<Event>,
    acts: Receiver<TargetMessage>,
    tick: Interval,
}

impl PictureWatch {
    /// Takes in what comes for so long.
    async fn watch(&mut self, time: Duration) {
        let until = Instant::now() + time;
        loop {
            let message = tokio::select! {
                biased;
                () = tokio::time::sleep_until(until) => return,
                Some(event) = self.events.recv() => self.tasks.message_from(message_of(event)),
                (kind, event) = self.tasks.probes.next() => {
                    self.tasks.message_from(TargetMessage::Probe(kind, event))
                }
                Some(message) = self.acts.recv() => self.tasks.message_from(message),
                _ = self.tick.tick() => {
                    if let Some(demo) = &self.tasks.demo {
                        let status = demo.status();
                        self.tasks.take(Message::Demo(status), |_| ());
                    }
                    Message::Tick
                }
            };
            self.tasks.take(message, |_| ());
        }
    }
}
