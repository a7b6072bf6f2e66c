//! Frameworks that keep jobs in Redis: by which keys they are known, and what those tell. One adapter a file.
//!
//! Knows names, types and what figures mean; asks nothing and adds nothing up. Invariant: a name alone shows nothing: its
//! type, and where that is not enough a key beside it, have to be there too.

pub mod adapter;
pub mod allowed;
mod arq;
mod asynq;
mod bull;
mod bullmq;
mod celery;
pub mod deeds;
mod dramatiq;
pub mod errors;
pub mod failures;
mod gocraft;
mod horizon;
mod huey;
pub mod items;
mod laravel;
pub mod leaks;
mod lua;
pub mod names;
mod pickle;
mod plain;
mod resque;
pub mod rewrite;
mod rmq;
mod rq;
mod saq;
mod sidekiq;
mod streaq;
mod taskiq;
pub mod tenants;

use crate::core::model::Name;
use crate::core::model::glob::Glob;
use crate::core::model::queues::{Framework, QueueId, QueueSite};
use adapter::{Adapter, MemberForm, QueueSign, Shows};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Every framework that is known, what is told apart most easily first.
pub static ADAPTERS: &[&Adapter] = &[
    &asynq::ASYNQ,
    &rmq::RMQ,
    &saq::SAQ,
    &streaq::STREAQ,
    &huey::HUEY,
    &celery::CELERY,
    &rq::RQ,
    &sidekiq::SIDEKIQ,
    &resque::RESQUE,
    &gocraft::GOCRAFT,
    &dramatiq::DRAMATIQ,
    &bullmq::BULLMQ,
    &bull::BULL,
    &laravel::LARAVEL,
    &horizon::HORIZON,
    &arq::ARQ,
    &taskiq::TASKIQ,
    &plain::PLAIN,
];

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

/// Whether a key of this name may show a framework: asked of every key before anything else.
pub fn may_show(name: &[u8]) -> bool {
    static SHOWING: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let signs = ADAPTERS.iter().flat_map(|adapter| adapter.signs).filter(|sign| !sign.is_any_name());
        let ends: Vec<String> = signs.map(|sign| names::pattern(sign.key)).collect();
        // Keys without a digit may be queues of frameworks whose queues have any name.
        let any = format!("^[^0-9\\x00-\\x1f]{{1,{ANY_NAME_BYTES}}}$");
        Regex::new(&format!("(?s-u){any}|{}", ends.join("|"))).ok()
    });
    SHOWING.as_ref().is_none_or(|showing| showing.is_match(name))
}

/// Longest name that any key may have which is looked into.
const ANY_NAME_BYTES: usize = 64;

/// What a key of this name shows where somebody says that it is a queue, although no framework does.
pub fn plain_leads(key: &Name) -> impl Iterator<Item = QueueLead> {
    let site = QueueSite { framework: Framework::Plain, prefix: Name::from("") };
    let of = QueueId { site, queue: Some(key.clone()) };
    (0..plain::PLAIN.signs.len()).map(move |sign| QueueLead { of: of.clone(), sign, key: key.clone() })
}

/// What a key of this name may show, the likeliest first.
pub fn leads(key: &Name) -> Vec<QueueLead> {
    let mut found = Vec::new();
    // Keys with numbers in their names are many of a kind, and no queue is called so.
    let bytes = key.as_bytes();
    let is_word =
        bytes.len() <= ANY_NAME_BYTES && !bytes.iter().any(|byte| byte.is_ascii_digit() || *byte < b' ');
    for adapter in ADAPTERS.iter().filter(|adapter| adapter.framework != Framework::Plain) {
        for (at, sign) in adapter.signs.iter().enumerate() {
            if sign.is_any_name() && !is_word {
                continue;
            }
            let Some((prefix, place)) = names::parts(sign.key, bytes) else { continue };
            let site = QueueSite { framework: adapter.framework, prefix: Name::new(prefix) };
            let queue = place.filter(|_| sign.shows == Shows::Queue).map(Name::new);
            if queue.as_ref().is_some_and(|queue| is_other(adapter, queue)) {
                continue;
            }
            found.push(QueueLead { of: QueueId { site, queue }, sign: at, key: key.clone() });
        }
    }
    found
}

/// Names that keys of a queue would have, where keys of its jobs begin like this: with all but the id.
pub fn shown_by_jobs(stem: &[u8]) -> Vec<Name> {
    let mut found = Vec::new();
    for adapter in ADAPTERS {
        let before = adapter.job_key.and_then(|key| key.strip_suffix("{id}"));
        let Some((prefix, queue)) = before.and_then(|before| names::parts(before, stem)) else { continue };
        let site = QueueSite { framework: adapter.framework, prefix: Name::new(prefix) };
        let of = QueueId { site, queue: queue.map(Name::new) };
        let signs = adapter.signs.iter().filter(|sign| sign.shows == Shows::Queue && !sign.is_any_name());
        found.extend(signs.map(|sign| names::key(sign.key, &of, None)));
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
    let adapter = adapter(site.framework)?;
    (!name.as_bytes().is_empty() && !is_other(adapter, &name)).then_some(name)
}

/// Whether what looks like a queue is one of the other keys that the framework has.
fn is_other(adapter: &Adapter, name: &Name) -> bool {
    adapter.not_queues.iter().any(|glob| Glob::new(Name::from(*glob)).matches(name.as_bytes()))
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

    /// What a name shows, without what any name may be: framework, prefix, queue.
    fn shows(key: &str) -> Vec<(Framework, String, String)> {
        let found = leads(&Name::from(key)).into_iter();
        let named = found.filter(|lead| !lead.sign().unwrap().is_any_name());
        let queue = |lead: &QueueLead| lead.of.queue.as_ref().map_or_else(|| "*".to_owned(), Name::text);
        let tell = |lead: QueueLead| (lead.of.site.framework, lead.of.site.prefix.text(), queue(&lead));
        named.map(tell).collect()
    }

    #[test]
    fn keys_of_frameworks_are_known_under_any_prefix() {
        use Framework::{
            Arq, Asynq, Bull, BullMq, Celery, Dramatiq, Gocraft, Huey, Laravel, Resque, Rmq, Rq, Saq,
            Sidekiq, Streaq,
        };
        for (key, framework, prefix, queue) in [
            ("shop:mail:meta", BullMq, "shop:", "mail"),
            ("shop:mail:id", Bull, "shop:", "mail"),
            ("app-_kombu.binding.celery", Celery, "app-", "*"),
            ("shop:mail.msgs", Dramatiq, "shop:", "mail"),
            ("shop:mail.DQ.msgs", Dramatiq, "shop:", "mail"),
            ("shop:mail:health-check", Arq, "", "shop:mail"),
            ("saq:shop-mail:incomplete", Saq, "", "shop-mail"),
            ("streaq:shop-mail:queues:normal", Streaq, "", "shop-mail"),
            ("huey.schedule.mail", Huey, "", "mail"),
            ("asynq:queues", Asynq, "", "*"),
            ("app_database_queues:mail:reserved", Laravel, "app_database_", "mail"),
            ("app_database_queues:mail", Laravel, "app_database_", "mail"),
            ("rmq::queues", Rmq, "", "*"),
            ("shop:known_jobs", Gocraft, "shop:", "*"),
        ] {
            let found = shows(key);
            let expected = (framework, prefix.to_owned(), queue.to_owned());
            assert!(found.contains(&expected), "{key}: {found:?}");
        }
        // These three call their registry alike: what is in it tells them apart.
        let of = |framework| (framework, "ns:".to_owned(), "*".to_owned());
        assert_eq!(shows("ns:queues"), [of(Rq), of(Sidekiq), of(Resque)]);
        assert_eq!((shows("cache:1"), leads(&Name::from("cache:1")).len()), (vec![], 0));
    }

    #[test]
    fn what_two_adapters_may_claim_is_looked_into_by_all_of_them_but_one() {
        for adapter in ADAPTERS {
            for sign in adapter.signs {
                let others = ADAPTERS.iter().filter(|other| other.framework != adapter.framework);
                let same = |other: &&QueueSign| other.key == sign.key && other.kind == sign.kind;
                let claims = others
                    .filter(|other| other.framework != Framework::Plain)
                    .flat_map(|other| other.signs.iter().filter(same));
                let is_plain = adapter.framework == Framework::Plain;
                assert!(
                    is_plain || claims.count() == 0 || sign.proof.is_some(),
                    "{} {}",
                    adapter.title,
                    sign.key
                );
            }
        }
    }

    #[test]
    fn every_name_that_shows_something_passes_the_first_look() {
        let signs = ADAPTERS.iter().flat_map(|adapter| adapter.signs);
        for sign in signs {
            for prefix in ["", "shop:", "a1:{b}."] {
                let site = QueueSite { framework: Framework::Rq, prefix: Name::from(prefix) };
                let of = QueueId { site, queue: Some(Name::from("mail7")) };
                let name = names::key(sign.key, &of, None);
                assert!(leads(&name).is_empty() || may_show(name.as_bytes()), "{name}");
            }
        }
        for name in ["cache:user:17:profile", "session:9f3", "stream:1"] {
            assert!(!may_show(name.as_bytes()), "{name}");
        }
        assert!(may_show(b"jobs"));
    }

    #[test]
    fn keys_of_jobs_tell_what_the_keys_of_their_queue_are_called() {
        let shown = |stem: &str| {
            let names: Vec<String> = shown_by_jobs(stem.as_bytes()).iter().map(Name::text).collect();
            names
        };
        assert_eq!(shown("bull:mail:"), ["bull:mail:meta", "bull:mail:id"]);
        assert!(shown("saq:job:mail:").contains(&"saq:mail:incomplete".to_owned()));
        assert!(shown("a:streaq:mail:task:data:").contains(&"a:streaq:mail:queues:normal".to_owned()));
        assert_eq!((shown("mail"), shown(":")), (vec![], vec![]));
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
