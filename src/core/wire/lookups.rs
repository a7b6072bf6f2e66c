//! How many hits and misses a command of an action adds to the server's own counters.
//!
//! Knows what each command looks up, as measured on every supported server; needed since an action runs beside our
//! rounds, where the counters are taken for the clients' own. Invariant: what looks nothing up for reading (SCAN,
//! MEMORY USAGE, UNLINK, PEXPIRE) counts nothing.

use super::read::{LooksUp, ReadCmd};
use super::resp::Resp;
use super::write::WriteCmd;
use crate::core::model::cache::Lookups;

const HIT: Lookups = Lookups { hits: 1, misses: 0 };
const MISS: Lookups = Lookups { hits: 0, misses: 1 };
const NONE: Lookups = Lookups { hits: 0, misses: 0 };

/// What a read adds, by its reply.
pub fn of_read(command: &ReadCmd, reply: &Resp) -> Lookups {
    match (command.row().looks_up, reply) {
        (LooksUp::KeyUnless(missing), Resp::Int(number)) if *number == missing => MISS,
        (LooksUp::Key | LooksUp::KeyUnless(_), reply) => found(reply),
        (LooksUp::EachKey, Resp::Array(kinds)) => kinds.iter().map(found).fold(NONE, Lookups::and),
        (LooksUp::EachKey | LooksUp::Nothing, _) => NONE,
    }
}

/// What a write adds, by its reply.
pub fn of_write(command: &WriteCmd, reply: &Resp) -> Lookups {
    let several = |hits: u64| Lookups { hits, misses: 0 };
    match (command, reply) {
        (_, Resp::Error(_)) => NONE,
        // Their script looks first. A key that is gone is a miss, and says the same as one that has changed.
        (WriteCmd::UnlinkKept { .. } | WriteCmd::Expire { lt: false, .. }, _) => HIT,
        (WriteCmd::ExpireAt { lt: false, .. }, _) => several(2),
        (WriteCmd::GiveTimeBack { .. }, reply) => match reply.int() {
            Some(0 | 1) => several(2),
            _ => MISS,
        },
        (WriteCmd::UnlinkTyped(_), Resp::Array(keys)) => {
            // TYPE looks up, UNLINK does not.
            let missing = keys.iter().filter(|reply| reply.int() == Some(0)).count() as u64;
            Lookups { hits: (keys.len() as u64).saturating_sub(missing), misses: missing }
        }
        (WriteCmd::UnlinkFree(_), Resp::Array(found)) => {
            let misses = found.get(1).and_then(Resp::count).into_iter().sum();
            Lookups { hits: (command.items() as u64).saturating_sub(misses), misses }
        }
        // Their scripts count them themselves.
        (WriteCmd::Settle { .. }, Resp::Array(told)) => several(counted(told, 6)),
        (WriteCmd::GiveBack { .. }, Resp::Array(told)) => several(counted(told, 2)),
        _ => NONE,
    }
}

/// What a script counted, at this place of its answer.
fn counted(told: &[Resp], at: usize) -> u64 {
    told.get(at).and_then(Resp::count).unwrap_or(0)
}

fn found(reply: &Resp) -> Lookups {
    match reply {
        Resp::Nil | Resp::Error(_) => MISS,
        reply if reply.text().is_some_and(|text| text == "none") => MISS,
        _ => HIT,
    }
}
