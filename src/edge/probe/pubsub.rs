//! The probe by publish and subscribe: one connection that publishes, as many as are asked for that listen.
//!
//! Knows the channel; measures nothing itself. Invariant: a listener's time-stamp is taken where its bytes are read.

use super::{End, Heard, Prober, refused};
use crate::core::model::probe::ProbeEvent;
use crate::core::wire::Resp;
use crate::core::wire::probe::{ProbeCmd, ProbeName, seq_of};
use crate::edge::link::{Backoff, ProbeLink};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Runs until something ends it.
pub(super) async fn run(prober: &mut Prober, name: &ProbeName, backoff: &mut Backoff) -> Result<(), End> {
    let publisher = ProbeLink::open(&prober.target, &prober.timeouts).await?;
    let subscribers = prober.plan.subscribers;
    // A message of each subscriber, and those of one that was lost.
    let (tell, heard) = mpsc::channel(subscribers as usize * 2 + 1);
    let mut listeners = JoinSet::new();
    for _ in 0..subscribers {
        if *prober.stopped.borrow() {
            return Err(End::Stopped);
        }
        let mut link = ProbeLink::open(&prober.target, &prober.timeouts).await?;
        link.send(&ProbeCmd::Subscribe(name.clone())).await?;
        refused(&prober.reply(&mut link).await?.0)?;
        listeners.spawn(listen(link, tell.clone()));
    }
    drop(tell);
    backoff.succeeded();
    prober.tell(ProbeEvent::Running).await?;
    let make = |seq| ProbeCmd::Publish(name.clone(), seq);
    prober.send_all(publisher, heard, make, 1, subscribers).await
}

async fn listen(mut link: ProbeLink, tell: mpsc::Sender<Heard>) {
    loop {
        let heard = match link.receive().await {
            Ok((message, at_us)) => match number(&message) {
                Some(seq) => Heard::Message(seq, at_us),
                None => continue,
            },
            Err(error) => Heard::Gone(error.to_string()),
        };
        let is_over = matches!(heard, Heard::Gone(_));
        if tell.send(heard).await.is_err() || is_over {
            return;
        }
    }
}

/// The number in `message channel payload`; a push of RESP3 comes without its first word.
fn number(message: &Resp) -> Option<u64> {
    let payload = message.items()?.last()?.bytes()?;
    seq_of(&payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_the_messages_of_both_protocols_and_in_nothing_else() {
        let text = |text: &str| Resp::Bytes(text.as_bytes().to_vec());
        let two = Resp::Array(vec![text("message"), text("c"), text("42 ....")]);
        let three = Resp::Array(vec![text("c"), text("42 ....")]);
        assert_eq!([number(&two), number(&three)], [Some(42); 2]);
        assert_eq!(number(&Resp::Array(vec![text("c"), Resp::Int(1)])), None, "a subscription");
    }
}
