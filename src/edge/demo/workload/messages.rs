//! What the demo's messages say.
//!
//! Knows the fields of each stream's messages; nothing of how they travel. Invariant: every message is small
//! (under 300 bytes) but telemetry's, which are what fills the memory.

/// One message: field and value.
pub(super) type MessageFields = Vec<(&'static str, String)>;

/// Bytes of one telemetry message's spans.
const SPANS_BYTES: usize = 1400;

/// What no worker can make a number of.
const POISON: &str = "12,5O";

/// A message at which workers fail that look into it.
pub(super) fn poison(stream: &str) -> MessageFields {
    let mut fields = message(stream);
    for (_, value) in fields.iter_mut().filter(|(name, _)| *name == "amount_cents") {
        *value = POISON.to_owned();
    }
    fields
}

/// Whether a field's value makes a worker fail.
pub(super) fn is_poison(value: &[u8]) -> bool {
    value == POISON.as_bytes()
}

/// A message for the stream.
pub(super) fn message(stream: &str) -> MessageFields {
    match stream {
        "orders" => vec![
            ("order", id("ord")),
            ("customer", id("cus")),
            ("items", fastrand::u8(1..=6).to_string()),
            ("total_cents", fastrand::u32(499..=89_900).to_string()),
            ("currency", pick(&["EUR", "USD", "GBP"])),
        ],
        "payments" => vec![
            ("payment", id("pay")),
            ("order", id("ord")),
            ("amount_cents", fastrand::u32(499..=89_900).to_string()),
            ("method", pick(&["card", "wallet", "transfer"])),
        ],
        "emails" => vec![
            ("to", id("cus")),
            ("template", pick(&["order-confirmed", "order-shipped", "password-reset", "invoice"])),
            ("locale", pick(&["en", "de", "fr", "pt"])),
        ],
        "clicks" => vec![
            ("session", id("ses")),
            ("path", pick(&["/", "/cart", "/search", "/product", "/checkout"])),
            ("took_ms", fastrand::u16(3..=900).to_string()),
        ],
        _ => vec![
            ("host", format!("web-{:02}", fastrand::u8(1..=24))),
            ("service", pick(&["cart", "search", "stock", "checkout"])),
            ("spans", spans()),
        ],
    }
}

fn id(kind: &str) -> String {
    format!("{kind}-{:08x}", fastrand::u32(..))
}

fn pick(choices: &[&str]) -> String {
    fastrand::choice(choices).copied().unwrap_or_default().to_owned()
}

fn spans() -> String {
    let mut spans = String::with_capacity(SPANS_BYTES + 32);
    while spans.len() < SPANS_BYTES {
        spans.push_str(&format!("span={:016x} us={} ", fastrand::u64(..), fastrand::u16(..)));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::super::super::topology::LINES;
    use super::*;

    #[test]
    fn poison_is_known_by_its_amount_and_nothing_else_is_poison() {
        let bad =
            |fields: MessageFields| fields.iter().filter(|(_, value)| is_poison(value.as_bytes())).count();
        assert_eq!(bad(poison("payments")), 1);
        assert!(LINES.iter().all(|line| bad(message(line.key)) == 0));
    }

    #[test]
    fn only_telemetry_is_big() {
        for line in &LINES {
            let bytes: usize = message(line.key).iter().map(|(name, value)| name.len() + value.len()).sum();
            assert_eq!(bytes > 300, line.key == "telemetry", "{} {bytes}", line.key);
            assert!(bytes < 1600);
        }
    }
}
