//! Frameworks that keep jobs in Redis: by which keys they are known, and what those tell. One adapter a file.
//!
//! Knows names, types and what figures mean; asks nothing and adds nothing up. Invariant: a name alone shows nothing: its
//! type, and where that is not enough a key beside it, have to be there too.

pub mod adapter;
mod bullmq;
mod celery;
pub mod items;
pub mod names;
mod rq;
mod sidekiq;

use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::model::queues::{Framework, QueueId, QueueSite};
use adapter::{Adapter, MemberForm, QueueSign, Shows};

/// Every framework that is known, what is told apart most easily first.
pub static ADAPTERS: &[&Adapter] = &[&rq::RQ, &celery::CELERY, &bullmq::BULLMQ, &sidekiq::SIDEKIQ];

/// The adapter of a framework.
pub fn adapter(framework: Framework) -> Option<&'static Adapter> {
    ADAPTERS.iter().copied().find(|adapter| adapter.framework == framework)
}

/// A key that may show a framework.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueLead {
    /// What it would show: a site, or a queue of one.
    pub of: QueueId,
    /// Which sign of the adapter.
    pub sign: usize,
    /// The key.
    pub key: Name,
}

impl QueueLead {
    /// The sign.
    pub fn sign(&self) -> Option<&'static QueueSign> {
        adapter(self.of.site.framework)?.signs.get(self.sign)
    }

    /// Keys of which one has to be there too, with its type.
    pub fn beside(&self) -> Vec<(Name, crate::core::model::keys::KeyKind)> {
        let sign = self.sign();
        let keys = sign.into_iter().flat_map(|sign| sign.beside);
        keys.map(|(key, kind)| (names::key(key, &self.of, None), *kind)).collect()
    }
}

/// What a key of this name may show, the likeliest first.
pub fn leads(key: &Name) -> Vec<QueueLead> {
    let mut found = Vec::new();
    for adapter in ADAPTERS {
        for (at, sign) in adapter.signs.iter().enumerate() {
            let Some((prefix, place)) = names::parts(sign.key, key.as_bytes()) else { continue };
            let site = QueueSite { framework: adapter.framework, prefix: Name::new(prefix) };
            let queue = place.filter(|_| sign.shows == Shows::Queue).map(Name::new);
            found.push(QueueLead { of: QueueId { site, queue }, sign: at, key: key.clone() });
        }
    }
    found
}

/// The queue that a member of a registry names.
pub fn member_queue(site: &QueueSite, form: MemberForm, member: &[u8]) -> Option<Name> {
    let name = match form {
        MemberForm::Whole => member,
        MemberForm::After(before) => {
            let member = member.strip_prefix(site.prefix.as_bytes()).unwrap_or(member);
            member.strip_prefix(before.as_bytes())?
        }
        MemberForm::LastField(between) => {
            let between = between.as_bytes();
            let last = member.windows(between.len()).rposition(|window| window == between);
            last.and_then(|at| member.get(at + between.len()..)).unwrap_or(member)
        }
    };
    let name = Name::new(name);
    let others = adapter(site.framework)?.not_queues;
    let is_other = others.iter().any(|glob| Glob::new(Name::from(*glob)).matches(name.as_bytes()));
    (!name.as_bytes().is_empty() && !is_other).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_framework_has_one_adapter_and_its_templates_are_names() {
        let frameworks: BTreeSet<_> = ADAPTERS.iter().map(|adapter| adapter.framework).collect();
        assert_eq!(frameworks.len(), ADAPTERS.len());
        for adapter in ADAPTERS {
            assert!(!adapter.signs.is_empty() && !adapter.parts.is_empty(), "{}", adapter.title);
        }
    }

    #[test]
    fn keys_of_frameworks_are_known_under_any_prefix() {
        let shows = |key: &str| {
            let found = leads(&Name::from(key));
            let tell = |lead: &QueueLead| {
                let queue = lead.of.queue.as_ref().map(Name::text);
                (lead.of.site.framework, lead.of.site.prefix.text(), queue)
            };
            found.iter().map(tell).collect::<Vec<_>>()
        };
        assert_eq!(shows("shop:mail:meta"), [(Framework::BullMq, "shop:".into(), Some("mail".into()))]);
        assert_eq!(shows("app-_kombu.binding.celery"), [(Framework::Celery, "app-".into(), None)]);
        let of = |framework| (framework, "ns:".to_owned(), None);
        assert_eq!(shows("ns:queues"), [of(Framework::Rq), of(Framework::Sidekiq)]);
        assert_eq!(shows("cache:1"), []);
    }

    #[test]
    fn members_of_registries_name_queues_and_the_others_are_left_out() {
        let site = |framework| QueueSite { framework, prefix: Name::from("") };
        let celery = |member: &[u8]| {
            let form = MemberForm::LastField("\x06\x16");
            member_queue(&site(Framework::Celery), form, member).map(|name| name.text())
        };
        assert_eq!(celery(b"kpis\x06\x16\x06\x16kpis"), Some("kpis".to_owned()));
        assert_eq!(celery(b"\x06\x16\x06\x16celery@host.celery.pidbox"), None);
        let rq_site = QueueSite { framework: Framework::Rq, prefix: Name::from("rq:") };
        let rq = member_queue(&rq_site, MemberForm::After("queue:"), b"rq:queue:low");
        assert_eq!(rq, Some(Name::from("low")));
    }
}
