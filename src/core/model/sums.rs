//! Sums of what servers say.
//!
//! Knows numbers. Invariant: a sum never overflows: figures of a server that has gone wrong are as great as they like.

/// The sum, or the greatest number that there is.
pub fn sum(figures: impl IntoIterator<Item = u64>) -> u64 {
    figures.into_iter().fold(0, u64::saturating_add)
}

/// The sum of figures of which each must be known.
pub fn sum_known(figures: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    figures.into_iter().try_fold(0, |sum: u64, figure| Some(sum.saturating_add(figure?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_never_overflow_and_are_unknown_where_a_part_is() {
        assert_eq!((sum([1, 2, 3]), sum([u64::MAX, 1]), sum([])), (6, u64::MAX, 0));
        assert_eq!(sum_known([Some(1), Some(2)]), Some(3));
        assert_eq!(
            (sum_known([Some(1), None]), sum_known([Some(u64::MAX), Some(1)])),
            (None, Some(u64::MAX))
        );
    }
}
