//! The probe by publish and subscribe: one connection that publishes, as many as are asked for that listen.
//!
//! Knows the channel; measures nothing itself. Invariant: a listener's time-stamp is taken where its bytes are read.

use super::board::Board;
use super::{ProbeEnd, Prober, refused};
use crate::core::model::probe::ProbeEvent;
use crate::core::wire::probe::{ProbeCmd, ProbeName};
use crate::edge::link::{Backoff, ProbeLink};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Runs until something ends it.
pub(super) async fn run(
    prober: &mut Prober,
    name: &ProbeName,
    backoff: &mut Backoff,
) -> Result<(), ProbeEnd> {
    let publisher = ProbeLink::open(&prober.target, &prober.timeouts, &prober.ledger).await?;
    let subscribers = prober.plan.subscribers;
    let board = Arc::new(Board::new(subscribers));
    let (tell, gone) = mpsc::channel(1);
    let mut listeners = JoinSet::new();
    for _ in 0..subscribers {
        if *prober.stopped.borrow() {
            return Err(ProbeEnd::Stopped);
        }
        let mut link = ProbeLink::open(&prober.target, &prober.timeouts, &prober.ledger).await?;
        link.send(&ProbeCmd::Subscribe(name.clone())).await?;
        refused(&prober.reply(&mut link).await?.0)?;
        listeners.spawn(listen(link, Arc::clone(&board), tell.clone()));
    }
    drop(tell);
    backoff.succeeded();
    prober.tell(ProbeEvent::Running).await?;
    let make = |seq| ProbeCmd::Publish(name.clone(), seq);
    prober.send_all(publisher, (board, gone), make, 1).await
}

async fn listen(mut link: ProbeLink, board: Arc<Board>, gone: mpsc::Sender<String>) {
    loop {
        match link.message().await {
            Ok((seq, at_us)) => board.hear(seq, at_us),
            Err(error) => {
                let _first_of_many = gone.try_send(error.to_string());
                return;
            }
        }
    }
}
