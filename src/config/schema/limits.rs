//! The keys of `[thresholds]`, made from the table of `core::diagnose::thresholds`.
//!
//! Knows ranges and how each type is written; not what a limit is compared with. Invariants, held by tests: every row
//! says whose its default is, and a critical limit is no milder than its warning.

use super::Setting;
use crate::config::value::{Bad, Kind, Value};
use crate::core::diagnose::thresholds::thresholds;
use crate::core::limits::{HIT_RATIO_MAX_MS, THRESHOLD_MAX_MS};
use std::convert::identity;
use std::time::Duration;

const SPAN: Kind = Kind::DurationMs(100, THRESHOLD_MAX_MS);
const WINDOW: Kind = Kind::DurationMs(1_000, HIT_RATIO_MAX_MS);
const COUNT: Kind = Kind::Whole(1, 1_000_000);
const COUNT_OR_NONE: Kind = Kind::Whole(0, 1_000_000);
const RATIO: Kind = Kind::Band(Bad::Low, 1);
const SHARE: Kind = Kind::Band(Bad::High, 1);
const FIGURE: Kind = Kind::Band(Bad::High, 1_000_000);
const SOON: Kind = Kind::Band(Bad::Low, 100_000);

/// A key: how the type of the field is made of the value, and the value of the field.
macro_rules! limit {
    ($kind:expr, $path:expr, $($field:ident).+, $doc:literal, $variant:ident, $read:expr, $write:expr) => {
        Setting {
            path: $path,
            kind: $kind,
            default: None,
            doc: $doc,
            set: |settings, value| {
                if let Value::$variant(value) = value {
                    settings.thresholds.$($field).+ = $read(value);
                }
            },
            get: |settings| Value::$variant($write(settings.thresholds.$($field).+)),
        }
    };
}

/// The keys of a row, by its type and range.
macro_rules! keys {
    (u64 COUNT $path:expr, $field:ident, $doc:literal) => {
        &[limit!(COUNT, $path, $field, $doc, Whole, u64::from, whole)]
    };
    (u64 COUNT_OR_NONE $path:expr, $field:ident, $doc:literal) => {
        &[limit!(COUNT_OR_NONE, $path, $field, $doc, Whole, u64::from, whole)]
    };
    (u64 SIZE $path:expr, $field:ident, $doc:literal) => {
        &[limit!(Kind::Size, $path, $field, $doc, Size, identity, identity)]
    };
    (u64 $range:ident $path:expr, $field:ident, $doc:literal) => {
        &[limit!($range, $path, $field, $doc, Duration, ms, span)]
    };
    (u32 COUNT $path:expr, $field:ident, $doc:literal) => {
        &[limit!(COUNT, $path, $field, $doc, Whole, identity, identity)]
    };
    (bool FLAG $path:expr, $field:ident, $doc:literal) => {
        &[limit!(Kind::Flag, $path, $field, $doc, Flag, identity, identity)]
    };
    (Spans SPAN $path:expr, $field:ident, $doc:literal) => {
        &[
            limit!(SPAN, concat!($path, "_warning"), $field.warning_ms, $doc, Duration, ms, span),
            limit!(SPAN, concat!($path, "_critical"), $field.critical_ms, $doc, Duration, ms, span),
        ]
    };
    (Bands $band:ident $path:expr, $field:ident, $doc:literal) => {
        &[
            limit!($band, concat!($path, "_warning"), $field.warning, $doc, Band, identity, identity),
            limit!($band, concat!($path, "_critical"), $field.critical, $doc, Band, identity, identity),
        ]
    };
}

macro_rules! make_limits {
    ($($field:ident: $type:ident = $default:expr, $range:ident $key:literal $doc:literal;)*) => {
        /// Every limit of `[thresholds]`, by the row that it is made from.
        pub const LIMITS: &[&[Setting]] = &[$(keys!($type $range concat!("thresholds.", $key), $field, $doc)),*];
    };
}
thresholds!(make_limits);

fn span(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn whole(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
