//! Clients that wait for the next item of a list or sorted set, before keys of that type are invalidated.
//!
//! Knows rows of CLIENT LIST, which name the command and not the keys: who waits may wait for any. Invariant: that nobody
//! waits is said only of clients that were looked at.

use crate::core::figures::sentence::count;
use crate::core::model::clients::Client;
use std::collections::BTreeMap;

/// Commands that wait, by the type of what they wait for.
const POPS: [(&str, &[&str]); 2] = [
    ("list", &["blpop", "brpop", "blmove", "brpoplpush", "blmpop"]),
    ("zset", &["bzpopmin", "bzpopmax", "bzmpop"]),
];

/// Who waits.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Waiting {
    /// Of no interest for keys of this type.
    #[default]
    NotAsked,
    /// So many in each command.
    Clients(BTreeMap<String, u64>),
    /// Not known, and why.
    Unknown(String),
}

impl Waiting {
    /// Who of these waits for items of keys of this type.
    pub fn of(clients: &[Client], kind: &str) -> Self {
        let pops = POPS.iter().find(|(of_kind, _)| *of_kind == kind).map_or(&[][..], |(_, pops)| *pops);
        let mut waiting = BTreeMap::new();
        for client in clients.iter().filter(|client| client.flags.contains('b')) {
            if pops.contains(&client.command.as_str()) {
                *waiting.entry(client.command.to_uppercase()).or_default() += 1;
            }
        }
        Self::Clients(waiting)
    }

    /// What the operator should think of; none where nobody waits.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::NotAsked => None,
            Self::Clients(waiting) if waiting.is_empty() => None,
            Self::Clients(waiting) => {
                let all: u64 = waiting.values().sum();
                let each: Vec<String> = waiting
                    .iter()
                    .map(|(command, clients)| format!("{} in {command}", count(*clients)))
                    .collect();
                let (wait, queues) =
                    if all == 1 { ("client waits", "its queue") } else { ("clients wait", "their queues") };
                Some(format!(
                    "{} {wait} for items ({}): the server does not tell of which keys, and these may be {queues}",
                    count(all),
                    each.join(", ")
                ))
            }
            Self::Unknown(why) => {
                Some(format!("whether clients wait for items of these keys is not known: {why}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Name;
    use crate::core::wire::Resp;
    use crate::core::wire::decode::decode;
    use crate::core::wire::{Exchange, Observation, ReadCmd};

    fn clients(lines: &[&str]) -> Vec<Client> {
        let reply = Ok(Resp::bulk(lines.join("\n")));
        let exchange =
            Exchange { command: ReadCmd::ClientList, sent_us: 0, received_us: 1, reply, reply_bytes: 1 };
        let observation = Observation { exchanges: vec![exchange], ..Observation::default() };
        decode(&observation).clients.unwrap().value
    }

    #[test]
    fn who_waits_for_items_of_the_type_is_warned_of_by_command() {
        let all = clients(&[
            "id=1 flags=b cmd=blpop",
            "id=2 flags=b cmd=blpop",
            "id=3 flags=b cmd=blmove",
            "id=4 flags=b cmd=bzpopmin",
            "id=5 flags=N cmd=brpop",
            "id=6 flags=b cmd=xreadgroup",
        ]);
        assert_eq!(all.first().map(|client| client.name.clone()), Some(Name::from("")));
        let warning = |kind: &str| Waiting::of(&all, kind).warning();
        let text = warning("list").unwrap();
        assert!(text.starts_with("3 clients wait for items (1 in BLMOVE, 2 in BLPOP)"), "{text}");
        assert!(warning("zset").unwrap().starts_with("1 client waits for items (1 in BZPOPMIN)"));
        assert_eq!((warning("hash"), Waiting::of(&[], "list").warning()), (None, None));
        assert!(Waiting::Unknown("no".to_owned()).warning().unwrap().ends_with("is not known: no"));
    }
}
