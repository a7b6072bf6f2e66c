//! What a job says of itself: its id, its class and when it came; nothing of what it is to do.
//!
//! Knows JSON, read as far as it is there: a job may be cut. Invariant: what is kept of a job is short, and is one of those
//! three.

use super::adapter::{ItemClass, ItemForm, ItemId, ItemTime, TimeUnit};
use super::pickle;
use crate::core::model::Name;
use crate::core::model::queues::QueueItem;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Longest class or id that is kept, bytes.
const KEPT_BYTES: usize = 120;

/// What a job of this form says, as far as it was read.
pub fn item(form: &ItemForm, text: &[u8], bytes: u64) -> QueueItem {
    let mut hasher = DefaultHasher::new();
    (text, bytes).hash(&mut hasher);
    let mut paths: Vec<&[&str]> = Vec::new();
    let id_at = match form.id {
        ItemId::Json(path) => {
            paths.push(path);
            Some(0..1)
        }
        _ => None,
    };
    let mut range = |places: &'static [&'static [&'static str]]| {
        let first = paths.len();
        paths.extend(places);
        first..paths.len()
    };
    let time_at = match form.time {
        ItemTime::Json(places, unit) => Some((range(places), unit)),
        _ => None,
    };
    let class_at = match form.class {
        ItemClass::Json(places) => Some(range(places)),
        _ => None,
    };
    let found = if paths.is_empty() { Vec::new() } else { fields(text, &paths) };
    let first = |range: std::ops::Range<usize>| found.get(range)?.iter().flatten().next();
    let id = match form.id {
        ItemId::Whole => kept(text),
        _ => id_at.and_then(first).and_then(|id| kept(id.as_bytes())),
    };
    QueueItem {
        tenant: None,
        mark: hasher.finish(),
        bytes,
        id,
        class: match form.class {
            ItemClass::Pickled(key) => pickle::string_under(text, key).and_then(kept),
            ItemClass::PickledAt(number) => pickle::string_at(text, number).and_then(kept),
            ItemClass::ProtoFirst => pickle::proto_first(text).and_then(kept),
            _ => class_at.and_then(first).and_then(|class| kept(class.as_bytes())),
        },
        at_ms: match form.time {
            ItemTime::Pickled(key) => pickle::number_under(text, key),
            ItemTime::FirstMicros => pickle::first_micros(text),
            _ => time_at.and_then(|(range, unit)| time_ms(first(range)?.as_bytes(), unit)),
        },
    }
}

/// The same of a job whose text stands elsewhere than the item: that is its id, and it may have a time beside it.
pub fn joined(form: &ItemForm, text: &[u8], bytes: u64, id: &[u8], beside: &[u8]) -> QueueItem {
    let mut item = item(form, text, bytes);
    if !id.is_empty() {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        item.mark = hasher.finish();
        item.id = kept(id);
    }
    if let ItemTime::Beside(unit) = form.time {
        item.at_ms = time_ms(beside, unit);
    }
    item
}

/// A name of a job or of what begins it, where there is one; cut where it is long.
pub fn kept(text: &[u8]) -> Option<Name> {
    (!text.is_empty()).then(|| Name::new(text.get(..KEPT_BYTES).unwrap_or(text)))
}

/// A class in a field of a job's hash, up to a byte where one is given.
pub fn class(text: &[u8], until: Option<u8>) -> Option<Name> {
    let end = until.and_then(|until| text.iter().position(|byte| *byte == until));
    kept(end.and_then(|end| text.get(..end)).unwrap_or(text))
}

/// A time, milliseconds since 1970; `None` where it is none, or beyond all reason.
pub fn time_ms(text: &[u8], unit: TimeUnit) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if matches!(unit, TimeUnit::Iso | TimeUnit::Any)
        && let found @ Some(_) = iso_ms(text)
    {
        return found;
    }
    let number: f64 = text.parse().ok()?;
    let ms = match unit {
        TimeUnit::Iso => return None,
        TimeUnit::Seconds | TimeUnit::Any => number * 1e3,
        TimeUnit::SecondsOrMillis if number.abs() < 1e11 => number * 1e3,
        TimeUnit::Millis | TimeUnit::SecondsOrMillis => number,
        TimeUnit::Nanos => number / 1e6,
        TimeUnit::MillisTimes4096 => number / 4096.0,
    };
    (ms.is_finite() && ms > 0.0 && ms < 1e15).then_some(ms.round() as i64)
}

/// `2026-11-29T06:05:31.123456Z`, or as Ruby writes it, with `/` or a space before the offset; without one it is UTC.
fn iso_ms(text: &str) -> Option<i64> {
    let text = text.replace(" UTC", "Z").replace(" +", "+").replace(" -", "-").replacen('/', "-", 2);
    let text = text.as_str();
    let zoned = text.parse::<jiff::Timestamp>();
    let plain = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    zoned.ok().or_else(|| Some(plain()?.timestamp())).map(|at| at.as_millisecond())
}

/// The plain values under these paths, as far as the text goes; strings without their quotes.
pub(super) fn fields(text: &[u8], paths: &[&[&str]]) -> Vec<Option<String>> {
    let found = RefCell::new(vec![None; paths.len()]);
    let open = paths.iter().copied().enumerate().collect();
    let mut reader = serde_json::Deserializer::from_slice(text);
    // A job that is cut ends in an error, and what stood before it is known.
    let _ = Seek { open, found: &found }.deserialize(&mut reader);
    found.into_inner()
}

/// Looks for what is left of some paths.
struct Seek<'a> {
    open: Vec<(usize, &'a [&'a str])>,
    found: &'a RefCell<Vec<Option<String>>>,
}

impl Seek<'_> {
    fn tell(&self, value: &dyn ToString) {
        for (at, _) in self.open.iter().filter(|(_, path)| path.is_empty()) {
            if let Some(place) = self.found.borrow_mut().get_mut(*at) {
                place.get_or_insert_with(|| value.to_string());
            }
        }
    }

    fn below(&self, step: &str) -> Self {
        let open = self.open.iter().filter_map(|(at, path)| match path.split_first() {
            Some((first, rest)) if *first == step => Some((*at, rest)),
            _ => None,
        });
        Seek { open: open.collect(), found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.open.is_empty() {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.tell(&value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.tell(&value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.tell(&value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.tell(&value);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(self.below(&key))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut at = 0_usize;
        while items.next_element_seed(self.below(&at.to_string()))?.is_some() {
            at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDEKIQ: ItemForm = ItemForm {
        id: ItemId::Json(&["jid"]),
        time: ItemTime::Json(&[&["enqueued_at"], &["created_at"]], TimeUnit::SecondsOrMillis),
        class: ItemClass::Json(&[&["wrapped"], &["class"]]),
        cut: 1_000,
        record: None,
    };

    #[test]
    fn a_job_tells_its_id_its_class_and_when_it_came() {
        let text = br#"{"class":"Job","args":[{"class":"no"}],"jid":"7f","created_at":1700000000.5}"#;
        let item = item(&SIDEKIQ, text, 90);
        assert_eq!(item.id, Some(Name::from("7f")));
        assert_eq!(item.class, Some(Name::from("Job")));
        assert_eq!(item.at_ms, Some(1_700_000_000_500));
        let wrapped = br#"{"class":"Adapter","wrapped":"Mail","enqueued_at":1700000000000}"#;
        let item = super::item(&SIDEKIQ, wrapped, 60);
        assert_eq!((item.class, item.at_ms), (Some(Name::from("Mail")), Some(1_700_000_000_000)));
    }

    #[test]
    fn a_job_that_is_cut_tells_what_stood_before_the_cut() {
        let item = item(&SIDEKIQ, br#"{"class":"Job","jid":"7f","args":["very long and "#, 9_000);
        assert_eq!((item.class, item.id), (Some(Name::from("Job")), Some(Name::from("7f"))));
        let nonsense = super::item(&SIDEKIQ, b"\x80\x04no json", 12);
        assert_eq!((nonsense.class, nonsense.id, nonsense.at_ms), (None, None, None));
    }

    #[test]
    fn steps_through_lists_are_numbers() {
        let found = fields(br#"{"a":[{"b":1},{"b":2.5}],"c":-3}"#, &[&["a", "1", "b"], &["c"], &["d"]]);
        assert_eq!(found, [Some("2.5".to_owned()), Some("-3".to_owned()), None]);
    }

    #[test]
    fn times_are_read_in_every_unit() {
        let ms = |text: &str, unit| time_ms(text.as_bytes(), unit);
        assert_eq!(ms("1700000000.25", TimeUnit::Seconds), Some(1_700_000_000_250));
        assert_eq!(ms("1700000000250000000", TimeUnit::Nanos), Some(1_700_000_000_250));
        assert_eq!(ms("2023-11-14T22:13:20.250123Z", TimeUnit::Iso), Some(1_700_000_000_250));
        assert_eq!(ms("2024-02-29 12:00:00", TimeUnit::Iso), Some(1_709_208_000_000));
        for ruby in ["2024-02-29 13:00:00 +0100", "2024/02/29 12:00:00 UTC", "1709208000"] {
            assert_eq!(ms(ruby, TimeUnit::Any), Some(1_709_208_000_000), "{ruby}");
        }
        for nonsense in ["", "nan", "-5", "1e300", "2024-13-01T00:00:00Z"] {
            assert_eq!(ms(nonsense, TimeUnit::Iso).or(ms(nonsense, TimeUnit::Seconds)), None, "{nonsense}");
        }
    }
}
