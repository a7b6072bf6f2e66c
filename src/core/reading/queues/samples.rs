//! Jobs of one part of a queue that were looked at: of which classes they are, and for whom, estimated for all of the part.
//!
//! Knows what those jobs told of themselves; not how they were asked for. Invariants: with each share it is said how far it may be
//! off; growth that is within what both of its estimates may be off is not told; what no job told is no group.

use super::sample_error;
use crate::core::limits;
use crate::core::model::Name;
use crate::core::model::queues::QueueColumn;
use std::collections::{BTreeMap, VecDeque};

/// Jobs that are kept of a part.
const KEPT: usize = 400;
/// Groups that are told of one part, the largest first.
const GROUPS: usize = 10;
/// How far apart estimates are noted, and how many of them: a minute.
const LEVEL_APART_US: i64 = 5_000_000;
const LEVELS: usize = 12;

/// Jobs of a class, or for one tenant, in a part of a queue, estimated from those that were looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct JobGroup {
    /// Which part: ready, delayed or dead.
    pub column: QueueColumn,
    /// The class or the tenant; none of jobs that do not tell theirs.
    pub name: Option<Name>,
    /// Share of the part, 0 to 1.
    pub share: f64,
    /// How far the share may be off, 19 times in 20.
    pub error: f64,
    /// Jobs, about.
    pub jobs: u64,
    /// What their texts take, bytes, about; none where a job's text was not read.
    pub bytes: Option<u64>,
    /// How fast they become more, jobs a second, over up to a minute; negative where they become fewer, none where that is within
    /// what the shares may be off.
    pub growth_per_s: Option<f64>,
    /// Jobs that were looked at.
    pub looked_at: u64,
}

/// By what jobs are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobTrait {
    /// What they do.
    Class,
    /// For whom.
    Tenant,
}

/// A job that was looked at.
#[derive(Clone, Debug)]
pub(super) struct SampledJob {
    pub class: Option<Name>,
    pub tenant: Option<Name>,
    /// How long its text is, where that was read.
    pub bytes: Option<u64>,
}

impl SampledJob {
    const fn name(&self, by: JobTrait) -> &Option<Name> {
        match by {
            JobTrait::Class => &self.class,
            JobTrait::Tenant => &self.tenant,
        }
    }
}

/// The jobs of a part, and what was estimated from them before.
#[derive(Clone, Debug, Default)]
pub(super) struct JobSample {
    /// The newest last.
    seen: VecDeque<SampledJob>,
    levels: VecDeque<SampleLevel>,
    /// When the last of them was looked at, microseconds.
    at_us: i64,
}

/// What was estimated at one time.
#[derive(Clone, Debug)]
struct SampleLevel {
    at_us: i64,
    /// Jobs by class and by tenant, and how far each number may be off.
    jobs: [BTreeMap<Option<Name>, (f64, f64)>; 2],
    /// How far a group may be off that was not seen.
    unseen: f64,
}

impl JobSample {
    /// Takes a job in that was looked at.
    pub fn take(&mut self, job: SampledJob, at_us: i64) {
        self.at_us = at_us;
        self.seen.push_back(job);
        if self.seen.len() > KEPT {
            self.seen.pop_front();
        }
    }

    /// Notes what the part is estimated to hold, where it was looked at again.
    pub fn end_round(&mut self, length: u64) {
        if self.levels.back().is_some_and(|level| self.at_us.saturating_sub(level.at_us) < LEVEL_APART_US) {
            return;
        }
        let sample = Estimate::new(&self.seen, length);
        let of = |by| {
            let told = sample.groups(by).into_iter();
            told.map(|(name, group)| (name, (group.jobs(&sample), group.off(&sample) * length as f64)))
                .collect()
        };
        let level = SampleLevel {
            at_us: self.at_us,
            jobs: [of(JobTrait::Class), of(JobTrait::Tenant)],
            unseen: sample.error(0.0) * length as f64,
        };
        self.levels.push_back(level);
        if self.levels.len() > LEVELS {
            self.levels.pop_front();
        }
    }

    /// The groups of a part, the largest first; nothing where no job tells.
    pub fn groups(&self, column: QueueColumn, length: u64, by: JobTrait) -> Vec<JobGroup> {
        let sample = Estimate::new(&self.seen, length);
        let groups = sample.groups(by);
        if groups.keys().all(Option::is_none) && by == JobTrait::Tenant {
            return Vec::new();
        }
        let mut told: Vec<JobGroup> = groups
            .into_iter()
            .map(|(name, group)| JobGroup {
                column,
                share: group.share(&sample),
                error: group.off(&sample),
                jobs: group.jobs(&sample).round() as u64,
                bytes: group.bytes.map(|bytes| (bytes as f64 * sample.scale()).round() as u64),
                growth_per_s: self.growth_per_s(
                    &name,
                    by,
                    (group.jobs(&sample), group.off(&sample) * length as f64),
                ),
                // Some were looked at twice.
                looked_at: sample.looked_at.min(length),
                name,
            })
            .collect();
        told.sort_by(|a, b| b.jobs.cmp(&a.jobs).then_with(|| a.name.cmp(&b.name)));
        told.truncate(GROUPS);
        told
    }

    /// How fast a group becomes larger, where that is beyond doubt.
    fn growth_per_s(&self, name: &Option<Name>, by: JobTrait, (jobs, off): (f64, f64)) -> Option<f64> {
        let first = self.levels.front()?;
        let span_us = self.at_us.saturating_sub(first.at_us);
        if span_us < LEVEL_APART_US {
            return None;
        }
        let [classes, tenants] = &first.jobs;
        let before = match by {
            JobTrait::Class => classes,
            JobTrait::Tenant => tenants,
        };
        // Who was in no job of the sample had none, as far as it tells.
        let (jobs_before, off_before) = match before.get(name) {
            Some(&seen) => seen,
            None => (0.0, first.unseen),
        };
        let growth = jobs - jobs_before;
        let is_sure = growth.abs() >= off.hypot(off_before);
        is_sure.then(|| growth * 1e6 / span_us as f64)
    }
}

/// What a sample says of the part it is from.
struct Estimate<'a> {
    seen: Vec<&'a SampledJob>,
    looked_at: u64,
    length: u64,
    /// Whether all jobs of the part were looked at.
    is_whole: bool,
}

/// Jobs of a sample that are alike.
#[derive(Clone, Copy, Debug, Default)]
struct Alike {
    jobs: u64,
    bytes: Option<u64>,
}

impl<'a> Estimate<'a> {
    fn new(seen: &'a VecDeque<SampledJob>, length: u64) -> Self {
        // All jobs of a small part are looked at each time: the last look counts.
        let is_whole = length <= u64::from(limits::JOBS_IN_WINDOW);
        let last = usize::try_from(length).ok().filter(|_| is_whole);
        let seen: Vec<&SampledJob> = seen.iter().rev().take(last.unwrap_or(seen.len())).collect();
        Self { looked_at: seen.len() as u64, seen, length, is_whole }
    }

    fn groups(&self, by: JobTrait) -> BTreeMap<Option<Name>, Alike> {
        let mut groups: BTreeMap<Option<Name>, Alike> = BTreeMap::new();
        for job in &self.seen {
            let alike = groups.entry(job.name(by).clone()).or_insert(Alike { jobs: 0, bytes: Some(0) });
            alike.jobs += 1;
            alike.bytes = alike.bytes.zip(job.bytes).map(|(sum, bytes)| sum.saturating_add(bytes));
        }
        groups
    }

    /// Jobs of the part for each that was looked at.
    fn scale(&self) -> f64 {
        self.length as f64 / self.looked_at.max(1) as f64
    }

    fn error(&self, share: f64) -> f64 {
        // All of them were looked at, or the share has the error of a sample.
        if self.is_whole { 0.0 } else { sample_error(share, self.looked_at as f64) }
    }
}

impl Alike {
    fn share(self, of: &Estimate<'_>) -> f64 {
        self.jobs as f64 / of.looked_at.max(1) as f64
    }

    fn jobs(self, of: &Estimate<'_>) -> f64 {
        self.jobs as f64 * of.scale()
    }

    fn off(self, of: &Estimate<'_>) -> f64 {
        of.error(self.share(of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(class: &str, tenant: Option<&str>) -> SampledJob {
        SampledJob { class: Some(Name::from(class)), tenant: tenant.map(Name::from), bytes: Some(100) }
    }

    #[test]
    fn tenants_are_told_beside_classes_with_what_they_take_and_none_where_no_job_tells() {
        let mut sample = JobSample::default();
        for at in 0..200 {
            sample.take(job("mail", (at % 4 < 3).then_some("acme")), 1);
        }
        let told = sample.groups(QueueColumn::Ready, 40_000, JobTrait::Tenant);
        let names: Vec<_> = told.iter().map(|group| group.name.clone().map(|name| name.text())).collect();
        assert_eq!(names, [Some("acme".to_owned()), None]);
        let acme = &told[0];
        assert_eq!((acme.jobs, acme.bytes, acme.looked_at), (30_000, Some(3_000_000), 200));
        assert!(acme.error > 0.05 && acme.error < 0.07, "{}", acme.error);
        assert_eq!(sample.groups(QueueColumn::Ready, 40_000, JobTrait::Class).len(), 1);
        let mut silent = JobSample::default();
        silent.take(job("mail", None), 1);
        assert_eq!(silent.groups(QueueColumn::Ready, 1, JobTrait::Tenant), []);
    }

    #[test]
    fn growth_is_told_where_it_is_beyond_doubt_and_else_is_unknown() {
        let mut sample = JobSample::default();
        let at = |second: i64| second * 1_000_000;
        let fill = |sample: &mut JobSample, second: i64, flood: u32| {
            for number in 0..400 {
                sample.take(job(if number % 100 < flood { "audit" } else { "mail" }, None), at(second));
            }
        };
        fill(&mut sample, 0, 50);
        sample.end_round(10_000);
        fill(&mut sample, 20, 80);
        let told = sample.groups(QueueColumn::Ready, 40_000, JobTrait::Class);
        let growth = |name: &str| {
            told.iter()
                .find(|group| group.name == Some(Name::from(name)))
                .and_then(|group| group.growth_per_s)
        };
        assert_eq!(growth("audit"), Some((32_000.0 - 5_000.0) / 20.0));
        assert_eq!(growth("mail"), Some((8_000.0 - 5_000.0) / 20.0));
        let still = sample.groups(QueueColumn::Ready, 6_500, JobTrait::Class);
        assert_eq!(still[0].growth_per_s, None, "{still:?}");
    }

    #[test]
    fn a_part_that_is_small_is_known_whole_and_one_job_more_is_growth() {
        let mut sample = JobSample::default();
        sample.take(job("mail", None), 0);
        sample.end_round(1);
        sample.take(job("mail", None), 10_000_000);
        sample.take(job("mail", None), 10_000_000);
        let told = sample.groups(QueueColumn::Ready, 2, JobTrait::Class);
        assert_eq!((told[0].jobs, told[0].error, told[0].growth_per_s), (2, 0.0, Some(0.1)));
    }
}
