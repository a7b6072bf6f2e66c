//! Which keys this user may read, found out by trying.
//!
//! Knows beginnings of names, up to a separator, and what came of keys that begin so; does not know what is asked of
//! them. Invariants: where a few keys were denied and none was answered, nothing that begins alike is asked for a while;
//! denials altogether are bounded in that time; and a beginning that was answered once is asked on.

use super::super::observation::Exchange;
use super::super::resp::{ErrorKind, Resp};
use crate::core::limits::{DENIED_ALIKE, DENIED_KEYS, DENIED_REST_US, KEY_BEGINNINGS};
use crate::core::model::Name;
use std::collections::{BTreeMap, BTreeSet};

/// What parts of names are divided by.
const SEPARATORS: &[u8] = b":/.-_|";
/// Parts that are told apart.
const PARTS: usize = 3;

/// What came of keys that begin alike.
#[derive(Clone, Copy, Debug, Default)]
struct Tried {
    answered: bool,
    denied: u32,
}

/// What was found out.
#[derive(Clone, Debug, Default)]
pub struct KeyRights {
    beginnings: BTreeMap<Vec<u8>, Tried>,
    /// Keys that were denied, and since when that is counted.
    denied: u32,
    since_us: u64,
    /// One of them.
    example: Option<Name>,
}

impl KeyRights {
    /// Another connection: perhaps another user.
    pub fn reconnected(&mut self) {
        *self = Self::default();
    }

    /// Whether no key was denied so far.
    pub const fn denies_none(&self) -> bool {
        self.denied == 0
    }

    /// A key that was denied, while any are.
    pub fn example(&self) -> Option<&Name> {
        self.example.as_ref()
    }

    /// Whether this key may be asked for.
    pub fn may(&self, key: &Name) -> bool {
        if self.denied == 0 {
            return true;
        }
        let known = || beginnings(key).filter_map(|beginning| self.beginnings.get(beginning));
        if known().any(|tried| !tried.answered && tried.denied >= DENIED_ALIKE) {
            return false;
        }
        // When enough were denied altogether, only what is known to be answered goes on.
        self.denied < DENIED_KEYS || known().last().is_some_and(|tried| tried.answered && tried.denied == 0)
    }

    /// Takes as many of `names` as may be asked in one go: of beginnings that nobody tried yet one each, once any key was
    /// denied. The number is of those that are left out for good; what waits stays.
    pub fn take(&self, names: &mut std::collections::VecDeque<Name>, most: usize) -> (Vec<Name>, u64) {
        let (mut taken, mut waits, mut left_out) = (Vec::new(), Vec::new(), 0);
        let mut tries = BTreeSet::new();
        while taken.len() < most
            && let Some(name) = names.pop_front()
        {
            if !self.may(&name) {
                left_out += 1;
            } else if self.denied > 0 && !self.is_answered(&name) && !tries.insert(deepest(&name).to_vec()) {
                waits.push(name);
            } else {
                taken.push(name);
            }
            if waits.len() >= most {
                break;
            }
        }
        for name in waits.into_iter().rev() {
            names.push_front(name);
        }
        (taken, left_out)
    }

    fn is_answered(&self, key: &Name) -> bool {
        self.beginnings.get(deepest(key)).is_some_and(|tried| tried.answered)
    }

    /// Takes answers and denials in.
    pub fn learn(&mut self, exchanges: &[Exchange], now_us: u64) {
        if self.denied > 0 && now_us.saturating_sub(self.since_us) >= DENIED_REST_US {
            *self = Self::default();
        }
        let mut last_denied = None;
        for exchange in exchanges {
            let (Some(key), Ok(reply)) = (exchange.command.key(), &exchange.reply) else { continue };
            match reply {
                Resp::Error(error) if error.kind() == ErrorKind::DeniedKey => {
                    if last_denied != Some(key) {
                        self.deny(key, now_us);
                    }
                    last_denied = Some(key);
                }
                Resp::Error(_) => {}
                _ => self.prove(key),
            }
        }
    }

    fn deny(&mut self, key: &Name, now_us: u64) {
        if self.denied == 0 {
            self.since_us = now_us;
        }
        self.denied = self.denied.saturating_add(1);
        self.example.get_or_insert_with(|| key.clone());
        self.note(key, |tried| tried.denied = tried.denied.saturating_add(1));
    }

    fn prove(&mut self, key: &Name) {
        if !self.is_answered(key) {
            self.note(key, |tried| tried.answered = true);
        }
    }

    fn note(&mut self, key: &Name, change: impl Fn(&mut Tried)) {
        for beginning in beginnings(key) {
            if let Some(tried) = self.beginnings.get_mut(beginning) {
                change(tried);
            } else if self.beginnings.len() < KEY_BEGINNINGS {
                change(self.beginnings.entry(beginning.to_vec()).or_default());
            }
        }
    }
}

/// What the name begins with, up to each of its first separators; nothing where it has none.
fn beginnings(key: &Name) -> impl Iterator<Item = &[u8]> {
    let bytes = key.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| SEPARATORS.contains(byte)).map(|(at, _)| at + 1);
    let ends = ends.take(PARTS);
    let has_none = !bytes.iter().any(|byte| SEPARATORS.contains(byte));
    has_none.then_some(0).into_iter().chain(ends).filter_map(|end| bytes.get(..end))
}

fn deepest(key: &Name) -> &[u8] {
    beginnings(key).last().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::read::ReadCmd;

    fn answer(key: &Name, may: impl Fn(&Name) -> bool) -> Vec<Exchange> {
        let commands = [ReadCmd::Type(key.clone()), ReadCmd::Pttl(key.clone())];
        let reply = || match may(key) {
            true => Resp::Int(1),
            false => Resp::error("NOPERM No permissions to access a key"),
        };
        let exchange =
            |command| Exchange { command, sent_us: 0, received_us: 1, reply: Ok(reply()), reply_bytes: 1 };
        commands.into_iter().map(exchange).collect()
    }

    /// Asks for all of them as the walk does; how many were answered, denied, left out.
    fn walk(rights: &mut KeyRights, keys: &[String], may: impl Fn(&Name) -> bool + Copy) -> (u64, u64, u64) {
        let mut names = keys.iter().map(|key| Name::from(key.as_str())).collect();
        let (mut answered, mut denied, mut out) = (0, 0, 0);
        loop {
            let (taken, left_out) = rights.take(&mut names, 32);
            out += left_out;
            if taken.is_empty() && names.is_empty() {
                return (answered, denied, out);
            }
            for key in taken {
                if may(&key) {
                    answered += 1
                } else {
                    denied += 1
                }
                rights.learn(&answer(&key, may), 1);
            }
        }
    }

    fn is_app(key: &Name) -> bool {
        key.as_bytes().starts_with(b"app:")
    }

    #[test]
    fn where_one_beginning_is_allowed_the_others_are_denied_a_few_times_and_rest() {
        let mut rights = KeyRights::default();
        let keys: Vec<String> =
            (0..20_000).map(|n| format!("{}:{n}", if n % 5 == 0 { "app" } else { "zz" })).collect();
        let (answered, denied, out) = walk(&mut rights, &keys, is_app);
        assert_eq!(answered, 4_000);
        assert!(denied <= 32, "{denied}");
        assert_eq!(denied + out, 16_000);
        assert_eq!(walk(&mut rights, &keys, is_app), (4_000, 0, 16_000));
    }

    #[test]
    fn names_that_have_nothing_in_common_are_not_each_tried() {
        let mut rights = KeyRights::default();
        let keys: Vec<String> = (0..5_000).map(|n| format!("{n}:x")).collect();
        let (answered, denied, _) = walk(&mut rights, &keys, is_app);
        assert!(answered == 0 && denied <= u64::from(DENIED_KEYS) + 32, "{denied}");
    }

    #[test]
    fn what_is_allowed_below_what_is_denied_is_found_by_its_own_beginning() {
        let mut rights = KeyRights::default();
        let may = |key: &Name| key.as_bytes().starts_with(b"app:orders:");
        let keys: Vec<String> =
            (0..4_000).map(|n| format!("app:{}:{n}", if n % 2 == 0 { "orders" } else { "users" })).collect();
        let (answered, denied, _) = walk(&mut rights, &keys, may);
        assert!(answered == 2_000 && denied < 32, "{answered} {denied}");
    }

    #[test]
    fn nothing_is_left_out_where_nothing_is_denied_and_rights_are_tried_again_after_a_while() {
        let keys: Vec<String> = (0..500).map(|n| format!("k{n}")).collect();
        let mut rights = KeyRights::default();
        assert_eq!(walk(&mut rights, &keys, |_| true), (500, 0, 0));
        let mut rights = KeyRights::default();
        walk(&mut rights, &keys, is_app);
        assert!(!rights.may(&Name::from("k1")));
        rights.learn(&[], DENIED_REST_US + 2);
        assert!(rights.may(&Name::from("k1")));
    }
}
