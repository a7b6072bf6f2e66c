//! Raise, hold, clear: the one place where a finding comes and goes.
//!
//! Knows ids and subjects, polls and time; not what is wrong. Invariants: a finding that went away for a moment
//! never left; since-when survives as long as the finding does; the number of findings is bounded, the worst are
//! kept whenever they came, and what is beyond is counted.

use super::finding::{Finding, FindingSubject, Severity};
use crate::core::limits;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How long something must be there, or be gone, to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Patience {
    /// Polls in a row.
    pub polls: u32,
    /// Time, milliseconds.
    pub ms: u64,
}

/// Both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Patiences {
    /// To be raised.
    pub raise: Patience,
    /// To be cleared.
    pub clear: Patience,
}

/// One finding over time.
#[derive(Clone, Debug)]
struct HeldFinding {
    finding: Finding,
    seen_ms: i64,
    polls: u32,
    is_raised: bool,
    missed: Option<(i64, u32)>,
}

/// Findings over time.
#[derive(Clone, Debug, Default)]
pub struct Hold {
    held: BTreeMap<(&'static str, FindingSubject), HeldFinding>,
    /// Findings beyond the bound in the last round.
    pub dropped: u64,
}

impl Hold {
    /// How bad what stands already is: lets a figure clear later than it was raised.
    pub fn standing(&self, id: &'static str, subject: &FindingSubject) -> Option<Severity> {
        let held = self.held.get(&(id, subject.clone()))?;
        held.is_raised.then_some(held.finding.severity)
    }

    /// Takes what the rules found now.
    pub fn advance(
        &mut self,
        now_ms: i64,
        found: Vec<Finding>,
        patience: impl Fn(&'static str) -> Patiences,
    ) {
        self.dropped = 0;
        for held in self.held.values_mut() {
            let (since_ms, polls) = held.missed.unwrap_or((now_ms, 0));
            held.missed = Some((since_ms, polls.saturating_add(1)));
        }
        for finding in found {
            let raise = patience(finding.id).raise;
            self.take(now_ms, finding, raise);
        }
        self.held.retain(|(id, _), held| match held.missed {
            None => true,
            Some(_) if !held.is_raised => false,
            Some((since_ms, polls)) => !is_over(patience(id).clear, polls, since_ms, now_ms),
        });
        self.keep_the_worst();
    }

    /// Cuts to the bound. The worst stay; of those that are as bad, what is seen now before what went away, then what
    /// has been seen longest, so that the same ones stay from round to round.
    fn keep_the_worst(&mut self) {
        if self.held.len() <= limits::FINDINGS {
            return;
        }
        let mut ranked: Vec<_> = std::mem::take(&mut self.held).into_iter().collect();
        ranked.sort_by_key(|(_, held)| {
            (Reverse(held.finding.severity), held.missed.is_some(), Reverse(held.polls))
        });
        let beyond = ranked.split_off(limits::FINDINGS);
        self.dropped = beyond.iter().filter(|(_, held)| held.missed.is_none()).count() as u64;
        self.held = ranked.into_iter().collect();
    }

    fn take(&mut self, now_ms: i64, finding: Finding, raise: Patience) {
        let key = (finding.id, finding.subject.clone());
        let held = self.held.entry(key).or_insert_with(|| HeldFinding {
            finding: finding.clone(),
            seen_ms: now_ms,
            polls: 0,
            is_raised: false,
            missed: None,
        });
        held.polls = held.polls.saturating_add(1);
        held.missed = None;
        let since_ms = held.finding.since_ms.min(finding.since_ms);
        held.finding = Finding { since_ms, ..finding };
        held.is_raised |= is_over(raise, held.polls, held.seen_ms, now_ms);
    }

    /// Everything that stands: the worst first, then what began first.
    pub fn findings(&self) -> Vec<Finding> {
        let mut standing: Vec<Finding> =
            self.held.values().filter(|held| held.is_raised).map(|held| held.finding.clone()).collect();
        standing.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.since_ms.cmp(&b.since_ms)));
        standing
    }
}

fn is_over(patience: Patience, polls: u32, since_ms: i64, now_ms: i64) -> bool {
    let passed_ms = u64::try_from(now_ms.saturating_sub(since_ms)).unwrap_or(0);
    polls >= patience.polls && passed_ms >= patience.ms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(now_ms: i64) -> Finding {
        Finding::new("a.rule", Severity::Warning, FindingSubject::Server, format!("at {now_ms}"), now_ms)
    }

    fn clear() -> Patience {
        Patience { polls: 3, ms: 5_000 }
    }

    /// A poll a second; whether the finding stands after each.
    fn story(seen: &[bool], patience: Patience) -> Vec<bool> {
        let mut hold = Hold::default();
        let poll = |(second, seen): (usize, &bool)| {
            let now_ms = second as i64 * 1000;
            let found = seen.then(|| finding(now_ms)).into_iter().collect();
            hold.advance(now_ms, found, |_| Patiences { raise: patience, clear: clear() });
            !hold.findings().is_empty()
        };
        seen.iter().enumerate().map(poll).collect()
    }

    #[test]
    fn what_comes_and_goes_stands_until_it_stays_away() {
        let at_once = Patience::default();
        let stands = story(&[true, false, true, false, false, true], at_once);
        assert_eq!(stands, [true; 6]);
        let stands = story(&[true, false, false, false, false, false, false], at_once);
        assert_eq!(stands, [true, true, true, true, true, true, false], "gone for 5 s and 3 polls");
    }

    #[test]
    fn a_moment_is_not_enough_to_raise() {
        let patience = Patience { polls: 3, ms: 2_000 };
        assert_eq!(
            story(&[true, true, false, true, true, true], patience),
            [false, false, false, false, false, true]
        );
    }

    #[test]
    fn since_when_is_kept_and_begins_anew_after_it_was_clear() {
        let mut hold = Hold::default();
        let mut since = Vec::new();
        for second in 0..20_i64 {
            let found = if (5..12).contains(&second) { vec![] } else { vec![finding(second * 1000)] };
            hold.advance(second * 1000, found, |_| Patiences { clear: clear(), ..Patiences::default() });
            since.extend(hold.findings().first().map(|finding| finding.since_ms));
        }
        assert_eq!((since.first(), since.get(4), since.last()), (Some(&0), Some(&0), Some(&12_000)));
    }

    #[test]
    fn the_number_of_findings_is_bounded_and_the_rest_is_counted() {
        let mut hold = Hold::default();
        let found = (0..limits::FINDINGS as u64 + 7)
            .map(|id| Finding { subject: FindingSubject::Client(id), ..finding(0) })
            .collect();
        hold.advance(0, found, |_| Patiences { clear: clear(), ..Patiences::default() });
        assert_eq!((hold.findings().len(), hold.dropped), (limits::FINDINGS, 7));
    }

    #[test]
    fn what_is_worse_takes_the_place_of_what_stood_before() {
        let mut hold = Hold::default();
        let many = |now_ms| {
            (0..limits::FINDINGS as u64 + 50)
                .map(move |id| Finding { subject: FindingSubject::Client(id), ..finding(now_ms) })
        };
        let worst = |now_ms| {
            Finding::new("the.worst", Severity::Critical, FindingSubject::Server, "1".to_owned(), now_ms)
        };
        let patience = |id| match id {
            "the.worst" => Patiences { raise: Patience { polls: 3, ms: 2_000 }, clear: clear() },
            _ => Patiences { clear: clear(), ..Patiences::default() },
        };
        for second in 0..10_i64 {
            hold.advance(second * 1000, many(second * 1000).collect(), patience);
        }
        let before: Vec<_> = hold.findings().into_iter().map(|finding| finding.subject).collect();
        for second in 10..13_i64 {
            let found = many(second * 1000).chain([worst(second * 1000)]).collect();
            hold.advance(second * 1000, found, patience);
        }
        let after = hold.findings();
        assert_eq!(after.first().map(|finding| finding.id), Some("the.worst"));
        assert_eq!((after.len(), hold.dropped), (limits::FINDINGS, 51));
        assert!(after.iter().skip(1).all(|finding| before.contains(&finding.subject)), "the others stay");
    }
}
