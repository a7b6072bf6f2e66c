//! Screens as files.

use super::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

fn screen() -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 3));
    buffer.set_string(0, 0, "a<b>&\"c", Style::new().fg(Color::Rgb(1, 2, 3)));
    buffer.set_string(0, 1, "漢 ▄█⣀╭─╮", Style::new().bg(Color::Blue).add_modifier(Modifier::BOLD));
    buffer.set_string(0, 2, "x", Style::new().add_modifier(Modifier::REVERSED));
    buffer
}

/// Texts between marks, without what marks them.
fn unmarked(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<').skip(1) {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn the_ending_of_a_file_says_the_form() {
    for (name, wanted) in [
        ("a.svg", PictureFormat::Svg),
        ("b.c.html", PictureFormat::Html),
        ("a.ans", PictureFormat::Ansi),
        ("x/a.txt", PictureFormat::Text),
    ] {
        assert_eq!(PictureFormat::of_file(name), Ok(wanted));
    }
    assert!(PictureFormat::of_file("a.png").unwrap_err().contains(".svg"));
}

#[test]
fn every_form_has_the_text_and_none_takes_a_name_for_markup() {
    let buffer = screen();
    assert_eq!(written(&buffer, PictureFormat::Text), "a<b>&\"c\n漢 ▄█⣀╭─╮\nx\n");
    let html = written(&buffer, PictureFormat::Html);
    assert!(unmarked(&html).contains("a<b>&\"c") && unmarked(&html).contains("漢 ▄█⣀╭─╮"), "{html}");
    let svg = written(&buffer, PictureFormat::Svg);
    assert!(unmarked(&svg).contains("a<b>&\"c") && !svg.contains("<b>"), "{svg}");
    let ansi = written(&buffer, PictureFormat::Ansi);
    assert!(ansi.contains("\x1b[0;38;2;1;2;3ma<b>&\"c"), "{ansi:?}");
    assert!(ansi.lines().all(|line| line.ends_with("\x1b[0m")), "{ansi:?}");
}

#[test]
fn frames_and_graphs_are_shapes_that_no_font_changes() {
    let svg = written(&screen(), PictureFormat::Svg);
    for glyph in ['▄', '█', '⣀', '╭', '─', '╮'] {
        assert!(!svg.contains(glyph), "{glyph}: {svg}");
    }
    assert!(svg.contains("漢"));
    // Half a block is half a cell, at its foot.
    assert!(svg.contains("M25.20 25.50h8.40v8.50h-8.40z"), "{svg}");
    assert!(svg.contains("stroke="), "{svg}");
}
