//! Numbers as people read them. One number is written the same way everywhere: `1m 22s`, `91.4%`, `3.4 GiB`, `1.23M`.
//!
//! [`mod@column`] keeps a width, so that nothing jitters from frame to frame. [`sentence`] has every digit of a count and
//! no zero that says nothing. A page is written as columns are, but has every digit of a count below a million
//! ([`column::Figures::page_count`]). Knows units; does not know what a figure is about. Invariants: what is not known
//! is `—`, never 0; what is small is never shown as nothing; a greater number never reads smaller; a time is cut, never
//! rounded up, so that no text claims more than has passed.

mod amount;
pub mod column;
pub mod sentence;
mod span;

/// Without decimals that say nothing: `5 s` for `5.0 s`, `2.5k` for `2.50k`.
pub fn without_zeros(figure: &str) -> String {
    let Some((whole, rest)) = figure.split_once('.') else { return figure.to_owned() };
    let unit = rest.trim_start_matches(|next: char| next.is_ascii_digit());
    let decimals = rest.strip_suffix(unit).unwrap_or_default().trim_end_matches('0');
    format!("{whole}{}{decimals}{unit}", if decimals.is_empty() { "" } else { "." })
}

/// The nearest whole number; what is too great becomes the greatest.
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests;
