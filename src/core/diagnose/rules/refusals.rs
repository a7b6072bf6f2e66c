//! Writes, commands and logins are refused: rules whose reason is always the same, and what those have in common with
//! others: the server's count of errors by code.
//!
//! Knows errors of others within the last minute (6.2); not whose they were. Invariant: errors that our own connections
//! caused are not among them.

use super::{Destination, Evidence, Finding, FindingSubject, Rule, RuleAnswer, Severity};
use crate::core::diagnose::thresholds::Bands;
use crate::core::figures::sentence::counted;
use crate::core::model::refusals::RefusalCode;

/// Commands, as the sentence begins with them.
const COMMANDS: (&str, &str) = ("command was", "commands were");
/// Writes, the same.
pub(super) const WRITES: (&str, &str) = ("write was", "writes were");

const DENIED_ID: &str = "clients.denied";
const DENIED_REMEDY: &str = "ACL LOG names the user, the command or the key, and the client: allow it (ACL SETUSER), or stop the program that tries.";
const NO_LOGIN_ID: &str = "clients.no_login";
const NO_LOGIN_REMEDY: &str = "Give these clients their user and password: a service may have lost its secret; Clients shows from where they connect.";
const WRONG_PASSWORD_ID: &str = "clients.wrong_password";
const WRONG_PASSWORD_REMEDY: &str = "A password was changed and a service still has the old one, or somebody guesses: ACL LOG names the users and the addresses.";
const CLUSTER_ID: &str = "cluster.refusing";
const CLUSTER_REMEDY: &str = "CLUSTER INFO counts the slots that nobody serves, CLUSTER NODES names the nodes that failed: bring them back, or CLUSTER FAILOVER TAKEOVER on a replica of theirs.";
const MEMORY_ID: &str = "memory.refusing";
const MEMORY_REMEDY: &str =
    "Free memory now: trims, UNLINK and XACK still work; Memory ranks what would free how much.";

/// Commands are refused in numbers because their users may not run them.
pub const DENIED: Rule =
    Rule::at_once(DENIED_ID, "many commands are refused for want of permission", |evidence, thresholds| {
        let (code, why) = (RefusalCode::NoPerm, "users try what they may not do");
        let commands = Refused { id: DENIED_ID, code, what: COMMANDS, why };
        let limits = thresholds.denied_in_a_minute;
        refused(evidence, &commands, limits, |finding| finding.remedy(Destination::Clients, DENIED_REMEDY))
    });

/// Commands are refused in numbers because their clients have not logged in.
pub const NO_LOGIN: Rule = Rule::at_once(
    NO_LOGIN_ID,
    "many commands come from clients that have not logged in",
    |evidence, thresholds| {
        let (code, why) = (RefusalCode::NoAuth, "clients have not logged in");
        let commands = Refused { id: NO_LOGIN_ID, code, what: COMMANDS, why };
        let limits = thresholds.denied_in_a_minute;
        refused(evidence, &commands, limits, |finding| finding.remedy(Destination::Clients, NO_LOGIN_REMEDY))
    },
);

/// Logins are refused in numbers.
pub const WRONG_PASSWORD: Rule =
    Rule::at_once(WRONG_PASSWORD_ID, "many logins are refused", |evidence, thresholds| {
        let (code, why) = (RefusalCode::WrongPass, "the user or the password is wrong");
        let logins = Refused { id: WRONG_PASSWORD_ID, code, what: ("login was", "logins were"), why };
        let limits = thresholds.denied_in_a_minute;
        let remedy = WRONG_PASSWORD_REMEDY;
        refused(evidence, &logins, limits, |finding| finding.remedy(Destination::Clients, remedy))
    });

/// Commands are refused because slots of the cluster are served by nobody: by this node's count.
pub const CLUSTER: Rule =
    Rule::at_once(CLUSTER_ID, "commands are refused because the cluster is down", |evidence, _| {
        let (code, why) = (RefusalCode::ClusterDown, "slots of the cluster are served by no node");
        let commands = Refused { id: CLUSTER_ID, code, what: COMMANDS, why };
        refused(evidence, &commands, ANY, |finding| finding.remedy(Destination::Clients, CLUSTER_REMEDY))
    });

/// Writes are refused because the memory is full.
pub const MEMORY: Rule = Rule::at_once(MEMORY_ID, "writes are refused for want of memory", |evidence, _| {
    let writes = Refused { id: MEMORY_ID, code: RefusalCode::Oom, what: WRITES, why: "" };
    refused(evidence, &writes, ANY, |finding| finding.remedy(Destination::Memory, MEMORY_REMEDY))
});

/// What is refused, how it is told, and why.
pub(super) struct Refused<'a> {
    /// The rule.
    pub id: &'static str,
    /// The server's word.
    pub code: RefusalCode,
    /// What is refused: `write was`, `writes were`.
    pub what: (&'static str, &'static str),
    /// Why, for the end of the sentence; empty for none.
    pub why: &'a str,
}

/// Any is somebody's outage.
pub(super) const ANY: Bands = Bands {
    warning: None,
    critical: Some(crate::core::diagnose::thresholds::Band { raise: 1.0, clear: 1.0 }),
};

/// The finding, where there were enough of them; `also` adds what to do.
pub(super) fn refused(
    evidence: &Evidence<'_>,
    refused: &Refused<'_>,
    limits: Bands,
    also: impl Fn(Finding) -> Finding,
) -> RuleAnswer {
    if evidence.info.is_none() {
        return RuleAnswer::unread("errors can't be read");
    }
    let Some(count) = evidence.refused(refused.code) else { return RuleAnswer::default() };
    let standing = evidence.standing(refused.id, &FindingSubject::Server);
    let finding = |severity: Severity| {
        let (one, many) = refused.what;
        let what = counted(count, one, many);
        let mut text = format!("{what} refused with {} within the last minute", refused.code.word());
        if !refused.why.is_empty() {
            text.push_str(": ");
            text.push_str(refused.why);
        }
        also(Finding::new(refused.id, severity, FindingSubject::Server, text, evidence.now_ms))
            .with("refused", Some(count))
    };
    RuleAnswer::of(limits.severity(count as f64, standing).map(finding))
}
