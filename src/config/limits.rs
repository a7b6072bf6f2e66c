//! The limits of `[thresholds]` together: from when on something is wrong.
//!
//! Knows which of them belong together; one by one they are rows of the schema. Invariant: a critical limit is
//! no milder than its warning.

use super::Config;
use super::problem::{Location, Problem};
use super::schema::{Setting, limits};
use super::value::{Bad, Kind, Value};

/// What each key allows and together makes no sense: told where the operator wrote it.
pub fn contradictions(config: &Config) -> Vec<Problem> {
    let pairs = limits().filter_map(|warning| {
        let stem = warning.path.strip_suffix("_warning")?;
        let critical = limit(&format!("{stem}_critical"))?;
        Some((warning, critical, "the critical one is no milder than the warning"))
    });
    let least = limit("thresholds.hit_ratio_least").zip(limit("thresholds.hit_ratio_over"));
    let least = least.map(|(least, over)| (least, over, "the least is a part of the whole"));
    let told = pairs.chain(least).filter_map(|(first, second, hint)| {
        let (low, high) = ((first.get)(&config.settings), (second.get)(&config.settings));
        let is_wrong = match (first.kind, &low, &high) {
            (_, Value::Duration(low), Value::Duration(high)) => high < low,
            (Kind::Band(Bad::High, _), Value::Band(Some(low)), Value::Band(Some(high))) => {
                high.raise < low.raise
            }
            (Kind::Band(Bad::Low, _), Value::Band(Some(low)), Value::Band(Some(high))) => {
                high.raise > low.raise
            }
            _ => false,
        };
        let place = Some(config.place(second.path)).filter(|place| *place != Location::Default);
        let place = place.unwrap_or_else(|| config.place(first.path));
        let what = format!("'{}' is {high} and '{}' is {low}", second.path, first.path);
        is_wrong.then(|| Problem::new(place, what, format!("{hint}: change both")))
    });
    told.collect()
}

fn limit(path: &str) -> Option<&'static Setting> {
    limits().find(|limit| limit.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Env, Flags, resolve};
    use crate::core::diagnose::thresholds::Thresholds;

    #[test]
    fn every_default_is_the_one_of_the_rules() {
        let config = resolve(None, &Env::default(), &Flags::default()).unwrap();
        assert_eq!(config.settings.thresholds, Thresholds::default());
    }

    #[test]
    fn every_limit_says_whose_default_it_is() {
        for limit in limits() {
            let (_, whose) = limit.doc.split_once(". ").unwrap();
            let known = ["Ours", "ours", "Netdata's", "awesome-prometheus-alerts'", "channels_redis"];
            assert!(known.iter().any(|known| whose.contains(known)), "{}: {whose}", limit.path);
        }
    }

    #[test]
    fn every_warning_has_its_critical() {
        for path in limits().filter_map(|limit| limit.path.strip_suffix("_warning")) {
            assert!(limit(&format!("{path}_critical")).is_some(), "{path}");
        }
    }
}
