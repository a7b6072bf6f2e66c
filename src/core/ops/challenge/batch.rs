//! Several plans of one action that are agreed to at once, and what that takes.
//!
//! Knows plans and policy; not how they are asked for. Invariants: each plan is confirmed by its own challenge, and the name
//! that has to be typed is that of the most dangerous of them.

use super::{Challenge, Confirmed, Consent, ConsentError, TypedName, typed_subject};
use crate::core::figures::sentence::{at_least_of, number_of};
use crate::core::limits::ITEMS_TYPED;
use crate::core::model::sums::{sum, sum_known};
use crate::core::ops::plan::{Impact, Plan};
use crate::core::ops::policy::Policy;

/// Plans of one action, in the order in which they are carried out; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    first: Challenge,
    rest: Vec<Challenge>,
    typed: Option<TypedName>,
}

impl Batch {
    /// What these plans need under `policy`; none where there is none.
    pub fn of(plans: Vec<Plan>, policy: &Policy) -> Option<Self> {
        let mut challenges = plans.into_iter().map(|plan| Challenge::of(plan, policy));
        let first = challenges.next()?;
        let mut batch = Self { first, rest: challenges.collect(), typed: None };
        batch.typed = batch.most_dangerous().or_else(|| batch.many(policy));
        Some(batch)
    }

    /// The name of the plan that loses most, among those that need one.
    fn most_dangerous(&self) -> Option<TypedName> {
        let needing = self.challenges().filter_map(|one| Some((one.plan().impact, one.typed()?)));
        let worst = needing.max_by_key(|(impact, _)| (impact.is_lossy, impact.items));
        worst.map(|(_, typed)| typed.clone())
    }

    /// Each of them may be small, and all of them together many.
    fn many(&self, policy: &Policy) -> Option<TypedName> {
        let items = self.impact().items;
        let largest = self.plans().max_by_key(|plan| plan.impact.items)?;
        (policy.on_screen && items >= ITEMS_TYPED).then(|| TypedName {
            why: format!("{} are many", largest.kind.items(items)),
            name: typed_subject(largest),
            other: Some(policy.target.clone()),
        })
    }

    fn challenges(&self) -> impl Iterator<Item = &Challenge> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// The plans.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.challenges().map(Challenge::plan)
    }

    /// How many there are.
    pub const fn size(&self) -> usize {
        self.rest.len() + 1
    }

    /// What goes, or moves, in all of them.
    pub fn impact(&self) -> Impact {
        Impact {
            items: sum(self.plans().map(|plan| plan.impact.items)),
            is_exact: self.plans().all(|plan| plan.impact.is_exact),
            bytes: sum_known(self.plans().map(|plan| plan.impact.bytes)),
            is_lossy: self.plans().any(|plan| plan.impact.is_lossy),
        }
    }

    /// Whether what goes is kept, by any of them.
    pub fn archives(&self) -> bool {
        self.plans().any(|plan| plan.archive)
    }

    /// The name that has to be typed.
    pub const fn typed(&self) -> Option<&TypedName> {
        self.typed.as_ref()
    }

    /// Whether this is the name.
    pub fn accepts(&self, name: &str) -> bool {
        self.typed.as_ref().is_none_or(|typed| typed.is(name))
    }

    /// What they are about: `3 streams`.
    pub fn subjects(&self) -> String {
        let noun = self.first.plan().subject.noun();
        let is_same = self.plans().all(|plan| plan.subject.noun() == noun);
        number_of(self.size() as u64, if is_same { noun } else { "subject" })
    }

    /// The sum of them: `1,200 entries of 3 streams`.
    pub fn sum(&self) -> String {
        let (kind, impact) = (self.first.plan().kind, self.impact());
        if kind.is_single {
            return self.subjects();
        }
        format!("{} of {}", at_least_of(impact.items, impact.is_exact, kind.item), self.subjects())
    }

    /// The question that is asked before them.
    pub fn question(&self) -> String {
        let plan = self.first.plan();
        let verb = if plan.kind.asks_by_verb { plan.verb() } else { plan.kind.verb };
        format!("{}?", plan.kind.phrase_of(verb, &self.subjects()))
    }

    /// The button that carries them out.
    pub fn button(&self, unlocks: bool) -> String {
        let does = format!("{} {}", self.first.plan().verb(), self.sum());
        if unlocks { format!("Unlock and {}", does.to_lowercase()) } else { does }
    }

    /// The plans as confirmed, in their order.
    ///
    /// # Errors
    /// What is missing.
    pub fn confirm(
        self,
        consent: &Consent,
        policy: &Policy,
        now_us: u64,
    ) -> Result<Vec<Confirmed>, ConsentError> {
        if let Some(typed) = &self.typed
            && !consent.name.as_deref().is_some_and(|name| typed.is(name))
        {
            return Err(ConsentError::Name { why: typed.why.clone(), name: typed.name.clone() });
        }
        let own = |one: &Challenge| Consent {
            name: one.typed().map(|typed| typed.name.clone()),
            ..consent.clone()
        };
        let mut confirmed = Vec::with_capacity(self.size());
        for one in std::iter::once(self.first).chain(self.rest) {
            let consent = own(&one);
            let mut plan = one.confirm(&consent, policy, now_us)?;
            // It waits for those before it: what it found by name may be another by then.
            plan.at_once &= confirmed.is_empty();
            confirmed.push(plan);
        }
        Ok(confirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::PLAN_LIVES_MS;
    use crate::core::model::Name;
    use crate::core::ops::Subject;
    use crate::core::ops::plan::tests::plan;
    use crate::core::ops::policy::WriteState;

    fn policy(state: WriteState) -> Policy {
        Policy { target: "prod".to_owned(), production: false, state, on_screen: true }
    }

    fn of(name: &str, items: u64, lossy: bool) -> Plan {
        let typed = lossy.then(|| format!("{items} entries were not read"));
        let impact = Impact { items, is_exact: true, bytes: Some(10), is_lossy: lossy };
        Plan { subject: Subject::Stream(Name::from(name)), impact, typed, ..plan() }
    }

    fn yes(name: &str) -> Consent {
        Consent { yes: true, name: Some(name.to_owned()) }
    }

    #[test]
    fn the_name_is_that_of_the_most_dangerous_and_lets_all_of_them_go() {
        let open = policy(WriteState::Open);
        let plans = vec![of("a", 9, false), of("b", 2, true), of("c", 5, true), of("d", 1, false)];
        let batch = Batch::of(plans, &open).unwrap();
        assert_eq!(batch.typed().unwrap().name, "c");
        assert_eq!((batch.sum().as_str(), batch.impact().bytes), ("17 entries of 4 streams", Some(40)));
        assert!(!batch.accepts("b") && batch.accepts("prod"));
        assert!(matches!(batch.clone().confirm(&yes("b"), &open, 0), Err(ConsentError::Name { .. })));
        let confirmed = batch.confirm(&yes("c"), &open, 0).unwrap();
        assert_eq!(confirmed.len(), 4);
        let at_once: Vec<bool> = confirmed.iter().map(|one| one.at_once).collect();
        assert_eq!(at_once, [true, false, false, false], "the others wait");
    }

    #[test]
    fn many_small_plans_are_many_together() {
        let open = policy(WriteState::Open);
        let half = ITEMS_TYPED / 2 + 1;
        assert!(Batch::of(vec![of("a", half, false)], &open).unwrap().typed().is_none());
        let both = Batch::of(vec![of("a", half, false), of("b", half + 1, false)], &open).unwrap();
        assert_eq!(both.typed().unwrap().name, "b");
    }

    #[test]
    fn one_that_is_too_old_and_a_lock_stop_all_of_them() {
        let open = policy(WriteState::Open);
        let plans = || vec![of("a", 1, false), Plan { made_us: 9_000_000, ..of("b", 1, false) }];
        let late_us = PLAN_LIVES_MS * 1_000 + 1;
        let batch = || Batch::of(plans(), &open).unwrap();
        assert_eq!(batch().confirm(&yes(""), &open, late_us), Err(ConsentError::Expired));
        let locked = policy(WriteState::Locked);
        assert_eq!(batch().confirm(&yes(""), &locked, 0), Err(ConsentError::Locked));
        let nobody = Consent { yes: false, name: None };
        assert_eq!(batch().confirm(&nobody, &open, 0), Err(ConsentError::NotAsked));
        assert!(Batch::of(Vec::new(), &open).is_none());
    }

    #[test]
    fn of_a_production_target_its_name_is_typed_for_all() {
        let production = Policy { production: true, ..policy(WriteState::Open) };
        let batch = Batch::of(vec![of("a", 1, false), of("b", 1, false)], &production).unwrap();
        assert!(batch.accepts("prod") && !batch.accepts("a"));
        assert!(batch.confirm(&yes("prod"), &production, 0).is_ok());
    }
}
