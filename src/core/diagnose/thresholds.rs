//! From when on something is wrong: every limit, its unit, and whose default it is, as rows of one table.
//!
//! Knows numbers; does not know what they are compared with.
//! Invariant: what clears lies on the healthy side of what raises, so that nothing flaps at the edge.

mod table;

pub(crate) use table::thresholds;

use super::finding::Severity;

/// A limit with a distance between raising and clearing. Where `raise` is greater, high is bad, else low is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// From here on it is wrong.
    pub raise: f64,
    /// From here on it is well again.
    pub clear: f64,
}

impl Band {
    /// A band.
    pub const fn new(raise: f64, clear: f64) -> Self {
        Self { raise, clear }
    }

    /// Whether the figure is beyond the limit; one that stands already has to come back to `clear`.
    pub fn holds(self, figure: f64, stands: bool) -> bool {
        let limit = if stands { self.clear } else { self.raise };
        if self.raise >= self.clear { figure >= limit } else { figure <= limit }
    }
}

/// Limits of one figure, by severity; `None` where that severity is never reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// From when on to warn.
    pub warning: Option<Band>,
    /// From when on it is critical.
    pub critical: Option<Band>,
}

impl Bands {
    /// How bad the figure is, given what stands already.
    pub fn severity(self, figure: f64, standing: Option<Severity>) -> Option<Severity> {
        let holds = |band: Option<Band>, stands: bool| band.is_some_and(|band| band.holds(figure, stands));
        if holds(self.critical, standing == Some(Severity::Critical)) {
            Some(Severity::Critical)
        } else {
            holds(self.warning, standing.is_some()).then_some(Severity::Warning)
        }
    }
}

/// Two limits of a duration, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// From when on to warn.
    pub warning_ms: u64,
    /// From when on it is critical.
    pub critical_ms: u64,
}

impl Spans {
    /// How bad a duration is.
    pub fn severity(self, span_ms: u64) -> Option<Severity> {
        if span_ms >= self.critical_ms {
            Some(Severity::Critical)
        } else {
            (span_ms >= self.warning_ms).then_some(Severity::Warning)
        }
    }
}

/// Makes the struct and its defaults of the rows of [`table`].
macro_rules! make_thresholds {
    ($($field:ident: $type:ty = $default:expr, $range:ident $key:literal $doc:literal;)*) => {
        /// Every limit. What the name of a key in the config leaves out of a field is its unit.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Thresholds {
            $(#[doc = $doc] pub $field: $type,)*
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
    };
}
thresholds!(make_thresholds);

const NEVER: Bands = Bands { warning: None, critical: None };

const fn minutes(warning: u64, critical: u64) -> Spans {
    Spans { warning_ms: warning * 60_000, critical_ms: critical * 60_000 }
}

const fn warning(raise: f64, clear: f64) -> Bands {
    Bands { warning: Some(Band::new(raise, clear)), critical: None }
}

const fn bands(warning: (f64, f64), critical: (f64, f64)) -> Bands {
    Bands {
        warning: Some(Band::new(warning.0, warning.1)),
        critical: Some(Band::new(critical.0, critical.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_clears_later_than_it_was_raised() {
        let memory = Thresholds::default().memory;
        assert_eq!(memory.severity(0.80, None), None);
        assert_eq!(memory.severity(0.85, None), Some(Severity::Warning));
        assert_eq!(memory.severity(0.80, Some(Severity::Warning)), Some(Severity::Warning));
        assert_eq!(memory.severity(0.90, Some(Severity::Critical)), Some(Severity::Critical));
        assert_eq!(memory.severity(0.74, Some(Severity::Critical)), None);
    }

    #[test]
    fn a_band_may_be_bad_when_low() {
        let ratio = Thresholds::default().hit_ratio;
        assert_eq!(ratio.severity(0.55, None), None);
        assert_eq!(ratio.severity(0.5, None), Some(Severity::Warning));
        assert_eq!(ratio.severity(0.55, Some(Severity::Warning)), Some(Severity::Warning));
        assert_eq!(ratio.severity(0.61, Some(Severity::Warning)), None);
    }
}
