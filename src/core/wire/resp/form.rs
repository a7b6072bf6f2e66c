//! A reply as it is written into a recording: what JSON has a shape for stands as itself, bytes in the text form of
//! names.
//!
//! Knows the shapes; not what was asked. Invariant: a reply reads back as it was, to the byte and the bit.

use super::{ErrorReply, Resp};
use crate::core::model::name::{bytes_of, text_of};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// What JSON has no shape for, by its name.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Named<'a> {
    /// As text: JSON has no infinity.
    Double(String),
    Map(Cow<'a, [(Resp, Resp)]>),
    Error(Cow<'a, str>, Cow<'a, str>),
}

impl Serialize for Resp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nil => serializer.serialize_unit(),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Bytes(bytes) => serializer.serialize_str(&text_of(bytes)),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Double(number) => Named::Double(number.to_string()).serialize(serializer),
            Self::Map(pairs) => Named::Map(pairs.into()).serialize(serializer),
            Self::Error(error) => {
                Named::Error(error.code.as_str().into(), error.text.as_str().into()).serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Resp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RespVisitor)
    }
}

struct RespVisitor;

impl<'de> Visitor<'de> for RespVisitor {
    type Value = Resp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reply")
    }

    fn visit_unit<E: Error>(self) -> Result<Resp, E> {
        Ok(Resp::Nil)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Resp, E> {
        Ok(Resp::Bool(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Resp, E> {
        Ok(Resp::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Resp, E> {
        i64::try_from(number).map(Resp::Int).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Resp, E> {
        bytes_of(text).map(Resp::bulk).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Resp, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Resp::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Resp, A::Error> {
        Ok(match Named::deserialize(serde::de::value::MapAccessDeserializer::new(map))? {
            Named::Double(text) => Resp::Double(text.parse().map_err(A::Error::custom)?),
            Named::Map(pairs) => Resp::Map(pairs.into_owned()),
            Named::Error(code, text) => {
                Resp::Error(Box::new(ErrorReply { code: code.into_owned(), text: text.into_owned() }))
            }
        })
    }
}
