//! Keys as terminals send them, and bytes that no terminal should send.

use super::*;
use proptest::prelude::*;

/// The keys of these bytes by name, as the config has them; what is left is given up.
fn keys(bytes: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::default();
    let mut heard = decoder.take(bytes);
    heard.extend(decoder.give_up());
    heard.iter().map(name).collect()
}

fn name(heard: &InputEvent) -> String {
    match heard {
        InputEvent::Key(key) => key.to_string(),
        InputEvent::Mouse(MouseReport { act, at: (column, row) }) => format!("{act:?} {column} {row}"),
        InputEvent::Paste(text) => format!("paste {text:?}"),
    }
}

#[test]
fn keys_of_the_terminal_are_the_keys_of_the_config() {
    let cases: &[(&str, &str)] = &[
        ("a", "a"),
        ("G", "G"),
        (" ", "space"),
        ("ä", "ä"),
        ("€", "€"),
        ("😀", "😀"),
        ("\r", "enter"),
        ("\t", "tab"),
        ("\x7f", "backspace"),
        ("\x03", "ctrl-c"),
        ("\x1a", "ctrl-z"),
        ("\0", "ctrl-space"),
        ("\x1f", "ctrl-7"),
        ("\x1b", "esc"),
        ("\x1bx", "alt-x"),
        ("\x1bä", "alt-ä"),
        ("\x1b[", "alt-["),
        ("\x1bO", "alt-O"),
        ("\x1bP", "alt-P"),
        ("\x1b]", "alt-]"),
        ("\x1b[A", "up"),
        ("\x1bOA", "up"),
        ("\x1b[1;5C", "ctrl-right"),
        ("\x1b[1;2A", "shift-up"),
        ("\x1b[Z", "shift-tab"),
        ("\x1b[H", "home"),
        ("\x1b[4~", "end"),
        ("\x1b[3~", "delete"),
        ("\x1b[5~", "pgup"),
        ("\x1bOP", "f1"),
        ("\x1b[[B", "f2"),
        ("\x1b[15~", "f5"),
        ("\x1b[17~", "f6"),
        ("\x1b[24~", "f12"),
        ("\x1b[25~", "f13"),
        ("\x1b[29~", "f16"),
        ("\x1b[34~", "f20"),
        ("\x1b[99;5u", "ctrl-c"),
        ("\x1b[97;2u", "A"),
        ("\x1b[27u", "esc"),
        ("\x1b[113;1:1u", "q"),
    ];
    for (bytes, key) in cases {
        assert_eq!(keys(bytes.as_bytes()), [*key], "{bytes:?}");
    }
}

#[test]
fn the_mouse_is_heard_where_it_is_pressed_and_where_its_wheel_turns() {
    assert_eq!(keys(b"\x1b[<0;1;1M"), ["Press 0 0"]);
    assert_eq!(keys(b"\x1b[<0;120;40M\x1b[<0;120;40mq"), ["Press 119 39", "q"]);
    assert_eq!(keys(b"\x1b[<64;7;3M\x1b[<65;7;3M"), ["WheelUp 6 2", "WheelDown 6 2"]);
    // Moves with and without a button, other buttons, a key held, and positions that there are not.
    for report in
        ["35;2;2", "32;2;2", "1;2;2", "2;2;2", "4;2;2", "16;2;2", "66;2;2", "0;0;1", "0;1", "0;1;1;1"]
    {
        assert_eq!(keys(format!("\x1b[<{report}M").as_bytes()), Vec::<String>::new(), "{report}");
    }
}

#[test]
fn what_is_no_key_says_nothing_and_the_next_key_is_heard() {
    let bytes: &[&[u8]] = &[
        // Mouse reports, whole and with positions that there are not.
        b"\x1b[M   ",
        b"\x1b[M!!!",
        b"\x1b[M\xff\xff\xff",
        b"\x1b[<0;0;0M",
        b"\x1b[<0;1;1m",
        b"\x1b[<999;99999;99999M",
        b"\x1b[32;0;0M",
        b"\x1b[0;0;0M",
        // Where the cursor stands, what the terminal is, what has the focus.
        b"\x1b[0;0R",
        b"\x1b[24;80R",
        b"\x1b[?62;4c",
        b"\x1b[?0u",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
        b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        // A key that is let go, modifiers by themselves, keys that there are not.
        b"\x1b[113;1:3u",
        b"\x1b[57441u",
        b"\x1b[99999999999u",
        b"\x1b[4294967296;4294967296~",
        b"\x1b[16~",
        b"\x1b[200;0;0~",
        b"\x1b[;;;;;~x\x1b[;",
        b"\x1bOz",
        b"\x1b[[Z",
        // No text.
        b"\xff\xfe\x80\xc0\xc1",
        b"\xe2\x82",
        b"\xf4\x90\x80",
    ];
    for bytes in bytes {
        let said: Vec<String> = keys(bytes).into_iter().filter(|key| key != "end" && key != "x").collect();
        assert_eq!(said, Vec::<String>::new(), "{bytes:?}");
        let mut decoder = Decoder::default();
        decoder.take(bytes);
        decoder.give_up();
        assert_eq!(decoder.take(b"q"), [character('q', false)], "after {bytes:?}");
    }
}

#[test]
fn a_sequence_that_stops_half_way_hides_no_control_key() {
    for begun in [
        "\x1b[",
        "\x1b[<",
        "\x1b[<0;1",
        "\x1b[?1;2",
        "\x1b[1;5",
        "\x1b[M",
        "\x1bO",
        "\x1b[[",
        "\x1b]11;",
        "\x1bP",
        "\x1b]0\x1b",
    ] {
        let mut decoder = Decoder::default();
        decoder.take(begun.as_bytes());
        assert!(decoder.patience().is_some_and(|wait| wait <= WITHIN_SEQUENCE), "{begun:?}");
        let heard = decoder.take(b"\x03");
        assert_eq!(heard.last().map(name).as_deref(), Some("ctrl-c"), "after {begun:?}");
        assert_eq!(decoder.patience(), None, "after {begun:?}");
    }
}

#[test]
fn keys_that_come_together_are_heard_one_by_one() {
    assert_eq!(keys(b"2\x1b[B\x1b[Bq"), ["2", "down", "down", "q"]);
    assert_eq!(keys(b"\x1b\x1bq"), ["esc", "alt-q"]);
    assert_eq!(keys(b"\x1b\x1b[A"), ["esc", "up"]);
    assert_eq!(keys("aä\r".as_bytes()), ["a", "ä", "enter"]);
}

#[test]
fn pasted_text_is_text_whatever_stands_in_it_and_an_unfinished_one_ends() {
    assert_eq!(
        keys(b"\x1b[200~q\r\x1b[A\x03\x1b[201\x1b[201~q"),
        ["paste \"q\\r\\u{1b}[A\\u{3}\\u{1b}[201\"", "q"]
    );
    let mut decoder = Decoder::default();
    assert_eq!(decoder.take(b"\x1b[200~half"), []);
    assert_eq!(decoder.patience(), Some(WITHIN_PASTE));
    assert_eq!(decoder.give_up(), Some(InputEvent::Paste("half".to_owned())));
    assert_eq!(decoder.take(b"q"), [character('q', false)]);
}

#[test]
fn a_long_text_is_cut_and_a_long_sequence_is_no_key() {
    let mut decoder = Decoder::default();
    decoder.take(b"\x1b[200~");
    decoder.take(&vec![b'a'; 3 * limits::PASTE_BYTES]);
    let heard = decoder.take(b"\x1b[201~");
    assert_eq!(heard, [InputEvent::Paste("a".repeat(limits::PASTE_BYTES))]);
    decoder.take(b"\x1b[");
    decoder.take(&vec![b'1'; 1_000_000]);
    assert!(matches!(&decoder.state, DecoderState::Csi(bytes) if bytes.len() == SEQUENCE_BYTES));
    assert_eq!(decoder.take(b"~q"), [character('q', false)]);
}

proptest! {
    /// Whatever comes, in whatever pieces: no failure, and a key after it is heard.
    #[test]
    fn no_bytes_make_it_deaf(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b"\x1b[<?0;1MRu~OP]\\ \x7f"[..])], 0..64),
        cut in 0_usize..64,
    ) {
        let (first, second) = bytes.split_at(cut.min(bytes.len()));
        let mut decoder = Decoder::default();
        decoder.take(first);
        decoder.take(second);
        decoder.give_up();
        prop_assert_eq!(decoder.patience(), None);
        prop_assert_eq!(decoder.take(b"\x03"), vec![control(3, false)]);
    }

    /// In one piece or byte by byte, the same is heard.
    #[test]
    fn pieces_do_not_matter(text in "[a-z\u{1b}\\[0-9;~A-D]{0,40}") {
        let whole = Decoder::default().take(text.as_bytes());
        let mut decoder = Decoder::default();
        let pieces: Vec<InputEvent> = text.bytes().flat_map(|byte| decoder.take(&[byte])).collect();
        prop_assert_eq!(whole, pieces);
    }
}
