//! What is asked before a script is ended: PING, whose BUSY names what ends it.
//!
//! Knows that nothing else is answered meanwhile; decides nothing. Invariant: where nobody answers at all there is no plan.

use super::plan::plan;
use super::request::KillScriptRequest;
use crate::core::ops::plan::Plan;
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::wire::ReadCmd;

/// Asks what holds the server.
pub(in crate::core::ops) async fn survey(reader: Reader, _: KillScriptRequest) -> Result<Plan, Refusal> {
    let reply = reader.ask(vec![ReadCmd::Ping]).await.map_err(|why| {
        Refusal::because(format!(
            "{why}; a script that has run for less than busy-reply-threshold (5 s) lets the server answer nobody: try again"
        ))
    })?;
    let reply = reply.first().ok_or_else(|| Refusal::because("PING: no reply"))?;
    plan(reply, reader.moment().now_us)
}
