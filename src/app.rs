//! The console as values: what is shown, what is selected, and what a message makes of it.
//!
//! Knows no terminal and no server: messages come in, effects go out. Invariant: [`update::update`] alone
//! writes [`State`]; everybody else has `&State`.

pub mod action;
pub mod cell;
pub mod entries;
pub mod fanout;
pub mod geometry;
pub mod message;
pub mod modal;
pub mod own;
pub mod palette;
pub mod queuelist;
pub mod rows;
pub mod table;
pub mod update;
pub mod view;
pub mod works;
pub mod zone;
pub mod zoom;

pub use message::{Draw, Effect, Message, TargetMessage};
pub use update::update;
pub use view::View;

use crate::commands::{KeyMap, Place};
use crate::config::settings::PictureChoice;
use crate::core::demo::DemoStatus;
use crate::core::diagnose::finding::{Finding, Health};
use crate::core::model::Name;
use crate::core::model::link::LinkStatus;
use crate::core::model::mask::Mask;
use crate::core::reading::Reading;
use crate::core::reading::cure::Cure;
use crate::core::reading::watched::WatchSettings;
use crate::core::wire::round::Focus;
use action::{ActionSetup, Operations};
use cell::{RowId, TableId};
use entries::EntriesState;
use fanout::FanoutPart;
use geometry::Areas;
use modal::Modal;
use own::{OwnSetup, OwnState};
use queuelist::QueueList;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use table::TableState;

/// What the console is told once, at its start.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What it watches.
    pub target: TargetSetup,
    /// Keys.
    pub keymap: KeyMap,
    /// Names of the themes, in the order of the theme key.
    pub themes: Vec<String>,
    /// Which of them to begin with.
    pub theme: usize,
    /// Size of the terminal: columns, rows.
    pub size: (u16, u16),
    /// Whether this is the demo.
    pub demo: bool,
    /// Whether the mouse is ours at first.
    pub mouse: bool,
    /// Whether the terminal's cursor is shown on the focus; it always stands there.
    pub shows_cursor: bool,
    /// How pictures of the screen are saved.
    pub picture: PictureChoice,
    /// Whether names are masked from the start.
    pub masked: bool,
    /// How actions go.
    pub actions: ActionSetup,
    /// Programs of the operator's own.
    pub own: OwnSetup,
}

/// What is known of a target from the start.
#[derive(Clone, Debug)]
pub struct TargetSetup {
    /// What the operator calls it.
    pub name: String,
    /// Its address, without secrets.
    pub address: String,
    /// Painted as production.
    pub production: bool,
    /// Nothing can be written.
    pub read_only: bool,
    /// Time between polls, microseconds.
    pub interval_us: u64,
    /// What is watched, and from when on it is wrong.
    pub watched: WatchSettings,
    /// What the probe does when it is asked for.
    pub probe: ProbeSetup,
}

/// Which target a message is of and an effect is for. One that is not watched (any more) has neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetId(pub u16);

/// What the probe does when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeSetup {
    /// Begin at once.
    pub enabled: bool,
    /// Time between messages, microseconds.
    pub interval_us: u64,
    /// Subscribers of our own, where nobody says how many.
    pub subscribers: u32,
    /// With it, probe by a stream too.
    pub stream: bool,
}

impl Default for ProbeSetup {
    fn default() -> Self {
        Self { enabled: false, interval_us: 1_000_000, subscribers: 1, stream: false }
    }
}

/// Everything that the picture is made of.
#[derive(Clone, Debug)]
pub struct State {
    /// What does not change.
    pub setup: Setup,
    /// The target that is on the screen.
    pub active: Watch,
    /// Those that are watched beside it.
    pub others: Vec<Watch>,
    /// Our wall clock at the last message, milliseconds since 1970.
    pub now_ms: i64,
    /// The process's own clock at the last message, microseconds: for what is due.
    pub now_us: u64,
    /// Which theme.
    pub theme: usize,
    /// Size of the terminal: columns, rows.
    pub size: (u16, u16),
    /// Lines the log is scrolled back by.
    pub log_offset: usize,
    /// The demo, while it plays.
    pub demo: Option<DemoStatus>,
    /// Aliases that stand for names, while they are masked.
    pub mask: Option<Arc<Mask>>,
    /// The mouse.
    pub mouse: MouseState,
    /// What was typed before a movement: how many times.
    pub count: Option<usize>,
}

/// Whose the mouse is, and when it was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MouseState {
    /// Whether it works here; without that the terminal has it, to select text.
    pub is_ours: bool,
    /// When its button went down last, on the process's own clock.
    pub pressed_at_us: Option<u64>,
}

/// One target: what is known of it, where somebody is in it, and what is done to it.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Which one.
    pub id: TargetId,
    /// What does not change.
    pub setup: TargetSetup,
    /// What is known of the server.
    pub reading: Reading,
    /// What was known when the picture was stopped.
    pub frozen: Option<Box<Reading>>,
    /// The connection.
    pub link: LinkStatus,
    /// Where we are, and how we came there: never empty.
    pub trail: Vec<View>,
    /// What is selected, sorted and filtered, a table each.
    pub tables: BTreeMap<TableId, TableState>,
    /// Entries of a stream, while somebody reads them.
    pub entries: Option<EntriesState>,
    /// What lies over the picture.
    pub modal: Option<Modal>,
    /// A line for the operator, until it is old.
    pub notice: Option<Notice>,
    /// Time between polls, microseconds.
    pub interval_us: u64,
    /// Actions, running and past.
    pub operations: Operations,
    /// Which panel of the screen fills it, by its place; none where no panel does.
    pub zoom: Option<usize>,
    /// The program of the operator's own that runs, and what the last one said.
    pub own: OwnState,
    /// Which list of the fan-out screen somebody chose.
    pub fanout_chosen: Option<FanoutPart>,
    /// Families of streams that somebody has opened.
    pub open_families: BTreeSet<Name>,
    /// Which list of the queues screen and of a queue's page is shown.
    pub queue_list: QueueList,
    /// What the poller was told last.
    pub focus: Focus,
    /// What an action can do about the selected finding.
    pub cure: Option<Cure>,
}

/// What time it is: time enters the console with every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970. May jump.
    pub wall_ms: i64,
    /// Microseconds since the process began to count. Never goes back.
    pub process_us: u64,
}

/// A line for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub text: String,
    /// Whether something went wrong.
    pub is_error: bool,
    /// Until when it is shown, milliseconds since 1970.
    pub until_ms: i64,
}

impl Watch {
    /// A target before anything was read of it.
    pub fn new(id: TargetId, setup: TargetSetup) -> Self {
        /// Rates are taken over ten seconds: steady enough to read, quick enough to follow.
        const RATE_WINDOW_US: i64 = 10_000_000;
        Self {
            id,
            reading: Reading::new(RATE_WINDOW_US).watching(&setup.watched),
            frozen: None,
            link: LinkStatus::Connecting,
            trail: vec![View::Overview],
            tables: TableId::ALL.iter().map(|&id| (id, TableState::new(id))).collect(),
            entries: None,
            modal: None,
            notice: None,
            interval_us: setup.interval_us,
            operations: Operations::new(setup.read_only),
            zoom: None,
            own: OwnState::default(),
            fanout_chosen: None,
            open_families: BTreeSet::new(),
            queue_list: QueueList::First,
            focus: Focus::default(),
            cure: None,
            setup,
        }
    }
}

impl State {
    /// The console before anything was read.
    pub fn new(setup: Setup, now: Now) -> Self {
        let mut state = Self {
            active: Watch::new(TargetId::default(), setup.target.clone()),
            others: Vec::new(),
            now_ms: now.wall_ms,
            now_us: now.process_us,
            theme: setup.theme,
            size: setup.size,
            log_offset: 0,
            demo: None,
            mouse: MouseState { is_ours: setup.mouse, pressed_at_us: None },
            count: None,
            mask: setup.masked.then(Arc::default),
            setup,
        };
        update::begin(&mut state);
        state
    }

    /// What is on the screen: live, or as it was when it was stopped.
    pub fn shown(&self) -> &Reading {
        self.active.frozen.as_deref().unwrap_or(&self.active.reading)
    }

    /// Whether the picture is stopped.
    pub fn is_paused(&self) -> bool {
        self.active.frozen.is_some()
    }

    /// Where we are.
    pub fn view(&self) -> &View {
        self.active.trail.last().unwrap_or(&View::Overview)
    }

    /// Where things stand on the screen.
    pub fn areas(&self) -> Areas {
        self.areas_of(self.size)
    }

    /// Where things stand on a screen of this size, columns and rows.
    pub fn areas_of(&self, size: (u16, u16)) -> Areas {
        Areas::of(self.view(), size, self.shown().part_of_cluster().is_some())
    }

    /// Which table has the cursor here: on the overview what is wrong, as long as anything is.
    pub fn table_id(&self) -> Option<TableId> {
        match self.view() {
            View::Overview if !self.shown().findings().is_empty() => Some(TableId::Findings),
            View::Fanout => Some(self.fanout_part().table()),
            view => self.active.queue_list.table(view).or(view.table()),
        }
    }

    /// The list of the fan-out screen that has the cursor.
    pub fn fanout_part(&self) -> FanoutPart {
        self.active.fanout_chosen.unwrap_or_else(|| FanoutPart::telling(self.shown()))
    }

    /// The table that has the cursor here.
    pub fn table(&self) -> Option<&TableState> {
        self.active.tables.get(&self.table_id()?)
    }

    /// The finding under the cursor.
    pub fn selected_finding(&self) -> Option<&Finding> {
        let RowId::Finding(id, subject) = &self.table()?.selected()?.id else { return None };
        self.shown().findings().iter().find(|finding| finding.id == *id && finding.subject == *subject)
    }

    /// The places whose keys work here, from the inside to the outside.
    pub fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        if self.zoomed().is_some() {
            places.push(Place::Zoomed);
        }
        places.extend(self.view().places());
        if self.setup.demo {
            places.push(Place::Demo);
        }
        if self.active.operations.running.is_some() {
            places.push(Place::Acting);
        }
        places.push(Place::Everywhere);
        places
    }

    /// How the server fares, as far as the figures on the screen tell: while the link is down nobody knows, and figures that
    /// are stale say nothing good of it.
    pub fn health(&self) -> Option<Health> {
        let health = match self.shown().health() {
            Health::Ok | Health::Warning if self.is_stale() => Health::Unknown,
            health => health,
        };
        matches!(self.active.link, LinkStatus::Up { .. }).then_some(health)
    }

    /// Milliseconds since the data on the screen were true, by our own clock; `None` before the first.
    pub fn data_age_ms(&self) -> Option<u64> {
        let reading = self.shown();
        let taken_at_ms = reading.this_node().taken_at_ms;
        let age_ms = (taken_at_ms > 0).then(|| self.now_ms.saturating_sub(taken_at_ms))?;
        // INFO may be refused while the rest is answered: the figures are as old as the oldest part of them.
        let info_ms = reading.this_node().info_age_us().map_or(0, |us| us.div_euclid(1000));
        u64::try_from(age_ms.max(info_ms)).ok()
    }

    /// Whether the data on the screen are older than three intervals; a stopped picture says its time instead.
    pub fn is_stale(&self) -> bool {
        /// Below this an age is no news, milliseconds: a round and its drawing take their time.
        const FRESH_MS: u64 = 1_500;
        let fresh_ms = (self.active.interval_us / 1000).saturating_mul(3).max(FRESH_MS);
        !self.is_paused() && self.data_age_ms().is_some_and(|age_ms| age_ms > fresh_ms)
    }
}
