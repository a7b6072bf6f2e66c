//! What has to stay as it was between a plan and its last step: the process, its role, the key.
//!
//! Knows INFO and XINFO STREAM; not when to ask. Invariant: new entries change nothing; whatever means that the plan was
//! made for something else is a [`Refusal`].

use super::refusal::Refusal;
use crate::core::limits::{LAZYFREE_OBJECTS, REPLICA_LAG_BYTES};
use crate::core::model::info::Info;
use crate::core::model::node::NodeId;
use crate::core::model::server::ServerRole;
use crate::core::model::streams::{StreamDetail, StreamFacts};
use crate::core::model::{Name, StreamId};
use crate::core::wire::decode::decode;
use crate::core::wire::{Exchange, Observation, ReadCmd, Resp};

/// How things stood when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Guard {
    /// The server that the plan looked at.
    pub node: NodeId,
    /// Of the server's process.
    pub run_id: Option<String>,
    /// Of the server.
    pub role: ServerRole,
    /// The stream that the action is about.
    pub stream: Option<StreamMark>,
}

/// How a stream stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamMark {
    /// Its key.
    pub key: Name,
    /// The id given last.
    pub last_generated: Option<StreamId>,
    /// Entries ever added (7.0).
    pub entries_added: Option<u64>,
}

impl Guard {
    /// What is asked to check it.
    pub fn reads(&self) -> Vec<ReadCmd> {
        let stream = self.stream.iter().map(|mark| ReadCmd::XinfoStream(mark.key.clone()));
        std::iter::once(ReadCmd::Info(Vec::new())).chain(stream).collect()
    }

    /// Whether the answers are those of what the plan was made for, and the server can take more.
    ///
    /// # Errors
    /// What changed, or what piles up.
    pub fn check(&self, exchanges: &[Exchange]) -> Result<(), Changed> {
        let observation = Observation { exchanges: exchanges.to_vec(), ..Observation::default() };
        let snapshot = decode(&observation);
        match &snapshot.info {
            Some(info) => self.check_server(info)?,
            // What was told when the plan was made and is not any more may have changed.
            None if self.is_told() => {
                return Err(Changed::strain(
                    "INFO is not answered any more, so nobody knows whether this is still the same server",
                ));
            }
            None => {}
        }
        if let Some(bytes) = exchanges.iter().find_map(replica_lag).filter(|bytes| *bytes > REPLICA_LAG_BYTES)
        {
            return Err(Changed::strain(format!(
                "a replica is {} behind",
                crate::core::figures::sentence::bytes(bytes)
            )));
        }
        let Some(mark) = &self.stream else { return Ok(()) };
        if snapshot.gone.contains(&mark.key) {
            return Err(Changed::other(format!("{} is gone, or no stream any more", mark.key)));
        }
        match snapshot.streams.iter().find(|facts| facts.key == mark.key) {
            Some(StreamFacts { detail: Some(detail), .. }) => mark.check(detail),
            _ if mark.last_generated.is_some() => Err(Changed::strain(format!(
                "XINFO STREAM {} is not answered any more, so nobody knows whether it is still the same stream",
                mark.key
            ))),
            _ => Ok(()),
        }
    }

    /// Whether the server said which it is when the plan was made.
    const fn is_told(&self) -> bool {
        self.run_id.is_some() || !matches!(self.role, ServerRole::Unknown)
    }

    fn check_server(&self, info: &Info) -> Result<(), Changed> {
        if self.run_id.is_some() && info.server.run_id != self.run_id {
            return Err(Changed::other("the server was started anew (its run id changed)"));
        }
        if self.role != ServerRole::Unknown && info.server.role != self.role {
            return Err(Changed::other("the server's role changed"));
        }
        // Servers that free in the foreground do not have the figure, and nothing waits there.
        match info.memory.lazyfree_pending {
            Some(waiting) if waiting > LAZYFREE_OBJECTS => {
                Err(Changed::strain(format!("{waiting} objects wait to be freed")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl StreamMark {
    /// How a stream stands now.
    pub fn of(facts: &StreamFacts) -> Self {
        let detail = facts.detail.as_ref();
        Self {
            key: facts.key.clone(),
            last_generated: detail.and_then(|detail| detail.last_generated),
            entries_added: detail.and_then(|detail| detail.entries_added),
        }
    }

    fn check(&self, now: &StreamDetail) -> Result<(), Changed> {
        let fell = |before: Option<u64>, after: Option<u64>| before.zip(after).is_some_and(|(b, a)| a < b);
        let is_older =
            self.last_generated.zip(now.last_generated).is_some_and(|(before, after)| after < before);
        if is_older || fell(self.entries_added, now.entries_added) {
            return Err(Changed::other(format!("{} was made anew: its ids begin earlier", self.key)));
        }
        Ok(())
    }
}

/// Why an action does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The reason.
    pub why: Refusal,
    /// Whether it may go on later: the server is what it was, and has too much to do.
    pub is_strain: bool,
}

impl Changed {
    fn other(why: impl Into<String>) -> Self {
        Self { why: Refusal::because(why), is_strain: false }
    }

    fn strain(why: impl Into<String>) -> Self {
        Self { why: Refusal::because(why), is_strain: true }
    }
}

/// Bytes that the slowest replica is behind: `slave0:ip=…,state=online,offset=…` against `master_repl_offset`.
fn replica_lag(exchange: &Exchange) -> Option<u64> {
    let (ReadCmd::Info(_), Ok(reply)) = (&exchange.command, &exchange.reply) else { return None };
    lag_in(&Resp::text(reply)?)
}

fn lag_in(text: &str) -> Option<u64> {
    let own: u64 =
        text.lines().find_map(|line| line.strip_prefix("master_repl_offset:"))?.trim().parse().ok()?;
    let offset = |line: &str| -> Option<u64> {
        let (name, value) = line.split_once(':')?;
        name.strip_prefix("slave")?.parse::<u32>().ok()?;
        value.contains("state=online").then_some(())?;
        value.split(',').find_map(|part| part.strip_prefix("offset="))?.trim().parse().ok()
    };
    text.lines().filter_map(offset).min().map(|slowest| own.saturating_sub(slowest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(text: &str) -> Exchange {
        Exchange {
            command: ReadCmd::Info(Vec::new()),
            sent_us: 0,
            received_us: 1,
            reply: Ok(Resp::bulk(text)),
            reply_bytes: 0,
        }
    }

    fn guard() -> Guard {
        Guard { run_id: Some("a".to_owned()), role: ServerRole::Primary, ..Guard::default() }
    }

    #[test]
    fn another_process_or_role_is_another_server() {
        assert_eq!(guard().check(&[info("run_id:a\r\nrole:master\r\n")]), Ok(()));
        for text in ["run_id:b\r\nrole:master\r\n", "run_id:a\r\nrole:slave\r\n"] {
            assert!(!guard().check(&[info(text)]).unwrap_err().is_strain, "{text}");
        }
    }

    #[test]
    fn what_the_server_does_not_say_any_more_is_no_consent() {
        assert!(guard().check(&[]).unwrap_err().is_strain);
        assert_eq!(Guard::default().check(&[]), Ok(()), "it never said");
        let (key, last_generated) = (Name::from("s"), Some(StreamId::new(9, 0)));
        let stream = Some(StreamMark { key, last_generated, entries_added: None });
        let why = Guard { stream, ..guard() }.check(&[info("run_id:a\r\nrole:master\r\n")]).unwrap_err();
        assert!(why.is_strain && why.why.to_string().contains("XINFO STREAM s"), "{why:?}");
    }

    #[test]
    fn a_replica_far_behind_and_memory_that_waits_are_strain() {
        let behind = "run_id:a\r\nrole:master\r\nmaster_repl_offset:100000000\r\n\
                      slave0:ip=h,port=1,state=online,offset=1000,lag=0\r\n";
        assert!(guard().check(&[info(behind)]).unwrap_err().is_strain);
        let freeing = "run_id:a\r\nrole:master\r\nlazyfree_pending_objects:100001\r\n";
        assert!(guard().check(&[info(freeing)]).unwrap_err().is_strain);
        assert_eq!(lag_in("master_repl_offset:10\nslave0:state=wait_bgsave,offset=0,lag=0\n"), None);
    }

    #[test]
    fn a_stream_whose_ids_begin_earlier_was_made_anew_and_new_entries_change_nothing() {
        let id = StreamId::new(9, 0);
        let mark = StreamMark { key: Name::from("s"), last_generated: Some(id), entries_added: Some(9) };
        let now = |last: u64, added| StreamDetail {
            last_generated: Some(StreamId::new(last, 0)),
            entries_added: Some(added),
            ..StreamDetail::default()
        };
        assert_eq!(mark.check(&now(10, 12)), Ok(()));
        assert!(mark.check(&now(8, 12)).is_err());
        assert!(mark.check(&now(10, 1)).is_err());
    }
}
