//! The names that the walk of a plan has found, so that a run which follows at once need not walk through all keys again.
//!
//! Knows names one after another; not what they are. Invariants: what is kept is bounded, and all that was found is there
//! or nothing: a run that would miss some walks itself.

use crate::core::limits::FOUND_NAME_BYTES;

/// Bytes of one piece: small enough that none is ever copied to a larger place.
const PIECE: usize = 1 << 20;

/// Names, each after its length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FoundKeys {
    pieces: Vec<Vec<u8>>,
    keys: u64,
    bytes: usize,
    /// There were more, or a longer one, than are kept.
    is_cut: bool,
}

/// Which name is next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FoundPlace {
    piece: usize,
    at: usize,
}

impl std::fmt::Debug for FoundKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FoundKeys")
            .field("keys", &self.keys)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl FoundKeys {
    /// Keeps one more.
    pub(super) fn add(&mut self, name: &[u8]) {
        let length = u16::try_from(name.len());
        let (Ok(length), false) = (length, self.is_cut) else { return self.give_up() };
        self.bytes += 2 + name.len();
        if self.bytes > FOUND_NAME_BYTES {
            return self.give_up();
        }
        if self.pieces.last().is_none_or(|piece| piece.len() + 2 + name.len() > PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE.min(FOUND_NAME_BYTES)));
        }
        let Some(piece) = self.pieces.last_mut() else { return };
        piece.extend_from_slice(&length.to_le_bytes());
        piece.extend_from_slice(name);
        self.keys += 1;
    }

    fn give_up(&mut self) {
        *self = Self { is_cut: true, ..Self::default() };
    }

    /// All that was found; none where not all could be kept.
    pub(super) fn whole(self) -> Option<Self> {
        (!self.is_cut).then_some(self)
    }

    /// The name at this place, which goes on to the next one; none behind the last.
    pub(super) fn next(&self, place: &mut FoundPlace) -> Option<&[u8]> {
        loop {
            let piece = self.pieces.get(place.piece)?;
            let rest = piece.get(place.at..).filter(|rest| !rest.is_empty());
            let Some((length, rest)) = rest.and_then(<[u8]>::split_first_chunk::<2>) else {
                *place = FoundPlace { piece: place.piece + 1, at: 0 };
                continue;
            };
            let length = usize::from(u16::from_le_bytes(*length));
            place.at += 2 + length;
            return rest.get(..length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(found: &FoundKeys) -> Vec<Vec<u8>> {
        let mut place = FoundPlace::default();
        std::iter::from_fn(|| found.next(&mut place).map(<[u8]>::to_vec)).collect()
    }

    #[test]
    fn names_come_back_as_they_were_and_in_their_order() {
        let mut found = FoundKeys::default();
        let names: Vec<Vec<u8>> = (0..100_000_u32)
            .map(|at| format!("key:{at}").into_bytes())
            .chain([Vec::new(), vec![7; 9_000]])
            .collect();
        names.iter().for_each(|name| found.add(name));
        assert!(found.pieces.len() > 1);
        assert_eq!(all(&found.whole().unwrap()), names);
        assert_eq!(all(&FoundKeys::default()), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn where_one_can_not_be_kept_none_is() {
        let mut found = FoundKeys::default();
        found.add(b"a");
        found.add(&vec![0; 70_000]);
        found.add(b"b");
        assert_eq!((found.pieces.len(), found.whole()), (0, None));
        let mut many = FoundKeys::default();
        (0..=FOUND_NAME_BYTES / 60_000).for_each(|_| many.add(&vec![0; 60_000]));
        assert_eq!(many.whole(), None);
    }
}
