//! What is read, what is cut and what ends the stream.

use super::*;
use crate::core::limits::{PIPELINE_REPLY, REPLY_FIGURE, REPLY_NAMES, REPLY_ROWS, ReplyBound};
use crate::core::wire::ErrorReply;
use proptest::prelude::*;
use redis::Value;

/// The replies in `wire`, cut as `layout` says, while so many replies of this bound are awaited.
fn cut(wire: &[u8], layout: &[usize], replies: usize, bound: ReplyBound) -> Result<Vec<Resp>, Breach> {
    let (mut reader, mut quota) = (ReplyReader::default(), Quota::default());
    quota.await_replies(std::iter::repeat_n(bound, replies));
    let (mut at, mut read) = (0, Vec::new());
    for cut in layout.iter().cycle() {
        let end = (at + cut).min(wire.len());
        reader.room().extend_from_slice(&wire[at..end]);
        while let Some(reply) = reader.next(&mut quota)? {
            read.push(reply);
        }
        at = end;
        if at == wire.len() {
            break;
        }
    }
    Ok(read)
}

fn all(wire: &[u8], replies: usize, bound: ReplyBound) -> Result<Vec<Resp>, Breach> {
    cut(wire, &[wire.len()], replies, bound)
}

fn one(wire: &[u8]) -> Resp {
    let mut replies = all(wire, 1, REPLY_ROWS).unwrap();
    assert_eq!(replies.len(), 1, "{}", String::from_utf8_lossy(wire));
    replies.remove(0)
}

fn bytes(text: impl AsRef<[u8]>) -> Resp {
    Resp::bulk(text)
}

const FIRST: Result<Vec<Resp>, Breach> = Err(Breach::TooLong { pipeline: 1, reply: 0 });
const NO_REPLY: Result<Vec<Resp>, Breach> = Err(Breach::NotAReply);

#[test]
fn every_shape_of_both_protocols_arrives() {
    let in_script =
        "Error running script (call to f_19): @user_script:1: @user_script: 1: -READONLY no writes";
    let in_line = "Error running script (call to f_19): @user_script:3: a: -b";
    for (wire, expected) in [
        (&b"$-1\r\n"[..], Resp::Nil),
        (b"*-1\r\n", Resp::Nil),
        (b"_\r\n", Resp::Nil),
        (b":-94\r\n", Resp::Int(-94)),
        (b"+OK\r\n", bytes("OK")),
        (b"$0\r\n\r\n", bytes("")),
        (b"$2\r\n\xff\xfe\r\n", bytes([0xff, 0xfe])),
        (b"$4\r\na\r\nb\r\n", bytes("a\r\nb")),
        (b"=7\r\ntxt:abc\r\n", bytes("abc")),
        (b"#t\r\n", Resp::Bool(true)),
        (b",1.5\r\n", Resp::Double(1.5)),
        (b",-inf\r\n", Resp::Double(f64::NEG_INFINITY)),
        (b"(123456789012345678901\r\n", bytes("123456789012345678901")),
        (b"*0\r\n", Resp::Array(vec![])),
        (b"%0\r\n", Resp::Map(vec![])),
        (b"~1\r\n:1\r\n", Resp::Array(vec![Resp::Int(1)])),
        (b"*2\r\n*0\r\n*1\r\n$-1\r\n", Resp::Array(vec![Resp::Array(vec![]), Resp::Array(vec![Resp::Nil])])),
        (b"%1\r\n+a\r\n:1\r\n", Resp::Map(vec![(bytes("a"), Resp::Int(1))])),
        (b"|1\r\n+ttl\r\n:3\r\n:7\r\n", Resp::Int(7)),
        (b"|0\r\n:7\r\n", Resp::Int(7)),
        (b"*1\r\n|1\r\n+ttl\r\n:3\r\n:7\r\n", Resp::Array(vec![Resp::Int(7)])),
        (b">1\r\n+told\r\n:7\r\n", Resp::Int(7)),
        (b">0\r\n:7\r\n", Resp::Int(7)),
        (b"-NOPERM no\r\n", Resp::error("NOPERM no")),
        (b"-NOGROUP key '\xff'\r\n", Resp::error("NOGROUP key '?'")),
        (b"-ERR a\nb\rc\r\n", Resp::error("ERR a\nb\rc")),
        (b"!9\r\nERR a b c\r\n", Resp::error("ERR a b c")),
        (
            format!("-ERR {in_script}\r\n").as_bytes(),
            Resp::Error(Box::new(ErrorReply { code: "READONLY".into(), text: "no writes".into() })),
        ),
        (
            format!("-ERR {in_line}\r\n").as_bytes(),
            Resp::Error(Box::new(ErrorReply { code: "ERR".into(), text: in_line.into() })),
        ),
    ] {
        assert_eq!(one(wire), expected, "{}", String::from_utf8_lossy(wire));
        if wire[0] != b'>' {
            assert_eq!(whole(wire.to_vec()), Some(expected), "{}", String::from_utf8_lossy(wire));
        }
        assert_eq!(whole(wire[..wire.len() - 1].to_vec()), None);
    }
    let message = Resp::Array(vec![bytes("subscribe"), bytes("c"), Resp::Int(1)]);
    assert_eq!(whole(b">3\r\n+subscribe\r\n+c\r\n:1\r\n".to_vec()), Some(message));
}

#[test]
fn what_is_no_reply_ends_the_stream() {
    for wire in [
        &b":x\r\n"[..],
        b":\r\n",
        b"$x\r\nab\r\n",
        b"$2\r\nabc\r\n",
        b"*1 \r\n:1\r\n",
        b"#maybe\r\n",
        b",much\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\r\n",
    ] {
        assert_eq!(all(wire, 1, REPLY_ROWS), NO_REPLY, "{}", String::from_utf8_lossy(wire));
    }
}

#[test]
fn a_long_error_is_cut_and_what_follows_it_stays() {
    let wire = [b"-ERR ".as_slice(), &vec![b'E'; 1_000_000], b"\r\n:1\r\n"].concat();
    for layout in [&[wire.len()][..], &[1000, 1, 3], &[65_536]] {
        let replies = cut(&wire, layout, 2, REPLY_FIGURE).unwrap();
        let [Resp::Error(error), Resp::Int(1)] = replies.as_slice() else { panic!("{replies:?}") };
        assert_eq!((error.code.as_str(), error.text.len()), ("ERR", ERROR_TEXT_BYTES - 4));
    }
    let long = [b"!2000\r\n".as_slice(), &vec![b'E'; 2000], b"\r\n"].concat();
    let Resp::Error(error) = one(&long) else { panic!() };
    assert_eq!(error.code.len(), ERROR_TEXT_BYTES);
}

#[test]
fn an_error_is_cut_at_the_same_place_wherever_the_network_cuts() {
    for over in 0..6 {
        let text = vec![b'E'; ERROR_TEXT_BYTES - 3 + over];
        let wire = [b"-".as_slice(), &text, b"\rE\rE\n\r\r\n:1\r\n"].concat();
        let expected = all(&wire, 2, REPLY_FIGURE).unwrap();
        assert_eq!(expected.len(), 2);
        for layout in [&[1][..], &[3, 1, 2], &[ERROR_TEXT_BYTES], &[ERROR_TEXT_BYTES + 1, 1]] {
            assert_eq!(cut(&wire, layout, 2, REPLY_FIGURE).unwrap(), expected);
        }
    }
}

#[test]
fn what_claims_too_much_ends_the_stream_before_it_comes() {
    for wire in [
        &b"$1000000000000\r\n"[..],
        b"$9223372036854775807\r\n",
        b"$99999999999999999999999999\r\n",
        b"*2147483647\r\n",
        b"%4611686018427387904\r\n",
        b"~9223372036854775807\r\n",
        b"|9223372036854775807\r\n",
        b"*2\r\n:1\r\n$1000000000000\r\n",
    ] {
        assert_eq!(all(wire, 1, REPLY_ROWS), FIRST, "{}", String::from_utf8_lossy(wire));
    }
}

#[test]
fn what_never_ends_is_cut_at_its_bound() {
    let numbers = [b"*300000\r\n".as_slice(), &b":1\r\n".repeat(300_000)].concat();
    assert_eq!(all(&numbers, 1, REPLY_NAMES), FIRST);
    assert_eq!(all(&numbers, 1, REPLY_ROWS).unwrap().len(), 1);
    let deep = b"*1\r\n".repeat(REPLY_DEPTH + 1);
    assert_eq!(all(&deep, 1, REPLY_ROWS), NO_REPLY);
    let line = [b"+".as_slice(), &vec![b'x'; 100_000]].concat();
    assert_eq!(all(&line, 1, REPLY_ROWS), NO_REPLY);
    let errors = [b"-".as_slice(), &vec![b'x'; 65 << 20]].concat();
    assert_eq!(cut(&errors, &[1 << 20], 1, REPLY_ROWS), FIRST);
}

#[test]
fn the_replies_of_a_pipeline_have_a_bound_together_and_each_pipeline_its_own() {
    let reply = [b"$8000000\r\n".as_slice(), &vec![b'x'; 8_000_000], b"\r\n"].concat();
    let wire = reply.repeat(9);
    assert_eq!(all(&wire, 9, REPLY_ROWS), Err(Breach::TooLong { pipeline: 1, reply: 8 }));
    let (mut reader, mut quota) = (ReplyReader::default(), Quota::default());
    for _ in 0..9 {
        quota.await_replies(std::iter::once(PIPELINE_REPLY));
    }
    reader.room().extend_from_slice(&wire);
    for _ in 0..9 {
        assert!(reader.next(&mut quota).unwrap().is_some());
    }
}

#[test]
fn a_reply_that_nobody_asked_for_ends_the_stream_and_a_message_does_not() {
    assert_eq!(all(b":1\r\n:2\r\n", 1, REPLY_FIGURE), NO_REPLY);
    let told = b">2\r\n$3\r\nfoo\r\n:1\r\n|1\r\n+ttl\r\n:3\r\n*2\r\n%1\r\n+a\r\n:1\r\n*0\r\n";
    assert_eq!(all(told, 1, REPLY_FIGURE).unwrap().len(), 1);
    let twice = [told.as_slice(), told].concat();
    assert_eq!(all(&twice, 1, REPLY_FIGURE), NO_REPLY);
}

#[test]
fn messages_alone_do_not_go_on_for_ever() {
    assert_eq!(all(&b">1\r\n+x\r\n".repeat(100_000), 0, REPLY_FIGURE), NO_REPLY);
}

/// What the client library makes of a reply, in our shape.
fn expected(value: Value) -> Resp {
    match value {
        Value::Int(number) => Resp::Int(number),
        Value::BulkString(bytes) | Value::BigNumber(bytes) => Resp::bulk(bytes),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Resp::bulk(text),
        Value::Okay => bytes("OK"),
        Value::Array(items) | Value::Set(items) => Resp::Array(items.into_iter().map(expected).collect()),
        Value::Map(pairs) => {
            Resp::Map(pairs.into_iter().map(|(key, value)| (expected(key), expected(value))).collect())
        }
        Value::Attribute { data, .. } => expected(*data),
        Value::Double(number) => Resp::Double(number),
        Value::Boolean(value) => Resp::Bool(value),
        Value::ServerError(error) => {
            Resp::Error(Box::new(ErrorReply::of(error.code(), error.details().unwrap_or_default())))
        }
        _ => Resp::Nil,
    }
}

/// Any value, as either version of the protocol writes it.
fn any_reply() -> impl Strategy<Value = Vec<u8>> {
    let line = |kind: &'static str| move |text: String| format!("{kind}{text}\r\n").into_bytes();
    let bulk = |bytes: Vec<u8>| [format!("${}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat();
    let leaf = prop_oneof![
        any::<i64>().prop_map(|number| format!(":{number}\r\n").into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(bulk),
        "[a-zA-Z0-9 ]{0,20}".prop_map(line("+")),
        "[A-Z]{2,8} [a-z '0-9]{1,20}".prop_map(line("-")),
        any::<bool>().prop_map(|value| format!("#{}\r\n", if value { 't' } else { 'f' }).into_bytes()),
        (-1e9f64..1e9).prop_map(|number| format!(",{number}\r\n").into_bytes()),
        prop_oneof![Just("$-1"), Just("*-1"), Just("_")].prop_map(|nil| format!("{nil}\r\n").into_bytes()),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let list = |kind: &'static str, each: usize| {
            move |items: Vec<Vec<u8>>| {
                let count = items.len() / each;
                let items = items.into_iter().take(count * each);
                [format!("{kind}{count}\r\n").into_bytes(), items.collect::<Vec<_>>().concat()].concat()
            }
        };
        let items = move || proptest::collection::vec(inner.clone(), 0..8);
        prop_oneof![
            items().prop_map(list("*", 1)),
            items().prop_map(list("~", 1)),
            items().prop_map(list("%", 2)),
        ]
    })
}

proptest! {
    #[test]
    fn it_reads_what_the_client_library_reads_wherever_the_network_cuts(
        wires in proptest::collection::vec(any_reply(), 1..4),
        layout in proptest::collection::vec(1usize..30, 1..40),
    ) {
        let library: Vec<Resp> =
            wires.iter().map(|wire| expected(redis::parse_redis_value(wire).unwrap())).collect();
        prop_assert_eq!(cut(&wires.concat(), &layout, wires.len(), REPLY_ROWS).unwrap(), library);
    }

    #[test]
    fn noise_is_refused_or_waited_for_and_never_more(
        noise in proptest::collection::vec(any::<u8>(), 1..200),
        layout in proptest::collection::vec(1usize..30, 1..40),
    ) {
        let _ = cut(&noise, &layout, 3, REPLY_FIGURE);
        let lines: Vec<u8> = noise.iter().map(|byte| b"*%|>$:-+_\r\n0123"[usize::from(*byte) % 15]).collect();
        prop_assert_eq!(cut(&lines, &layout, 3, REPLY_FIGURE), all(&lines, 3, REPLY_FIGURE));
    }
}
