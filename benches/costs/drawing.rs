//! The streams screen with 2,000 rows: taking a round in, and drawing a frame.

use criterion::Criterion;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use streamgauge::app::{Message, Now, Setup, State, TargetId, TargetMessage, TargetSetup, update};
use streamgauge::commands::KeyMap;
use streamgauge::config::theme::Theme;
use streamgauge::core::model::{Name, Snapshot};
use streamgauge::core::wire::ReadCmd;
use streamgauge::core::wire::decode::decode;
use streamgauge::ui;
use streamgauge::ui::theme::{Depth, GlyphSet, Skin};

use crate::{key, observe, server_with};

const STREAMS: usize = 2_000;
const SIZE: (u16, u16) = (120, 40);

fn console() -> State {
    let setup = Setup {
        target: TargetSetup {
            name: "bench".to_owned(),
            address: "bench".to_owned(),
            production: false,
            read_only: false,
            interval_us: 1_000_000,
            watched: streamgauge::core::reading::watched::WatchSettings::default(),
            probe: Default::default(),
        },
        keymap: KeyMap::default(),
        themes: vec!["default".to_owned()],
        theme: 0,
        size: SIZE,
        mouse: true,
        demo: false,
        shows_cursor: false,
        masked: false,
        picture: Default::default(),
        actions: Default::default(),
        own: Default::default(),
    };
    State::new(setup, at(0))
}

fn at(second: i64) -> Now {
    Now { wall_ms: 1_700_000_000_000 + second * 1_000, process_us: second.unsigned_abs() * 1_000_000 }
}

/// What was read at a second.
fn round(snapshot: &Snapshot, second: i64) -> Message {
    let snapshot = Snapshot { taken_at_ms: at(second).wall_ms, ..snapshot.clone() };
    Message::From(TargetId::default(), TargetMessage::Observed(Box::new(snapshot)))
}

/// Measures both.
pub fn measure(criterion: &mut Criterion) {
    let server = server_with(STREAMS);
    let commands = (0..STREAMS).flat_map(|number| {
        let name = Name::from(key(number).as_str());
        [ReadCmd::XinfoStream(name.clone()), ReadCmd::XinfoGroups(name)]
    });
    let snapshot = decode(&observe(&server, commands.collect()));
    let mut state = console();
    update(&mut state, Message::Key("2".parse().unwrap()), at(0));
    for second in 1..=20 {
        update(&mut state, round(&snapshot, second), at(second));
    }
    let skin = Skin::new(&Theme::builtin("default").unwrap(), Depth::True, GlyphSet::Full);
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    ui::view(&state, &skin, &mut buffer);
    let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
    assert!(text.contains("of 2000"), "the screen does not show them: {text}");

    criterion.bench_function("draw 2,000 streams", |bencher| {
        bencher.iter(|| ui::view(&state, &skin, &mut buffer));
    });
    let mut second = 20;
    criterion.bench_function("take in a round of 2,000 streams", |bencher| {
        bencher.iter(|| {
            second += 1;
            update(&mut state, round(&snapshot, second), at(second))
        });
    });
}
