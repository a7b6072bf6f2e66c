//! What is ours on a server that is probed: names that nothing else has.
//!
//! Knows names; what the probe measures is `core::reading::probe`'s. Invariant: whatever the probe makes begins with
//! [`PREFIX`], so that it is never taken for the operator's, nor the other way round.

use super::Name;
use super::clients::Client;

/// What every channel and key of the probe begins with.
pub const PREFIX: &str = "__streamgauge:probe:";

/// What the server shows as the name of the probe's connections.
pub const CLIENT_NAME: &str = "streamgauge:probe";

/// What the names of all our connections begin with.
const CLIENTS: &[u8] = b"streamgauge:";

/// Whether a channel or key is the probe's.
pub fn is_ours(name: &Name) -> bool {
    name.as_bytes().starts_with(PREFIX.as_bytes())
}

/// Whether a client is one of ours.
pub fn is_our_client(client: &Client) -> bool {
    client.name.as_bytes().starts_with(CLIENTS)
}
