//! The kinds of values that the config has: how each is read from TOML or from a variable, and written.
//!
//! Knows types and ranges; not which key a value is for. Invariant: a [`Value`] that was read is in its
//! kind's range, and what `Display` writes is TOML that reads back to it.

use super::units;
use crate::core::diagnose::thresholds::Band;
use std::fmt;
use std::time::Duration;
use toml::de::DeValue;

/// A value, checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string: a name, a path, a choice.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Whole(u32),
    /// A duration.
    Duration(Duration),
    /// A size in bytes.
    Size(u64),
    /// Strings.
    List(Vec<String>),
    /// Where something begins and where it ends; none where it never does.
    Band(Option<Band>),
}

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number, both ends included.
    Whole(u32, u32),
    /// A duration in milliseconds, both ends included.
    DurationMs(u64, u64),
    /// A size in bytes, more than none.
    Size,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of strings.
    List,
    /// `[raises at, clears at]`, each 0 to this, or `"off"`.
    Band(Bad, u32),
}

/// On which side of a limit a figure is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// What is high is bad.
    High,
    /// What is low is bad.
    Low,
}

/// What is wrong with a value, and what to try.
pub type Wrong = (String, String);

impl Kind {
    /// What it takes, in words.
    pub fn wanted(self) -> String {
        match self {
            Self::Text => "a string".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Whole(min, max) => format!("a whole number, {min} to {max}"),
            Self::DurationMs(min, max) => format!("a duration, \"{}\" to \"{}\"", shown(min), shown(max)),
            Self::Size => "a size, \"512mb\" or \"2gb\"".to_owned(),
            Self::Choice(words) => format!("one of \"{}\"", words.join("\", \"")),
            Self::List => "a list of strings, [\"...\"]".to_owned(),
            Self::Band(side, max) => {
                let example = match (side, max) {
                    (Bad::High, 1) => "[0.85, 0.75]",
                    (Bad::Low, 1) => "[0.75, 0.85]",
                    (Bad::High, _) => "[20, 10]",
                    (Bad::Low, _) => "[10, 20]",
                };
                format!("[raises at, clears at], two numbers, 0 to {max}, such as {example}, or \"off\"")
            }
        }
    }

    /// Reads a value of the file.
    pub fn read(self, value: &DeValue<'_>) -> Result<Value, Wrong> {
        let wrong_type = || (format!("is {}", type_words(value)), format!("write {}", self.wanted()));
        match (self, value) {
            (Self::Text | Self::DurationMs(..) | Self::Size | Self::Choice(_), DeValue::String(text)) => {
                self.read_text(text)
            }
            (Self::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Self::Whole(..), DeValue::Integer(number)) => {
                let whole = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix());
                self.whole(whole.ok())
            }
            (Self::List, DeValue::Array(items)) => {
                let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                texts.collect::<Option<Vec<_>>>().map(Value::List).ok_or_else(|| {
                    ("holds something that is not a string".to_owned(), format!("write {}", self.wanted()))
                })
            }
            (Self::Band(..), DeValue::String(text)) if text == "off" => Ok(Value::Band(None)),
            (Self::Band(bad, max), DeValue::Array(items)) => {
                let numbers: Option<Vec<_>> = items.iter().map(|item| number(item.get_ref())).collect();
                match numbers.as_deref() {
                    Some(&[raise, clear]) => bad.band(raise, clear, max).map(Value::Band),
                    _ => Err(("is not two numbers".to_owned(), format!("write {}", self.wanted()))),
                }
            }
            _ => Err(wrong_type()),
        }
    }

    /// Reads a value of the environment or an option. Lists have no such form.
    pub fn read_text(self, text: &str) -> Result<Value, Wrong> {
        let bad = |what: String| (what, format!("write {}", self.wanted()));
        match self {
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Flag => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(Value::Flag(true)),
                "false" | "0" | "no" | "off" => Ok(Value::Flag(false)),
                _ => Err(bad(format!("is '{text}'"))),
            },
            Self::Whole(..) => self.whole(text.parse().ok()),
            Self::DurationMs(min, max) => {
                let duration = units::duration(text).map_err(|bad| (bad.what, bad.hint.to_owned()))?;
                match (Duration::from_millis(min)..=Duration::from_millis(max)).contains(&duration) {
                    true => Ok(Value::Duration(duration)),
                    false => Err(bad(format!("'{text}' is out of range"))),
                }
            }
            Self::Size => match units::size_bytes(text) {
                Ok(0) => Err(bad(format!("'{text}' is out of range"))),
                Ok(bytes) => Ok(Value::Size(bytes)),
                Err(wrong) => Err((wrong.what, wrong.hint.to_owned())),
            },
            Self::Choice(words) => match words.contains(&text) {
                true => Ok(Value::Text(text.to_owned())),
                false => Err(bad(format!("is '{text}'"))),
            },
            Self::List | Self::Band(..) => Err(bad("is not a list".to_owned())),
        }
    }

    fn whole(self, number: Option<i64>) -> Result<Value, Wrong> {
        let whole = number.and_then(|number| u32::try_from(number).ok());
        match (self, whole) {
            (Self::Whole(min, max), Some(whole)) if (min..=max).contains(&whole) => Ok(Value::Whole(whole)),
            _ => Err(("is out of range".to_owned(), format!("write {}", self.wanted()))),
        }
    }
}

impl Bad {
    /// A band, checked: what clears lies on the healthy side of what raises.
    fn band(self, raise: f64, clear: f64, max: u32) -> Result<Option<Band>, Wrong> {
        let wanted = Kind::Band(self, max).wanted();
        if ![raise, clear].iter().all(|limit| (0.0..=f64::from(max)).contains(limit)) {
            return Err(("is out of range".to_owned(), format!("write {wanted}")));
        }
        let side = match self {
            Self::High if clear > raise => "above",
            Self::Low if clear < raise => "below",
            // A band says by its own order which side is bad; an equal pair would say "high".
            Self::Low if clear <= raise => "at",
            _ => return Ok(Some(Band::new(raise, clear))),
        };
        let healthy = if self == Self::High { "at most" } else { "more than" };
        Err((
            format!("clears at {clear}, {side} the {raise} at which it raises"),
            format!("write [raises at, clears at]; to clear, it has to come back to {healthy} {raise}"),
        ))
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', "").parse().ok(),
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

fn shown(ms: u64) -> String {
    units::duration_text(Duration::from_millis(ms))
}

/// What a value of TOML is, in words.
pub fn type_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A string as TOML writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Duration(duration) => f.write_str(&quoted(&units::duration_text(*duration))),
            Self::Size(bytes) => f.write_str(&quoted(&units::size_text(*bytes))),
            Self::Band(None) => f.write_str("\"off\""),
            Self::Band(Some(Band { raise, clear })) => write!(f, "[{raise}, {clear}]"),
            Self::List(texts) => {
                write!(f, "[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(kind: Kind, text: &str) -> Result<Value, Wrong> {
        kind.read(DeValue::parse(text).unwrap().get_ref())
    }

    #[test]
    fn values_are_read_by_their_kind() {
        assert_eq!(read(Kind::Whole(1, 60), "10"), Ok(Value::Whole(10)));
        assert_eq!(read(Kind::Whole(1, 60), "0x1_0"), Ok(Value::Whole(16)));
        assert_eq!(read(Kind::Flag, "true"), Ok(Value::Flag(true)));
        assert_eq!(read(Kind::List, "['a', 'b']"), Ok(Value::List(vec!["a".into(), "b".into()])));
        assert_eq!(Kind::Flag.read_text("off"), Ok(Value::Flag(false)));
    }

    #[test]
    fn what_is_out_of_range_or_of_another_type_is_an_error_with_what_is_wanted() {
        let (what, hint) = read(Kind::Whole(1, 60), "61").unwrap_err();
        assert_eq!((what.as_str(), hint.as_str()), ("is out of range", "write a whole number, 1 to 60"));
        let (what, hint) = read(Kind::DurationMs(100, 3_600_000), "1").unwrap_err();
        assert_eq!((what.as_str(), hint.as_str()), ("is a number", "write a duration, \"100ms\" to \"1h\""));
        assert!(read(Kind::Whole(1, 60), "-1").is_err());
        assert!(read(Kind::List, "[1]").is_err());
    }

    #[test]
    fn a_band_clears_on_the_healthy_side_of_where_it_raises() {
        let (high, low) = (Kind::Band(Bad::High, 1000), Kind::Band(Bad::Low, 1));
        assert_eq!(read(high, "[100, 5e1]"), Ok(Value::Band(Some(Band::new(100.0, 50.0)))));
        assert_eq!(read(high, "[1, 1]"), Ok(Value::Band(Some(Band::new(1.0, 1.0)))));
        assert_eq!(read(low, "[0.5, 0.6]"), Ok(Value::Band(Some(Band::new(0.5, 0.6)))));
        assert_eq!(read(low, "'off'"), Ok(Value::Band(None)));
        let (what, hint) = read(high, "[50, 100]").unwrap_err();
        assert_eq!(what, "clears at 100, above the 50 at which it raises");
        assert_eq!(hint, "write [raises at, clears at]; to clear, it has to come back to at most 50");
        for text in
            ["[0.6, 0.5]", "[0.5, 0.5]", "[80, 85]", "[-0.5, 0.6]", "[0.5]", "[nan, nan]", "0.5", "'on'"]
        {
            assert!(read(low, text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_string_is_written_as_toml_that_reads_back(text: String) {
            let value = Value::Text(text);
            prop_assert_eq!(read(Kind::Text, &value.to_string()), Ok(value));
        }
    }
}
