//! What graphs promise: breaks stay breaks, lines join, areas fill.

use super::*;
use crate::config::theme::Theme;
use crate::ui::dump;
use crate::ui::theme::Depth;

fn skin(ascii: bool) -> Skin {
    Skin::new(&Theme::builtin("default").unwrap(), Depth::True, ascii)
}

fn every_second(values: &[Option<f64>]) -> Vec<GraphPoint> {
    values.iter().zip(0i64..).map(|(value, at)| GraphPoint { t_ms: at * 1000, value: *value }).collect()
}

fn drawn(points: &[GraphPoint], size: (u16, u16), fill: bool, ascii: bool) -> String {
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
    graph.draw(buffer.area, &mut buffer, &skin(ascii));
    dump::text(&buffer)
}

fn wave() -> Vec<GraphPoint> {
    let value = |at: i32| (f64::from(at) / 4.0).sin() * 400.0 + 500.0;
    every_second(&(0..31).map(|at| (!(12..16).contains(&at)).then(|| value(at))).collect::<Vec<_>>())
}

#[test]
fn a_break_is_drawn_as_a_break() {
    insta::assert_snapshot!(drawn(&wave(), (40, 8), false, false), @r#"
        ops/s                               12/s
           1k/s     ⣀⡤⢤⣀⣀                     ⢀⣀
                 ⢀⡴⠋⠁   ⠈⠳⢤⡀                ⣠⠞⠉
                ⡴⠋         ⠁              ⣠⠞⠁
                                        ⢀⡼⠁
                                ⢠⣀   ⢀⣠⠴⠋
              0                  ⠈⠙⠒⠋⠉
                -30s
        "#);
}

#[test]
fn the_area_under_a_line_may_be_filled() {
    insta::assert_snapshot!(drawn(&wave(), (20, 5), true, false), @r#"
        ops/s           12/s
         ⢀⣤⣤⣤⣄⡀           ⣠⣤
        ⣾⣿⣿⣿⣿⣿⣷         ⣠⣾⣿⣿
        ⣿⣿⣿⣿⣿⣿⣿       ⣠⣼⣿⣿⣿⣿
        ⣿⣿⣿⣿⣿⣿⣿   ⣿⣶⣶⣾⣿⣿⣿⣿⣿⣿
        "#);
}

#[test]
fn a_terminal_of_ascii_gets_the_same_picture_in_ascii() {
    insta::assert_snapshot!(drawn(&wave(), (40, 8), true, true), @r#"
        ops/s                               12/s
           1k/s    _____                      __
                 _|":::"||_                _|"":
                |"::::::::"              _|"::::
                :::::::::::            _||::::::
                :::::::::::     __   _||::::::::
              0 :::::::::::     :"""""::::::::::
                -30s
        "#);
}

#[test]
fn readings_too_far_apart_are_not_joined() {
    let mut points = every_second(&[Some(5.0), Some(5.0)]);
    points.push(GraphPoint { t_ms: 29_000, value: Some(5.0) });
    let text = drawn(&points, (20, 3), false, false);
    assert!(text.lines().any(|line| line.trim().contains("            ")), "{text}");
}

#[test]
fn without_readings_there_is_no_line_and_no_figure() {
    insta::assert_snapshot!(drawn(&[], (40, 4), true, false), @r#"
        ops/s                               12/s
              —

                ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
        "#);
}

#[test]
fn a_reading_keeps_its_neighbours_as_time_passes() {
    let points = wave();
    let plot = |shift: i64| {
        let timeline = Timeline::new((shift, 30_000 + shift), 30);
        let raster = Raster::new(&points, &timeline, 2500, 40, |value| value / 1000.0);
        (0..30).map(|column| raster.glyph((column, 5), (1, 4), false, false)).collect::<Vec<_>>()
    };
    assert_eq!(plot(0)[3..], plot(3000)[..27]);
    assert_eq!(plot(0), plot(0));
}
