//! What an action can do about a finding: which, to what, and what comes of it in numbers.
//!
//! Knows findings and what the reading holds; carries nothing out, and knows no key. Invariants: what is proposed can be
//! planned as it stands, and who should get entries is a consumer that lives.

use super::Reading;
use super::saving::SavingKind;
use crate::core::diagnose::consumers::ConsumerVerdict;
use crate::core::diagnose::finding::{Figure, Finding, FindingSubject};
use crate::core::figures::sentence::{bytes, count, number_of};
use crate::core::limits::CONSUMERS_LISTED;
use crate::core::model::Name;
use crate::core::model::consumers::proposed;
use crate::core::model::queues::QueueId;
use crate::core::queues::adapter;

/// The idle time of [`crate::core::limits::MIN_IDLE`], seconds.
const USUAL_IDLE_S: u64 = 60;

/// What can be done about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cure {
    /// Which action, to what.
    pub deed: CureDeed,
    /// What it does, without a key: `trim telemetry, frees about 27 MiB`.
    pub effect: String,
}

/// An action that a finding asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CureDeed {
    /// Trim what every group of a stream has acknowledged.
    Trim(Name),
    /// Give what a consumer, or the whole group, has pending to one that lives.
    HandOver {
        /// The stream.
        key: Name,
        /// The group.
        group: Name,
        /// Whose entries; none for all of the group.
        from: Option<Name>,
        /// Who gets them.
        to: Name,
        /// For how long whoever holds them showed no sign of life, so that each has been idle at least as long; none where
        /// that is not known.
        silent_ms: Option<u64>,
    },
    /// Settle what a group has pending: whoever does it says how.
    Settle(Name, Name),
    /// Move what was delivered again and again to another stream.
    DeadLetter(Name, Name),
    /// Acknowledge pending entries that are gone from the stream.
    Sweep(Name, Name),
    /// Remove the consumers of a group that nobody uses.
    RemoveConsumers(Name, Name),
    /// Remove a group that nobody reads.
    RemoveGroup(Name, Name),
    /// Remove the keys of a pattern.
    Invalidate(Name),
    /// End a client's connection.
    KillClient(u64),
    /// End the script that holds the server.
    EndScript,
    /// Make jobs ready again whose worker is gone.
    RequeueOrphans(QueueId),
}

impl CureDeed {
    /// The command line that does it; none where it has to be said how.
    pub fn command(&self) -> Option<String> {
        let word = |name: &Name| shell_word(&name.text());
        let text = match self {
            Self::Trim(key) => format!("trim {}", word(key)),
            Self::HandOver { key, group, from, to, silent_ms } => {
                let from = from.as_ref().map_or(String::new(), |from| format!(" --consumer {}", word(from)));
                // Less than the usual idle time would find nothing.
                let idle = silent_ms.map(|ms| (ms / 1_000).max(1)).filter(|&idle_s| idle_s < USUAL_IDLE_S);
                let idle = idle.map_or(String::new(), |idle_s| format!(" --min-idle {idle_s}s"));
                format!("reclaim {} {} --to {}{from}{idle}", word(key), word(group), word(to))
            }
            Self::Settle(..) => return None,
            Self::DeadLetter(key, group) => {
                let to = shell_word(&format!("{}:dlq", key.text()));
                format!("reclaim {} {} --dead-letter {to} --min-idle 0s", word(key), word(group))
            }
            Self::Sweep(key, group) => format!("reclaim {} {} --sweep", word(key), word(group)),
            Self::RemoveConsumers(key, group) => format!("remove-consumers {} {}", word(key), word(group)),
            Self::RemoveGroup(key, group) => format!("remove-groups {} {}", word(key), word(group)),
            Self::Invalidate(glob) => format!("invalidate {}", word(glob)),
            Self::KillClient(id) => format!("kill-client {id}"),
            Self::EndScript => "kill-script".to_owned(),
            Self::RequeueOrphans(id) => {
                let queue = id.queue.as_ref()?;
                let usual = adapter(id.site.framework).map(|adapter| Name::from(adapter.deeds.prefix));
                let prefix = Some(&id.site.prefix).filter(|prefix| Some(*prefix) != usual.as_ref());
                let prefix = prefix.map_or(String::new(), |prefix| format!(" --prefix {}", word(prefix)));
                format!("requeue-orphans {} {}{prefix}", id.site.framework.word(), word(queue))
            }
        };
        Some(format!("streamgauge {text}"))
    }
}

/// A word as a shell takes it.
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/@%+=".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl SavingKind {
    /// The action that frees it; none where none of ours does.
    pub fn deed(&self) -> Option<CureDeed> {
        Some(match self {
            Self::Trim { key, .. } | Self::TrimUnread { key, .. } => CureDeed::Trim(key.clone()),
            Self::Acknowledge { key, group, .. } => CureDeed::Settle(key.clone(), group.clone()),
            Self::RemoveConsumers { can_be_listed: false, .. } | Self::Purge => return None,
            Self::RemoveConsumers { key, group, .. } => CureDeed::RemoveConsumers(key.clone(), group.clone()),
            Self::Overdue { glob, .. } | Self::Cache { glob, .. } => CureDeed::Invalidate(glob.clone()),
            Self::Kill { id, .. } => CureDeed::KillClient(*id),
        })
    }
}

impl Reading {
    /// What an action can do about this finding; none where that is up to somebody else.
    pub fn cure(&self, finding: &Finding) -> Option<Cure> {
        match (finding.id, &finding.subject) {
            (
                "memory.near_limit" | "memory.full_soon" | "memory.over_limit" | "memory.refusing"
                | "memory.evicting",
                FindingSubject::Server,
            ) => self.memory_cure(),
            ("stream.poison", FindingSubject::Group(key, group)) => Some(Cure {
                deed: CureDeed::DeadLetter(key.clone(), group.clone()),
                effect: format!(
                    "move {} to {key}:dlq",
                    number(finding, "entries")
                        .map_or("what is delivered again and again".to_owned(), |n| number_of(n, "entry"))
                ),
            }),
            ("stream.ghosts", FindingSubject::Group(key, group)) => Some(Cure {
                deed: CureDeed::Sweep(key.clone(), group.clone()),
                effect: format!("clean up {}", counted_of(finding, "ghosts", "pending entry")?),
            }),
            ("consumer.leaked", FindingSubject::Group(key, group)) => {
                number(finding, "consumers").filter(|&all| all <= CONSUMERS_LISTED)?;
                let least = counted_of(finding, "leaked_consumers", "consumer")?;
                let effect = format!("remove {least} that nobody uses");
                Some(Cure { deed: CureDeed::RemoveConsumers(key.clone(), group.clone()), effect })
            }
            (id, FindingSubject::Consumer(key, group, consumer)) if id.starts_with("consumer.") => {
                self.hand_over((key, group), Some(consumer), finding)
            }
            ("stream.dead", FindingSubject::Group(key, group)) if number(finding, "consumers") == Some(0) => {
                let effect = format!("remove group {group}, if nobody will read it again");
                Some(Cure { deed: CureDeed::RemoveGroup(key.clone(), group.clone()), effect })
            }
            (
                "stream.dead" | "stream.not_acknowledging" | "consumer.dead" | "consumer.stuck",
                FindingSubject::Group(key, group),
            ) => self.hand_over((key, group), None, finding),
            ("memory.pending_lists", FindingSubject::Group(key, group)) => Some(Cure {
                deed: CureDeed::Settle(key.clone(), group.clone()),
                effect: format!("settle {}", counted_of(finding, "pending", "pending entry")?),
            }),
            ("cache.ttl_missing" | "cache.ttl_long", FindingSubject::Pattern(glob)) => Some(Cure {
                deed: CureDeed::Invalidate(glob.clone()),
                effect: format!("invalidate {glob}: its keys are built anew when asked for"),
            }),
            ("fanout.slow_subscriber" | "clients.output_buffer", FindingSubject::Client(id)) => {
                let frees = number(finding, "omem_bytes").or_else(|| number(finding, "bytes"));
                let frees = frees.map_or(String::new(), |freed| format!(", frees {}", bytes(freed)));
                Some(Cure { deed: CureDeed::KillClient(*id), effect: format!("end client {id}{frees}") })
            }
            ("server.busy", _) => Some(Cure {
                deed: CureDeed::EndScript,
                effect: "end the script that holds the server".to_owned(),
            }),
            ("queue.orphans", FindingSubject::Queue(id)) if id.queue.is_some() => Some(Cure {
                deed: CureDeed::RequeueOrphans(id.clone()),
                effect: format!("make {} ready again", counted_of(finding, "orphaned", "job")?),
            }),
            _ => None,
        }
    }

    /// What frees most of what counts for maxmemory, and can be done safely.
    fn memory_cure(&self) -> Option<Cure> {
        let can = |kind: &SavingKind| kind.counts() && !matches!(kind, SavingKind::TrimUnread { .. });
        let saving =
            self.savings().into_iter().find(|saving| can(&saving.kind) && saving.kind.deed().is_some());
        let saving = saving?;
        let what = match &saving.kind {
            SavingKind::Trim { key, .. } | SavingKind::TrimUnread { key, .. } => format!("trim {key}"),
            SavingKind::Acknowledge { group, pending, .. } => {
                format!("settle {} of {group}", number_of(*pending, "pending entry"))
            }
            SavingKind::RemoveConsumers { group, consumers, .. } => {
                format!("remove {} of {group}", number_of(*consumers, "idle consumer"))
            }
            SavingKind::Overdue { glob, keys } | SavingKind::Cache { glob, keys } => {
                format!("invalidate {glob} ({} keys)", count(*keys))
            }
            SavingKind::Kill { id, name } => format!("end client {id} ({name})"),
            SavingKind::Purge => return None,
        };
        let effect = format!("{what}, frees about {}", bytes(saving.bytes));
        Some(Cure { deed: saving.kind.deed()?, effect })
    }

    /// What a consumer, or a group, has pending goes to a consumer that lives; where none does it is settled otherwise.
    fn hand_over(
        &self,
        (key, group): (&Name, &Name),
        from: Option<&Name>,
        finding: &Finding,
    ) -> Option<Cure> {
        let pending = number(finding, "pending").filter(|&pending| pending > 0)?;
        let its = number_of(pending, "entry");
        let (deed, effect) = match self.heir(key, group, from) {
            Some(to) => {
                let effect = format!("hand its {its} over to {to}");
                let (key, group, from) = (key.clone(), group.clone(), from.cloned());
                let silent_ms = number(finding, "idle_ms");
                (CureDeed::HandOver { key, group, from, to, silent_ms }, effect)
            }
            None => {
                let its = number_of(pending, "pending entry");
                (CureDeed::Settle(key.clone(), group.clone()), format!("settle its {its}"))
            }
        };
        Some(Cure { deed, effect })
    }

    /// Who should get stuck entries of a group: a consumer that lives, by its verdict too, and is not who has them.
    pub fn heir(&self, key: &Name, group: &Name, from: Option<&Name>) -> Option<Name> {
        let known = self.streams().get(key)?.groups.get(group)?.consumers.as_ref()?;
        let verdicts = self.consumer_verdicts(key, group);
        let is_ill = |at: usize| {
            matches!(
                verdicts.get(at).copied().flatten(),
                Some(ConsumerVerdict::Dead | ConsumerVerdict::Stuck)
            )
        };
        let ill = known.value.iter().enumerate().filter(|(at, _)| is_ill(*at)).map(|(_, found)| &found.name);
        let not: Vec<&Name> = ill.chain(from).collect();
        proposed(&known.value, &not).map(|live| live.name.clone())
    }
}

/// A whole number of a finding's figures.
fn number(finding: &Finding, name: &str) -> Option<u64> {
    finding.evidence.iter().find_map(|(found, figure)| match figure {
        Figure::Number(number) if *found == name && *number >= 0.0 => Some(*number as u64),
        _ => None,
    })
}

fn counted_of(finding: &Finding, name: &str, item: &str) -> Option<String> {
    number(finding, name).map(|many| number_of(many, item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diagnose::finding::Severity;

    #[test]
    fn a_command_line_quotes_what_a_shell_would_read() {
        let trim = |key: &str| CureDeed::Trim(Name::from(key)).command().unwrap();
        assert_eq!(trim("telemetry"), "streamgauge trim telemetry");
        assert_eq!(trim("a b'c"), "streamgauge trim 'a b'\\''c'");
        assert_eq!(
            CureDeed::Invalidate(Name::from("k:*")).command().unwrap(),
            "streamgauge invalidate 'k:*'"
        );
        assert_eq!(CureDeed::Settle(Name::from("s"), Name::from("g")).command(), None);
    }

    #[test]
    fn a_finding_about_a_client_names_what_ending_it_frees_and_one_of_the_server_nothing() {
        let finding = |subject| {
            Finding::new("fanout.slow_subscriber", Severity::Warning, subject, String::new(), 0)
                .with("omem_bytes", Some(9_u64 << 20))
        };
        let reading = Reading::new(0);
        let cure = reading.cure(&finding(FindingSubject::Client(188))).unwrap();
        assert_eq!(cure.effect, "end client 188, frees 9 MiB");
        assert_eq!(reading.cure(&finding(FindingSubject::Server)), None);
    }
}
