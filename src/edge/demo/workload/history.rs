//! The streams' past, so that a demo begins where it stays: at full length, with nothing growing.
//!
//! Knows how long the streams are kept and when their messages would have come. Uses the server's clock, as the
//! ids do. Invariant: every past message is older than the first live one, and no group has it to read.

use redis::aio::MultiplexedConnection;
use redis::{Cmd, Pipeline, RedisResult};

use super::super::topology::{StreamSetup, kept};
use super::messages::message;
use super::producers::add;
use crate::core::demo::{Rate, Scenario};
use crate::core::limits::DEMO_BATCH;

/// Adds as many messages as the stream keeps, up to now, and makes its groups begin after them.
///
/// # Errors
/// When the server refuses or is gone.
pub(super) async fn remember(link: &mut MultiplexedConnection, line: &StreamSetup) -> RedisResult<()> {
    let (now_s, _us): (u64, u64) = redis::cmd("TIME").query_async(link).await?;
    let messages = kept(line, Scenario::Steady, Rate::default()).unwrap_or_default();
    let mut left = messages;
    while left > 0 {
        let mut batch = Pipeline::with_capacity(DEMO_BATCH);
        for _ in 0..left.min(DEMO_BATCH as u64) {
            add(&mut batch, line.key, None, &id(now_s * 1000, left, line.per_s), message(line.key));
            left -= 1;
        }
        batch.query_async::<()>(link).await?;
    }
    for group in line.groups {
        // Before 7.0 a server does not count, and refuses the words: then it begins uncounted.
        let mut counted = make_group(line.key, group.name);
        let counted = counted.arg("ENTRIESREAD").arg(messages).query_async::<()>(link).await;
        if counted.is_err_and(|error| error.code().is_some()) {
            make_group(line.key, group.name).query_async::<()>(link).await?;
        }
    }
    Ok(())
}

/// The id of the message that came so many messages ago.
fn id(now_ms: u64, ago: u64, per_s: f64) -> String {
    // Positive and far below 2^52 ms.
    let ago_ms = (ago as f64 * 1000.0 / per_s) as u64;
    format!("{}-0", now_ms.saturating_sub(ago_ms))
}

/// The command that makes a group, and its stream if need be, from now on.
pub(super) fn make_group(key: &str, group: &str) -> Cmd {
    let mut make = redis::cmd("XGROUP");
    make.arg("CREATE").arg(key).arg(group).arg("$").arg("MKSTREAM");
    make
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_ids_come_at_the_streams_own_pace_and_end_before_now() {
        assert_eq!([40, 2, 1].map(|ago| id(10_000, ago, 40.0)), ["9000-0", "9950-0", "9975-0"]);
    }
}
