//! What an invalidation is to do, as its plan fixes it, and its commands in words.

use super::found::FoundKeys;
use super::spread::least_ms;
use crate::core::model::Name;
use crate::core::ops::protect::Protection;
use crate::core::wire::WriteCmd;
use std::sync::Arc;

/// The steps of an invalidation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidateWork {
    /// The pattern.
    pub pattern: Name,
    /// Only keys of this type.
    pub kind: Option<String>,
    /// Shorten the time to live to half of this or more, milliseconds, instead of removing.
    pub expire_ms: Option<u64>,
    /// Whether the server has `PEXPIRE … LT` (7.0).
    pub has_lt: bool,
    /// What stays.
    pub protected: Protection,
    /// What chance begins with.
    pub seed: u64,
    /// The keys that match, where the plan has found all of them and could keep their names.
    pub found: Option<Arc<FoundKeys>>,
}

impl InvalidateWork {
    /// The commands, one of each form.
    pub fn commands(&self, archive: bool) -> Vec<String> {
        let pattern = crate::core::model::glob::glob_text(&self.pattern);
        let scan = format!("SCAN <cursor> MATCH {pattern} COUNT <n>");
        let key = Name::from("<key>");
        let write = match self.expire_ms {
            Some(most_ms) => {
                let (least_ms, lt) = (least_ms(most_ms, archive), self.has_lt);
                let command = match archive {
                    true => WriteCmd::ExpireAt { key, at_ms: most_ms, lt },
                    false => WriteCmd::Expire { key, ms: most_ms, lt },
                };
                let from = if archive { "now+" } else { "" };
                command.text().replace(&most_ms.to_string(), &format!("{from}<{least_ms}..{most_ms}>"))
            }
            None if archive => WriteCmd::UnlinkKept { key, checksum: Vec::new(), length: 0 }.text(),
            None => {
                let free = WriteCmd::UnlinkFree(vec![(Vec::new(), vec![key.clone()])]).text();
                let typed = WriteCmd::UnlinkTyped(vec![(key, String::new())]).text();
                return vec![scan, free, "of the others: TYPE <key>".to_owned(), typed];
            }
        };
        vec![scan, "TYPE <key>".to_owned(), write]
    }
}
