//! What graphs promise: breaks stay breaks, lines join, areas fill.

use super::*;
use crate::config::theme::Theme;
use crate::ui::dump;
use crate::ui::theme::{Depth, GlyphSet};

fn skin(set: GlyphSet) -> Skin {
    Skin::new(&Theme::builtin("default").unwrap(), Depth::True, set)
}

fn every_second(values: &[Option<f64>]) -> Vec<GraphPoint> {
    values.iter().zip(0i64..).map(|(value, at)| GraphPoint { t_ms: at * 1000, value: *value }).collect()
}

fn drawn(points: &[GraphPoint], size: (u16, u16), fill: bool, set: GlyphSet) -> String {
    let series = [GraphSeries { points, role: Role::Graph1 }];
    let graph = Graph {
        title: "ops/s",
        now: vec!["12/s".into()],
        series: &series,
        span_ms: (0, 30_000),
        gap_ms: 2500,
        unit: Unit::Rate,
        scale: Scale::Zero,
        limit: None,
        fill,
    };
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    graph.draw(buffer.area, &mut buffer, &skin(set));
    dump::text(&buffer)
}

fn wave() -> Vec<GraphPoint> {
    let value = |at: i32| (f64::from(at) / 4.0).sin() * 400.0 + 500.0;
    every_second(&(0..31).map(|at| (!(12..16).contains(&at)).then(|| value(at))).collect::<Vec<_>>())
}

#[test]
fn a_break_is_drawn_as_a_break() {
    insta::assert_snapshot!(drawn(&wave(), (40, 8), false, GlyphSet::Narrow), @r#"
        ops/s                               12/s
           1k/s     ⣀⡤⢤⣀⣀                     ⢀⣀
                 ⢀⡴⠋⠁   ⠈⠳⢤⡀                ⣠⠞⠉
          500/s ⡴⠋⠐⠐⠐⠐⠐⠐⠐⠐⠐⠁⠐⠐⠐⠐⠐⠐⠐⠐⠐⠐⠐⠐⠐⠐⣠⠞⠁⠐⠐⠐
                                        ⢀⡼⠁
                                ⢠⣀   ⢀⣠⠴⠋
              0                  ⠈⠙⠒⠋⠉
                -30s          -15s           now
        "#);
}

#[test]
fn the_area_under_a_line_may_be_filled() {
    insta::assert_snapshot!(drawn(&wave(), (20, 5), true, GlyphSet::Full), @r#"
        ops/s           12/s
         ▄▅▅▄▃           ▂▃▄
        ██████▇        ▂▅███
        ███████      ▁▄█████
        ███████  ▇▆▅▅███████
        "#);
}

#[test]
fn a_terminal_of_ascii_gets_the_same_picture_in_ascii() {
    insta::assert_snapshot!(drawn(&wave(), (40, 8), true, GlyphSet::Ascii), @r#"
        ops/s                               12/s
           1k/s     ::::                      ::
                 :########:                :####
          500/s ###########..............:######
                ###########            :########
                ###########     ::  ::##########
              0 ###########     ################
                -30s          -15s           now
        "#);
}

#[test]
fn readings_too_far_apart_are_not_joined() {
    let mut points = every_second(&[Some(5.0), Some(5.0)]);
    points.push(GraphPoint { t_ms: 29_000, value: Some(5.0) });
    let text = drawn(&points, (20, 3), false, GlyphSet::Full);
    assert!(text.lines().any(|line| line.trim().contains("            ")), "{text}");
}

#[test]
fn without_readings_there_is_no_line_and_no_figure() {
    insta::assert_snapshot!(drawn(&[], (40, 4), true, GlyphSet::Full), @r#"
        ops/s                               12/s
              —

                ────────────────────────────────
        "#);
}

#[test]
fn a_reading_keeps_its_neighbours_as_time_passes() {
    use super::raster::{Raster, Timeline};
    use crate::ui::theme::{CellDots, Grain};
    let points = wave();
    let plot = |shift: i64| {
        let timeline = Timeline::new((shift, 30_000 + shift), 30);
        let raster = Raster::new(&points, &timeline, 2500, 40, |value| value / 1000.0);
        let cell = |column| {
            let mut dots = CellDots::default();
            raster.add_to(&mut dots, (column, 2), Grain::Eighths, true);
            dots
        };
        (0..30).map(cell).collect::<Vec<_>>()
    };
    assert_eq!(plot(0)[3..], plot(3000)[..27]);
    assert_eq!(plot(0), plot(0));
}

/// Every set at every depth of colours.
fn skins() -> impl Iterator<Item = Skin> {
    let depths = [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True];
    let theme = Theme::builtin("default").unwrap();
    GlyphSet::ALL
        .into_iter()
        .flat_map(move |set| depths.map(|depth| (depth, set)))
        .map(move |(depth, set)| Skin::new(&theme, depth, set))
}

fn framed<'a>(series: &'a [GraphSeries<'a>], limit: Option<f64>) -> Graph<'a> {
    Graph {
        title: "",
        now: Vec::new(),
        series,
        span_ms: (0, 30_000),
        gap_ms: 2500,
        unit: Unit::Count,
        scale: Scale::UpTo(1000.0),
        limit,
        fill: true,
    }
}

#[test]
fn the_limit_is_never_lost_whatever_reaches_it() {
    let at = |value: f64| every_second(&[Some(value); 31]);
    for value in [0.0, 400.0, 500.0, 510.0, 900.0, 1000.0] {
        let (first, second) = (at(value), at(500.0));
        let both = [
            GraphSeries { points: &first, role: Role::Graph1 },
            GraphSeries { points: &second, role: Role::Graph2 },
        ];
        for (skin, series) in skins().flat_map(|skin| [(skin.clone(), &both[..1]), (skin, &both[..])]) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 9));
            framed(series, Some(500.0)).draw(buffer.area, &mut buffer, &skin);
            let ink = skin.ink(Role::Warning);
            let row = (0..9).find(|y| {
                (6..40).all(|x| {
                    let cell = &buffer[(x, *y)];
                    let is_inked = ink.fg.is_none_or(|fg| cell.fg == fg);
                    is_inked && cell.modifier.contains(ink.add_modifier) && cell.symbol() != " "
                })
            });
            assert!(row.is_some(), "{value}: {}", dump::text(&buffer));
        }
    }
}

#[test]
fn lines_that_cross_keep_all_their_dots() {
    let (up, down): (Vec<_>, Vec<_>) =
        (0..31).map(|at| (Some(f64::from(at) * 33.0), Some(1000.0 - f64::from(at) * 33.0))).unzip();
    let (up, down) = (every_second(&up), every_second(&down));
    let both =
        [GraphSeries { points: &up, role: Role::Graph1 }, GraphSeries { points: &down, role: Role::Graph2 }];
    let drawn = |series: &[GraphSeries]| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 4));
        framed(series, None).draw(buffer.area, &mut buffer, &skin(GlyphSet::Full));
        dump::text(&buffer)
    };
    insta::assert_snapshot!(drawn(&both), @r#"
        ⠓⠲⢤⣀⡀         ⢀⣀⡤⠴⠒⠋
            ⠉⠙⠲⠤⣄⣀⣠⠤⠖⠚⠉
            ⣀⣠⠴⠒⠋⠉⠙⠒⠦⢤⣀
        ⡤⠴⠚⠉⠁         ⠈⠉⠓⠲⠤⣄
        "#);
}

#[test]
fn a_flat_series_is_a_line_among_its_values_and_no_wall() {
    let flat = every_second(&[4000.0, 4010.0, 3990.0].map(Some).repeat(10));
    insta::assert_snapshot!(drawn(&flat, (40, 8), true, GlyphSet::Full), @r#"
        ops/s                               12/s
         4.2k/s

           4k/s ⣀⡀⢀⣀⡀⢀⣀⣀ ⣀⣀ ⣀⣀ ⢀⣀⡀⢀⣀⡀⢀⣀⣀ ⣀⣀ ⣀⣀
                 ⠉⠉ ⠉⠉ ⠈⠉⠁⠈⠉⠁⠈⠉⠉ ⠉⠉ ⠉⠉ ⠈⠉⠁⠈⠉⠁⠈⠉⠉

         3.8k/s
                -30s          -15s           now
        "#);
}

#[test]
fn an_area_has_one_shade_of_the_hue_of_its_line() {
    let points = wave();
    for role in [Role::Graph1, Role::Graph2, Role::Graph3] {
        let series = [GraphSeries { points: &points, role }];
        let skin = skin(GlyphSet::Full);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 6));
        framed(&series, None).draw(buffer.area, &mut buffer, &skin);
        let inks: std::collections::BTreeSet<String> = buffer
            .content
            .iter()
            .filter(|cell| "▁▂▃▄▅▆▇█".contains(cell.symbol()))
            .map(|cell| cell.fg.to_string())
            .collect();
        assert_eq!(inks, [skin.fill(role).fg.unwrap().to_string()].into());
    }
}
