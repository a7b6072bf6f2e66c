//! A reply of the client library as a [`Resp`].
//!
//! Knows both shapes; does not know which command was answered. Invariant: bytes stay bytes; attributes
//! are dropped, what they belong to stays.

use redis::Value;

use crate::core::limits::ERROR_TEXT_BYTES;
use crate::core::wire::{ErrorReply, Resp};

/// The same reply in our shape.
pub(super) fn resp(value: Value) -> Resp {
    match value {
        Value::Int(number) => Resp::Int(number),
        Value::BulkString(bytes) | Value::BigNumber(bytes) => Resp::Bytes(bytes),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Resp::Bytes(text.into_bytes()),
        Value::Okay => Resp::Bytes(b"OK".to_vec()),
        Value::Array(items) | Value::Set(items) | Value::Push { data: items, .. } => {
            Resp::Array(items.into_iter().map(resp).collect())
        }
        Value::Map(pairs) => {
            Resp::Map(pairs.into_iter().map(|(key, value)| (resp(key), resp(value))).collect())
        }
        Value::Attribute { data, .. } => resp(*data),
        Value::Double(number) => Resp::Double(number),
        Value::Boolean(value) => Resp::Bool(value),
        Value::ServerError(error) => {
            Resp::Error(ErrorReply::of(&short(error.code()), &short(error.details().unwrap_or_default())))
        }
        // Nil, and whatever a later version of the library may add.
        _ => Resp::Nil,
    }
}

/// The beginning of a text: an error that comes with its length is not cut on the way.
fn short(text: &str) -> String {
    text.chars().take(ERROR_TEXT_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use redis::parse_redis_value;

    fn of(wire: &[u8]) -> Resp {
        resp(parse_redis_value(wire).unwrap())
    }

    #[test]
    fn every_shape_of_both_protocols_arrives() {
        let bytes = |text: &str| Resp::Bytes(text.as_bytes().to_vec());
        for (wire, expected) in [
            (&b"$-1\r\n"[..], Resp::Nil),
            (b"*-1\r\n", Resp::Nil),
            (b"_\r\n", Resp::Nil),
            (b":-94\r\n", Resp::Int(-94)),
            (b"+OK\r\n", bytes("OK")),
            (b"+PONG\r\n", bytes("PONG")),
            (b"$2\r\n\xff\xfe\r\n", Resp::Bytes(vec![0xff, 0xfe])),
            (b"=7\r\ntxt:abc\r\n", bytes("abc")),
            (b"#t\r\n", Resp::Bool(true)),
            (b",1.5\r\n", Resp::Double(1.5)),
            (b"(123456789012345678901\r\n", bytes("123456789012345678901")),
            (b"~1\r\n:1\r\n", Resp::Array(vec![Resp::Int(1)])),
            (b"%1\r\n+a\r\n:1\r\n", Resp::Map(vec![(bytes("a"), Resp::Int(1))])),
            (b"|1\r\n+ttl\r\n:3\r\n:7\r\n", Resp::Int(7)),
            (b"-NOPERM no\r\n", Resp::Error(ErrorReply::new("NOPERM no"))),
            (b"-WRONGTYPE not so\r\n", Resp::Error(ErrorReply::new("WRONGTYPE not so"))),
            (
                b"-ERR Error running script (call to f_19): @user_script:1: @user_script: 1: -READONLY no writes\r\n",
                Resp::Error(ErrorReply { code: "READONLY".into(), text: "no writes".into() }),
            ),
            (
                b"-ERR Error running script (call to f_19): @user_script:3: a: -b\r\n",
                Resp::Error(ErrorReply {
                    code: "ERR".into(),
                    text: "Error running script (call to f_19): @user_script:3: a: -b".into(),
                }),
            ),
            (b"!9\r\nERR a b c\r\n", Resp::Error(ErrorReply::new("ERR a b c"))),
        ] {
            assert_eq!(of(wire), expected, "{}", String::from_utf8_lossy(wire));
        }
    }
}
