//! The probe by a stream: one connection that adds entries to a stream of our own, one that waits for them in a group.
//!
//! Knows the key; measures nothing itself. Invariants: the key has an end from the moment that it is there, and it is
//! removed when the probe ends. No group of anybody else is ever joined: that would steal messages.

use super::board::Board;
use super::{ProbeEnd, Prober, refused};
use crate::core::model::Name;
use crate::core::model::probe::ProbeEvent;
use crate::core::wire::Resp;
use crate::core::wire::probe::{ProbeCmd, ProbeName, seq_of};
use crate::edge::link::{Backoff, LinkError, ProbeLink};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Replies to what runs as one: MULTI, two QUEUED, EXEC.
const REPLIES_AS_ONE: usize = 4;
/// How long the key may take to be removed.
const REMOVE_WITHIN: Duration = Duration::from_millis(800);

/// Runs until something ends it.
pub(super) async fn run(
    prober: &mut Prober,
    name: &ProbeName,
    backoff: &mut Backoff,
) -> Result<(), ProbeEnd> {
    let mut writer = ProbeLink::open(&prober.target, &prober.timeouts, &prober.ledger).await?;
    let reader = ProbeLink::open(&prober.target, &prober.timeouts, &prober.ledger).await?;
    let mut remover = ProbeLink::open(&prober.target, &prober.timeouts, &prober.ledger).await?;
    writer.send(&ProbeCmd::Create(name.clone())).await?;
    let end = begin(prober, name, (writer, reader), backoff).await;
    let removed = async {
        remover.send(&ProbeCmd::Remove(name.clone())).await?;
        remover.receive().await
    };
    // What can't be removed ends by itself within a minute.
    let _in_time = tokio::time::timeout(REMOVE_WITHIN, removed).await;
    end
}

async fn begin(
    prober: &mut Prober,
    name: &ProbeName,
    (mut writer, reader): (ProbeLink, ProbeLink),
    backoff: &mut Backoff,
) -> Result<(), ProbeEnd> {
    for _ in 0..REPLIES_AS_ONE {
        refused(&prober.reply(&mut writer).await?.0)?;
    }
    let board = Arc::new(Board::new(1));
    let (tell, gone) = mpsc::channel(1);
    let mut readers = JoinSet::new();
    readers.spawn(read(reader, name.clone(), Arc::clone(&board), tell));
    backoff.succeeded();
    prober.tell(ProbeEvent::Running).await?;
    let make = |seq| ProbeCmd::Add(name.clone(), seq);
    prober.send_all(writer, (board, gone), make, REPLIES_AS_ONE).await
}

async fn read(mut link: ProbeLink, name: ProbeName, board: Arc<Board>, gone: mpsc::Sender<String>) {
    loop {
        let why = match next(&mut link, &name, &board).await {
            Ok(Ok(())) => continue,
            Ok(Err(ProbeEnd::Failed(text))) => text,
            Ok(Err(ProbeEnd::Stopped)) => return,
            Err(error) => error.to_string(),
        };
        let _nobody_waits = gone.try_send(why);
        return;
    }
}

/// Waits on the server for the next entry, and acknowledges it.
async fn next(
    link: &mut ProbeLink,
    name: &ProbeName,
    board: &Board,
) -> Result<Result<(), ProbeEnd>, LinkError> {
    link.send(&ProbeCmd::Read(name.clone())).await?;
    let (reply, at_us) = link.receive().await?;
    if let Err(end) = refused(&reply) {
        return Ok(Err(end));
    }
    let Some((id, seq)) = entry(&reply) else { return Ok(Ok(())) };
    board.hear(seq, at_us);
    link.send(&ProbeCmd::Acknowledge(name.clone(), id)).await?;
    link.receive().await?;
    Ok(Ok(()))
}

/// Id and number of the one entry in the reply of XREADGROUP, of either protocol.
fn entry(reply: &Resp) -> Option<(Name, u64)> {
    let (_, entries) = reply.pairs().next()?;
    let entry = entries.items()?.first()?.items()?;
    let id = entry.first().and_then(Resp::bytes).map(Name::from)?;
    let fields = entry.get(1)?.items()?;
    let payload = fields.get(1).and_then(Resp::bytes)?;
    Some((id, seq_of(&payload)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_is_found_in_the_replies_of_both_protocols() {
        let text = |text: &str| Resp::bulk(text);
        let list = || {
            let fields = Resp::Array(vec![text("s"), text("42 ....")]);
            Resp::Array(vec![Resp::Array(vec![text("7-1"), fields])])
        };
        let two = Resp::Array(vec![Resp::Array(vec![text("k"), list()])]);
        let three = Resp::Map(vec![(text("k"), list())]);
        for reply in [two, three] {
            assert_eq!(entry(&reply), Some((Name::from("7-1"), 42)));
        }
        assert_eq!(entry(&Resp::Nil), None);
    }
}
