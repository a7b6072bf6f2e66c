//! Pages of names: those that may be a queue's or a channel layer's, and what many of a kind tell of keys not seen yet.
//!
//! Knows names alone. Invariant: of a page a bounded number of names is guessed, the same ones whenever it is read.

use crate::core::limits::{NAMES_GUESSED, WATCHED_NAME_BYTES};
use crate::core::model::Name;
use crate::core::model::family::family;
use crate::core::model::glob::Glob;
use crate::core::model::snapshot::NamesPage;
use crate::core::queues::{may_show, shown_by_jobs};
use crate::core::wire::resp::Resp;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Names of one page that begin alike, from which on they may be keys of jobs: a queue has many. Where a name ends with the one
/// id in it, it is enough that there is one: such names have few beginnings.
const MANY: u32 = 3;

/// A page of the walk for names: of a million keys hardly one is of use.
pub(super) fn page(reply: &Resp, also: &[Name]) -> Option<NamesPage> {
    let also: Vec<Glob> = also.iter().cloned().map(Glob::new).collect();
    let parts = reply.items()?;
    let next = parts.first()?.text()?.parse().ok()?;
    let told = parts.get(1)?.items()?.iter().filter_map(Resp::bytes);
    let told: Vec<Cow<'_, [u8]>> = told.filter(|name| name.len() <= WATCHED_NAME_BYTES).collect();
    let is_wanted = |name: &&Cow<'_, [u8]>| may_show(name) || also.iter().any(|glob| glob.matches(name));
    let names = told.iter().filter(is_wanted).map(|name| Name::new(&**name)).collect();
    Some(NamesPage { next, names, guesses: guesses(&told) })
}

/// What keys of queues would be called whose jobs these are, those of most jobs first.
fn guesses(told: &[Cow<'_, [u8]>]) -> Vec<Name> {
    let mut stems: BTreeMap<&[u8], u32> = BTreeMap::new();
    let mut folded = Vec::new();
    for name in told {
        let Some(end) = name.iter().rposition(|byte| *byte == b':') else { continue };
        let (stem, last) = name.split_at(end + 1);
        let is_likely = family(last, &mut folded) && folded == b"*" && !family(stem, &mut folded);
        *stems.entry(stem).or_default() += if is_likely { MANY } else { 1 };
    }
    let mut many: Vec<(&[u8], u32)> = stems.into_iter().filter(|(_, names)| *names >= MANY).collect();
    many.sort_by_key(|(_, names)| Reverse(*names));
    let mut found: Vec<Name> = many.into_iter().flat_map(|(stem, _)| shown_by_jobs(stem)).collect();
    found.truncate(NAMES_GUESSED);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keys_that_begin_alike_tell_what_keys_their_queue_would_have() {
        let jobs = (0..40).map(|at| format!("bull:mail:{at}"));
        let others = ["x", "y", "z", "user:17:cart", "user:17:name", "user:17:order:5"].map(str::to_owned);
        let one = ["bull:low:7".to_owned()];
        let names = jobs.chain(others).chain(one).map(|name| Resp::bulk(&name)).collect();
        let reply = Resp::Array(vec![Resp::bulk("17"), Resp::Array(names)]);
        let page = page(&reply, &[]).unwrap();
        let guesses = ["bull:mail:meta", "bull:mail:id", "bull:low:meta", "bull:low:id"];
        assert_eq!(page.guesses, guesses.map(Name::from));
        assert_eq!((page.next, page.names), (17, ["x", "y", "z"].map(Name::from).to_vec()));
    }

    #[test]
    fn what_is_guessed_of_one_page_has_a_bound() {
        let names = (0..1_000).map(|at| Resp::bulk(format!("shop:q{}:{at}", at % 300))).collect();
        let page = page(&Resp::Array(vec![Resp::bulk("0"), Resp::Array(names)]), &[]).unwrap();
        assert_eq!(page.guesses.len(), NAMES_GUESSED);
    }
}
