//! Values of options and arguments: how they are written.
//!
//! Knows their range; not what they are for.

use crate::config::schema::SETTINGS;
use crate::config::units::{self, duration};
use crate::config::value::Value;
use crate::core::limits::{FOR_MAX_MS, SCREEN_COLUMNS, SCREEN_ROWS};
use crate::core::model::{Name, StreamId};
use std::time::Duration;

/// What `--for` takes.
pub(super) fn within(text: &str) -> Result<Duration, String> {
    let within = duration(text).map_err(|bad| unit_missing(text, bad.hint))?;
    if (Duration::from_secs(1)..=Duration::from_millis(FOR_MAX_MS)).contains(&within) {
        Ok(within)
    } else {
        Err("from 1s to 1h".to_owned())
    }
}

/// What to write instead of a duration that is none; digits alone lack their unit.
fn unit_missing(text: &str, hint: &str) -> String {
    match !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) {
        true => format!("the unit is missing: {text}s?"),
        false => hint.to_owned(),
    }
}

/// Time from one poll to the next, in the bounds of the config's own `interval`.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    let kind = SETTINGS.iter().find(|setting| setting.path == "interval").map(|setting| setting.kind);
    match kind.map(|kind| kind.read_text(text)) {
        Some(Ok(Value::Duration(interval))) => Ok(interval),
        // clap quotes the value itself, masked where it has to be.
        Some(Err((_, hint))) => Err(match duration(text) {
            Ok(interval) if interval < Duration::from_secs(1) => "too short: 100ms to 1h".to_owned(),
            Ok(_) => "too long: 100ms to 1h".to_owned(),
            Err(_) => unit_missing(text, &hint),
        }),
        _ => Err("not a duration".to_owned()),
    }
}

/// Columns and rows of a screen: `120x40`.
pub(super) fn size(text: &str) -> Result<(u16, u16), String> {
    let sides = text.split_once('x').map(|(width, height)| (width.parse::<u16>(), height.parse::<u16>()));
    match sides {
        Some((Ok(width), Ok(height)))
            if (20..=SCREEN_COLUMNS).contains(&width) && (5..=SCREEN_ROWS).contains(&height) =>
        {
            Ok((width, height))
        }
        Some((Ok(_), Ok(_))) => Err(format!("from 20x5 to {SCREEN_COLUMNS}x{SCREEN_ROWS}")),
        _ => Err("write it as 120x40".to_owned()),
    }
}

/// A TCP port. clap quotes the text itself.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ if is_number => Err("out of range: ports are 1 to 65535".to_owned()),
        _ => Err("not a port number".to_owned()),
    }
}

pub(super) fn name(text: &str) -> Result<Name, String> {
    // An empty name is a name to Redis, of keys as of groups.
    Name::from_text(text).map_err(|bad| {
        format!("a bad escape at byte {}: write \\\\ for a backslash and \\xNN for a byte", bad.at)
    })
}

/// A backslash escapes in globs too: what is no escape of ours is taken as it stands.
pub(super) fn pattern(text: &str) -> Result<Name, String> {
    Ok(Name::from_text(text).unwrap_or_else(|_| Name::from(text)))
}

pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    let duration = units::duration(text).map_err(|bad| unit_missing(text, bad.hint))?;
    u64::try_from(duration.as_millis()).map_err(|_| "too long".to_owned())
}

pub(super) fn count(text: &str) -> Result<u64, String> {
    units::count(text).map_err(|bad| bad.hint.to_owned())
}

/// None at all is a slip of the hand, and would be journalled as if something had been done.
pub(super) fn at_least_one(text: &str) -> Result<u64, String> {
    match count(text)? {
        0 => Err("at least 1".to_owned()),
        count => Ok(count),
    }
}

/// No time at all would take everything there is.
pub(super) fn some_time(text: &str) -> Result<u64, String> {
    match milliseconds(text)? {
        0 => Err("at least 1ms".to_owned()),
        time => Ok(time),
    }
}

/// clap quotes the text itself, masked where it has to be.
pub(super) fn stream_id(text: &str) -> Result<StreamId, String> {
    text.parse().map_err(|_| "write <milliseconds>-<sequence>, such as 1700000000000-0".to_owned())
}

/// It becomes the name of a file.
pub(super) fn action_id(text: &str) -> Result<String, String> {
    let is_id = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_id {
        Ok(text.to_owned())
    } else {
        Err("an id of the journal, such as 20260101-120000-1a2b".to_owned())
    }
}
