//! Consent: what a plan needs before it may be carried out, and the one place that says it is given.
//!
//! Knows policy and plan; not how consent is asked for. Invariant: a [`Confirmed`] is made here and nowhere else, for a
//! plan that has not expired, under a policy that lets things be written.

mod batch;

pub use batch::Batch;

use super::plan::{Impact, Plan};
use super::policy::{Policy, WriteState};
use crate::core::limits::{ITEMS_TYPED, PLAN_FRESH_MS};

/// A plan and the consent that it needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Challenge {
    plan: Plan,
    typed: Option<TypedName>,
}

/// A name that has to be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedName {
    /// Why.
    pub why: String,
    /// The name to show.
    pub name: String,
    /// Another that is as good.
    other: Option<String>,
}

impl TypedName {
    /// Whether this is it.
    fn is(&self, name: &str) -> bool {
        self.name == name || self.other.as_deref().is_some_and(|other| other == name)
    }
}

/// What the operator has said.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Consent {
    /// Yes.
    pub yes: bool,
    /// The name, as typed.
    pub name: Option<String>,
}

/// A plan that the operator has agreed to.
#[derive(Debug, PartialEq)]
pub struct Confirmed {
    plan: Plan,
    at_once: bool,
}

/// Why there is no consent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// Nothing can be written.
    #[error("read-only: nothing can be written to this target")]
    ReadOnly,
    /// Nothing may be written now.
    #[error("locked: unlock writing first")]
    Locked,
    /// The plan is too old.
    #[error("the plan is more than two minutes old: it has to be made anew")]
    Expired,
    /// Nobody has agreed.
    #[error("not confirmed")]
    NotAsked,
    /// The name was not typed, or another.
    #[error("{why}: the name has to be typed: {name}")]
    Name {
        /// Why.
        why: String,
        /// Which.
        name: String,
    },
}

impl Challenge {
    /// What `plan` needs under `policy`.
    pub fn of(plan: Plan, policy: &Policy) -> Self {
        let Impact { items, .. } = plan.impact;
        let subject = typed_subject(&plan);
        let typed = if policy.production {
            let why = format!("{} is a production target", policy.target);
            Some(TypedName { why, name: policy.target.clone(), other: None })
        } else {
            let many = (policy.on_screen && items >= ITEMS_TYPED)
                .then(|| format!("{} are many", plan.kind.items(items)));
            let why = plan.typed.clone().or(many);
            why.map(|why| TypedName { why, name: subject, other: Some(policy.target.clone()) })
        };
        Self { plan, typed }
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The name that has to be typed.
    pub const fn typed(&self) -> Option<&TypedName> {
        self.typed.as_ref()
    }

    /// Whether this is the name.
    pub fn accepts(&self, name: &str) -> bool {
        self.typed.as_ref().is_none_or(|typed| typed.is(name))
    }

    /// The plan as confirmed.
    ///
    /// # Errors
    /// What is missing.
    pub fn confirm(self, consent: &Consent, policy: &Policy, now_us: u64) -> Result<Confirmed, ConsentError> {
        match policy.state.at(now_us) {
            WriteState::ReadOnly => return Err(ConsentError::ReadOnly),
            WriteState::Locked => return Err(ConsentError::Locked),
            WriteState::Armed { .. } | WriteState::Open => {}
        }
        if self.plan.has_expired(now_us) {
            return Err(ConsentError::Expired);
        }
        if !consent.yes {
            return Err(ConsentError::NotAsked);
        }
        if let Some(typed) = &self.typed
            && !consent.name.as_deref().is_some_and(|name| self.accepts(name))
        {
            return Err(ConsentError::Name { why: typed.why.clone(), name: typed.name.clone() });
        }
        let at_once = now_us.saturating_sub(self.plan.made_us) <= PLAN_FRESH_MS * 1_000;
        Ok(Confirmed { plan: self.plan, at_once })
    }
}

/// What is typed for the subject of a plan: of an empty name nothing would be.
fn typed_subject(plan: &Plan) -> String {
    Some(plan.subject.name()).filter(|name| !name.is_empty()).unwrap_or("\"\"".to_owned())
}

impl Confirmed {
    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan, to be carried out, and whether consent came as soon as it was made.
    pub(super) fn into_plan(self) -> (Plan, bool) {
        (self.plan, self.at_once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::PLAN_LIVES_MS;
    use crate::core::ops::plan::tests::plan;

    fn policy(state: WriteState) -> Policy {
        Policy { target: "prod".to_owned(), production: false, state, on_screen: false }
    }

    fn yes() -> Consent {
        Consent { yes: true, name: None }
    }

    #[test]
    fn nothing_is_confirmed_where_nothing_may_be_written() {
        for (state, error) in
            [(WriteState::ReadOnly, ConsentError::ReadOnly), (WriteState::Locked, ConsentError::Locked)]
        {
            let challenge = Challenge::of(plan(), &policy(state));
            assert_eq!(challenge.confirm(&yes(), &policy(state), 0), Err(error));
        }
    }

    #[test]
    fn a_plan_expires_and_so_does_the_lock() {
        let open = policy(WriteState::Open);
        let late_us = PLAN_LIVES_MS * 1_000 + 1;
        assert_eq!(Challenge::of(plan(), &open).confirm(&yes(), &open, late_us), Err(ConsentError::Expired));
        let armed = policy(WriteState::Armed { until_us: 10 });
        assert_eq!(Challenge::of(plan(), &armed).confirm(&yes(), &armed, 10), Err(ConsentError::Locked));
        assert!(Challenge::of(plan(), &armed).confirm(&yes(), &armed, 9).is_ok());
    }

    #[test]
    fn a_plan_is_fresh_for_a_moment() {
        let open = policy(WriteState::Open);
        let at_once = |now_us| {
            let confirmed = Challenge::of(plan(), &open).confirm(&yes(), &open, now_us).unwrap();
            confirmed.into_plan().1
        };
        let fresh_us = PLAN_FRESH_MS * 1_000;
        assert_eq!((at_once(fresh_us), at_once(fresh_us + 1)), (true, false));
    }

    #[test]
    fn yes_is_no_name_and_a_wrong_name_is_none() {
        let open = policy(WriteState::Open);
        let lossy = Plan { typed: Some("3 entries were not read".to_owned()), ..plan() };
        let with = |name: &str| Consent { yes: true, name: Some(name.to_owned()) };
        let confirm = |consent| Challenge::of(lossy.clone(), &open).confirm(&consent, &open, 0);
        assert!(matches!(confirm(yes()), Err(ConsentError::Name { .. })));
        assert!(matches!(confirm(with("order")), Err(ConsentError::Name { .. })));
        assert!(confirm(with("orders")).is_ok() && confirm(with("prod")).is_ok());
    }

    #[test]
    fn production_wants_the_name_of_the_target_and_a_screen_wants_one_for_many() {
        let production = Policy { production: true, ..policy(WriteState::Open) };
        let challenge = Challenge::of(plan(), &production);
        assert!(challenge.accepts("prod") && !challenge.accepts("orders"));
        let many = Plan { impact: Impact { items: ITEMS_TYPED, ..Impact::default() }, ..plan() };
        assert_eq!(Challenge::of(many.clone(), &policy(WriteState::Open)).typed(), None);
        let screen = Policy { on_screen: true, ..policy(WriteState::Open) };
        assert!(Challenge::of(many, &screen).typed().is_some());
    }
}
