//! A stream as a fan-out: how long its entries take to reach each of its groups, side by side.
//!
//! Knows what the groups tell; asks nothing. Invariant: a group whose delay is not known is not called the slowest.

use crate::core::model::Name;
use crate::core::reading::pings::Percentiles;
use crate::core::reading::streams::StreamState;

/// How late entries reach one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery<'a> {
    /// The group.
    pub group: &'a Name,
    /// How long entries waited for their delivery, over the last minute, milliseconds.
    pub waited_ms: Percentiles,
    /// Age of the oldest entry that was not delivered, milliseconds; 0 when there is none.
    pub undelivered_ms: Option<u64>,
}

impl Delivery<'_> {
    /// How late the group is, milliseconds: half of what it was given waited this long, or its oldest still waits.
    pub fn delay_ms(&self) -> Option<u64> {
        self.waited_ms.p50.max(self.undelivered_ms)
    }
}

/// The groups of a stream beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread<'a> {
    /// The group that entries reach last.
    pub slowest: &'a Name,
    /// How late it is, milliseconds.
    pub slowest_ms: u64,
    /// How much later that is than the quickest group, milliseconds.
    pub spread_ms: u64,
}

/// Every group of a stream, in the order of names.
pub fn deliveries(stream: &StreamState, now_us: i64) -> Vec<Delivery<'_>> {
    let now_ms = now_us.div_euclid(1000);
    let groups = stream.groups.iter().map(|(name, group)| Delivery {
        group: name,
        waited_ms: group.delivery_ms(now_us),
        undelivered_ms: group.oldest_undelivered_age_ms(stream.first_entry(), now_ms),
    });
    groups.collect()
}

/// The slowest group, and how far groups lie apart; `None` below two groups whose delay is known.
pub fn spread<'a>(deliveries: &[Delivery<'a>]) -> Option<Spread<'a>> {
    let known = || deliveries.iter().filter_map(|delivery| Some((delivery.delay_ms()?, delivery.group)));
    let (slowest_ms, slowest) = known().max_by_key(|(delay_ms, _)| *delay_ms)?;
    let (quickest_ms, _) = known().min_by_key(|(delay_ms, _)| *delay_ms)?;
    let is_one = known().count() < 2;
    (!is_one).then(|| Spread { slowest, slowest_ms, spread_ms: slowest_ms - quickest_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(group: &Name, p50: Option<u64>, undelivered_ms: Option<u64>) -> Delivery<'_> {
        Delivery { group, waited_ms: Percentiles { p50, ..Percentiles::default() }, undelivered_ms }
    }

    #[test]
    fn the_slowest_group_is_the_one_whose_entries_wait_longest_delivered_or_not() {
        let (a, b, c) = (Name::from("a"), Name::from("b"), Name::from("c"));
        let all =
            [delivery(&a, Some(12), Some(0)), delivery(&b, Some(40), Some(9_000)), delivery(&c, None, None)];
        let spread = spread(&all).unwrap();
        assert_eq!((spread.slowest, spread.slowest_ms, spread.spread_ms), (&b, 9_000, 8_988));
    }

    #[test]
    fn one_known_group_has_nothing_to_be_compared_with() {
        let (a, b) = (Name::from("a"), Name::from("b"));
        assert_eq!(spread(&[delivery(&a, Some(1), None), delivery(&b, None, None)]), None);
        assert_eq!(spread(&[]), None);
    }
}
