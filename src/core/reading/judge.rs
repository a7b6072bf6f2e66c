//! Verdicts and findings over time: what the reading keeps of them.
//!
//! Knows which group was read anew; decides nothing itself (`diagnose` does). Invariants: nothing is judged across
//! a restart; a group or stream that is gone leaves nothing behind; a round costs what was read in it.

use super::tracks::Tracks;
use super::{Reading, evidence};
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::finding::{Finding, Health, Severity};
use crate::core::diagnose::groups::group_consumers::GroupSigns;
use crate::core::diagnose::groups::{GroupVerdict, Judgement};
use crate::core::diagnose::hold::Hold;
use crate::core::diagnose::rules::{self, CannotTell};
use crate::core::diagnose::thresholds::Thresholds;
use crate::core::model::Name;

/// Verdicts and findings.
#[derive(Clone, Debug)]
pub struct Standing {
    tracks: Tracks,
    hold: Hold,
    findings: Vec<Finding>,
    cannot_tell: Vec<CannotTell>,
    dropped: u64,
    health: Health,
}

impl Default for Standing {
    fn default() -> Self {
        Self::new(Thresholds::default())
    }
}

impl Standing {
    /// Nothing judged yet.
    pub fn new(thresholds: Thresholds) -> Self {
        Self {
            tracks: Tracks::new(thresholds),
            hold: Hold::default(),
            findings: Vec::new(),
            cannot_tell: Vec::new(),
            dropped: 0,
            health: Health::Unknown,
        }
    }

    /// The limits in force.
    pub fn thresholds(&self) -> &Thresholds {
        self.tracks.thresholds()
    }

    /// The whole in one word.
    pub fn health(&self) -> Health {
        self.health
    }

    /// What is wrong: the worst first, then what began first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Groups, consumers and findings that are not well and not listed, for there are too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Rules that cannot tell whether anything is wrong, and why.
    pub fn cannot_tell(&self) -> &[CannotTell] {
        &self.cannot_tell
    }

    /// The verdict of a group, with its reason; `None` while it was not read or is beyond the bound.
    pub fn group(&self, key: &Name, group: &Name) -> Option<&Judgement> {
        Some(self.tracks.group(key, group)?.judgement())
    }

    /// The verdict of a stream: the worst of its groups; `None` without a group.
    pub fn stream(&self, key: &Name) -> Option<GroupVerdict> {
        self.tracks.stream(key)?.groups().map(|(_, group)| group.judgement().verdict).min()
    }

    /// Takes a round in that brought figures, with news of these streams.
    pub(super) fn advance(&mut self, reading: &Reading, news: &[Name]) {
        if self.tracks.advance(reading, news) {
            self.hold = Hold::default();
        }
        let mut dropped = 0;
        let evidence = evidence::of(reading, &self.tracks, &self.hold, &mut dropped);
        let (found, cannot_tell) = rules::ask(&evidence, self.tracks.thresholds());
        let patience = |id| rules::patience(id, self.tracks.thresholds());
        self.hold.advance(reading.now_ms(), found, patience);
        self.cannot_tell = cannot_tell;
        self.dropped = dropped.saturating_add(self.hold.dropped);
        self.findings = self.hold.findings();
        self.health = self.health_of(reading);
    }

    fn health_of(&self, reading: &Reading) -> Health {
        let worst = self.findings.first().map(|finding| finding.severity);
        if worst == Some(Severity::Critical) {
            return Health::Critical;
        }
        if reading.this_node().answers.lacks_info() || reading.this_node().fresh_info().is_none() {
            return Health::Unknown;
        }
        if worst == Some(Severity::Warning) {
            return Health::Warning;
        }
        let is_watched = self.tracks.is_watched(reading.this_node().at_us);
        if is_watched && reading.unjudged().is_empty() { Health::Ok } else { Health::Unknown }
    }
}

impl Reading {
    /// The whole in one word.
    pub fn health(&self) -> Health {
        self.judged.health()
    }

    /// For how long this server has been watched without a break, milliseconds.
    pub fn watched_ms(&self) -> u64 {
        self.judged.tracks.watched_ms(self.this_node().at_us)
    }

    /// What is wrong: the worst first, then what began first.
    pub fn findings(&self) -> &[Finding] {
        self.judged.findings()
    }

    /// The verdict of a group, with its reason; `None` while it was not read.
    pub fn group_verdict(&self, key: &Name, group: &Name) -> Option<&Judgement> {
        self.judged.group(key, group)
    }

    /// The verdict of a stream: the worst of its groups; `None` without a group.
    pub fn stream_verdict(&self, key: &Name) -> Option<GroupVerdict> {
        self.judged.stream(key)
    }

    /// What a group's consumers show; `None` while it was not read.
    pub(super) fn group_signs(&self, key: &Name, group: &Name) -> Option<&GroupSigns> {
        self.judged.tracks.group(key, group).map(|group| &group.track.signs)
    }

    /// The verdicts of a group's consumers, in the order of their list; empty where there are none.
    pub fn consumer_verdicts(&self, key: &Name, group: &Name) -> &[Option<ConsumerVerdict>] {
        self.judged.tracks.group(key, group).map_or(&[], |group| group.track.signs.verdicts.as_slice())
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod workers;
#[cfg(test)]
mod world;
