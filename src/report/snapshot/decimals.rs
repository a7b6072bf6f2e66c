//! How many decimals a figure of the JSON has.
//!
//! Knows numbers alone. Invariant: what is small does not become 0, and what is not finite is not known.

/// Three decimals from 1 on, six below.
pub(super) fn tidy(figure: Option<f64>) -> Option<f64> {
    let figure = figure.filter(|figure| figure.is_finite())?;
    let unit = if figure.abs() < 1.0 { 1e6 } else { 1e3 };
    // Nothing at all has no sign.
    Some((figure * unit).round() / unit + 0.0)
}
