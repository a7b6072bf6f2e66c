//! Consoles in telling states for tests of pictures: made by `update` from messages alone, as the program does it.
//!
//! Knows what screens need to be looked at; draws nothing by itself but through `ui::view`. Invariant: the same
//! every time: no clock, no chance.

pub mod extreme;
pub mod fanout;
pub mod queues;
mod server;
mod streams;

use crate::app::message::{Message, TargetMessage};
use crate::app::zone::Zone;
use crate::app::{Now, Setup, State, TargetSetup, update};
use crate::commands::{Key, KeyMap};
use crate::config::theme::Theme;
use crate::core::demo::{DemoStatus, Rate, Scenario};
use crate::core::model::gap::GapScope;
use crate::core::model::info::Info;
use crate::core::model::link::{Fault, LinkStatus, Outage, Protocol};
use crate::core::model::snapshot::{ClockSource, Discovery, EntriesPage};
use crate::core::model::streams::Entry;
use crate::core::model::{Gap, GapReason, Name, Snapshot, StreamId};
use crate::core::reading::watched::WatchSettings;
use crate::ui::theme::{Depth, GlyphSet, Skin};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::LazyLock;

pub use server::round;

/// The moment of every picture: 2026-11-20 13:05:07 UTC.
pub const NOW_MS: i64 = 1_795_179_907_000;
/// The same on the process's own clock, microseconds.
pub const NOW_US: u64 = 600_000_000;
/// The two sizes of every snapshot.
pub const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A moment so many milliseconds after [`NOW_MS`].
pub fn later(ms: i64) -> Now {
    Now { wall_ms: NOW_MS + ms, process_us: NOW_US.saturating_add_signed(ms * 1000) }
}

/// A console that was just started.
pub fn console(size: (u16, u16)) -> State {
    let target = TargetSetup {
        name: "prod-eu".into(),
        address: "10.0.3.17:6379".into(),
        production: false,
        read_only: false,
        interval_us: 1_000_000,
        watched: WatchSettings::default(),
        probe: Default::default(),
    };
    let setup = Setup {
        target,
        keymap: KeyMap::default(),
        themes: vec!["default".into(), "light".into(), "mono".into()],
        theme: 0,
        size,
        demo: false,
        mouse: true,
        shows_cursor: false,
        masked: false,
        picture: Default::default(),
        actions: Default::default(),
        own: Default::default(),
    };
    State::new(setup, later(-300_000))
}

/// Tells a console something, now.
pub fn tell(state: &mut State, message: impl Into<Message>) {
    tell_at(state, message, later(0));
}

/// Tells a console something at a moment.
pub fn tell_at(state: &mut State, message: impl Into<Message>, now: Now) {
    update(state, message.into(), now);
}

/// Presses keys, written as in the config with blanks between them.
pub fn press(state: &mut State, keys: &str) {
    for key in keys.split_whitespace() {
        tell(state, Message::Key(key.parse::<Key>().unwrap()));
    }
}

/// The link as it is while all is well.
pub fn up() -> TargetMessage {
    TargetMessage::Link(LinkStatus::Up { since_us: 1, protocol: Protocol::Resp3 })
}

/// A busy server, read once a second for five minutes: streams, groups, consumers, pending rows, clients, slow
/// log, and names that would break a screen.
pub fn busy(size: (u16, u16)) -> State {
    static BUSY: LazyLock<State> = LazyLock::new(read_for_minutes);
    resized(&BUSY, size)
}

/// What takes seconds to be made, made once for all tests of a process, at this size.
fn resized(made: &State, (columns, rows): (u16, u16)) -> State {
    let mut state = made.clone();
    tell(&mut state, Message::Resized(columns, rows));
    state
}

fn read_for_minutes() -> State {
    let mut state = console((80, 24));
    tell_at(&mut state, up(), later(-300_000));
    for second in 0..=300 {
        let now = later((second - 300) * 1000);
        tell_at(&mut state, TargetMessage::Observed(Box::new(round(second))), now);
    }
    state
}

/// The same as the demo shows it.
pub fn demo(size: (u16, u16)) -> State {
    let mut state = busy(size);
    (state.setup.demo, state.active.setup.name) = (true, "demo".into());
    state.active.setup.address = "/run/user/1000/streamgauge-demo-x7f3a9/redis.sock".into();
    let status = DemoStatus {
        scenario: Scenario::DeadConsumer,
        rate: Rate::new(2.0),
        produced_per_s: Some(312.4),
        ..DemoStatus::default()
    };
    tell(&mut state, Message::Demo(status));
    state
}

/// A server without a key.
pub fn empty(size: (u16, u16)) -> State {
    let mut state = console(size);
    tell(&mut state, up());
    let full = round(300);
    let info = full.info.map(|info| Info { keyspace: Vec::new(), ..info });
    let snapshot = Snapshot {
        taken_at_ms: NOW_MS,
        at_us: NOW_MS * 1000,
        clock: ClockSource::Server,
        info,
        clients: full.clients.map(|mut clients| {
            clients.value.truncate(1);
            clients
        }),
        slowlog: Some(Vec::new()),
        latency_events: Some(Vec::new()),
        discovery: Some(Discovery { passes: 1, keys: 0, steps: 0, streams: 0 }),
        ..Snapshot::default()
    };
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot)));
    state
}

/// A user who may ask for INFO and nothing else.
pub fn denied(size: (u16, u16)) -> State {
    let mut state = console(size);
    tell(&mut state, up());
    let gap = |(what, name): (&str, &str)| Gap {
        what: what.to_owned(),
        why: GapReason::Denied,
        text: format!("{what}: not permitted for this user; ask for +{name}"),
        scope: GapScope::Command,
    };
    let refused = [
        ("SCAN", "scan"),
        ("CLIENT LIST", "client|list"),
        ("SLOWLOG GET", "slowlog|get"),
        ("LATENCY LATEST", "latency|latest"),
    ];
    let snapshot = Snapshot {
        taken_at_ms: NOW_MS,
        at_us: NOW_MS * 1000,
        clock: ClockSource::Server,
        info: round(300).info,
        gaps: refused.into_iter().map(gap).collect(),
        ..Snapshot::default()
    };
    tell(&mut state, TargetMessage::Observed(Box::new(snapshot)));
    state
}

/// The outage of [`down`] and [`waiting`].
pub fn outage() -> Outage {
    Outage {
        fault: Fault::Refused,
        error:
            "10.0.3.17:6379: connection refused: nothing listens there; is the server running, and is the \
                port right?"
                .into(),
        since_ms: NOW_MS - 12_000,
        attempts: 3,
        retry_at_us: NOW_US + 3_200_000,
        circuit_open: false,
    }
}

/// A busy server that went away twelve seconds ago.
pub fn down(size: (u16, u16)) -> State {
    let mut state = busy(size);
    tell_at(&mut state, TargetMessage::Link(LinkStatus::Down(outage())), later(12_000));
    (state.now_us, state.active.setup.production) = (NOW_US, true);
    state
}

/// A server that was never reached.
pub fn waiting(size: (u16, u16)) -> State {
    let mut state = console(size);
    tell(&mut state, TargetMessage::Link(LinkStatus::Down(outage())));
    state
}

/// Entries of `orders` as they are answered.
pub fn entries() -> EntriesPage {
    let entry = |number: u64| Entry {
        id: StreamId::new(NOW_MS as u64 - 120_000 + number * 1100, number % 3),
        fields: vec![
            (Name::from("user"), Name::from(format!("user-{}", 1000 + number * 7).as_str())),
            (Name::from("total"), Name::from(format!("{}.{:02}", 10 + number, number % 100).as_str())),
            (
                Name::from("note"),
                Name::from("a line\nwith \x1b[31mcolour, \u{1F600} and 漢字, and so long that it is cut"),
            ),
            (Name::from("raw"), Name::new(&b"\xff\xfe\x00\x01"[..])),
        ],
    };
    EntriesPage { key: Name::from("orders"), at_us: NOW_MS * 1000, entries: (0..100).map(entry).collect() }
}

/// A skin of a theme that comes with the program.
pub fn skin(theme: &str, depth: Depth, set: GlyphSet) -> Skin {
    Skin::new(&Theme::builtin(theme).unwrap(), depth, set)
}

/// The picture of a console at its size, in the default theme.
pub fn drawn(state: &State) -> Buffer {
    drawn_with(state, &skin("default", Depth::True, GlyphSet::Full))
}

/// The picture of a console at its size, and what stands where in it.
pub fn drawn_zones(state: &State) -> (Buffer, Vec<Zone>) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    let zones = crate::ui::view(state, &skin("default", Depth::True, GlyphSet::Full), &mut buffer);
    (buffer, zones)
}

/// The picture of a console at its size.
pub fn drawn_with(state: &State, skin: &Skin) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1));
    crate::ui::view(state, skin, &mut buffer);
    buffer
}
