//! The plans of actions of one step: delete a consumer, end a client's connection.
//!
//! Knows facts as values; asks nothing. Invariant: a consumer with pending rows is not deleted.

use crate::core::figures::sentence::span;
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::model::consumers::Consumer;
use crate::core::model::refusals::RefusalCode;
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{ActionKind, Impact, Plan, PlanWork, Subject};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::remove::ConsumersWork;
use crate::core::ops::single::SingleWork;
use crate::core::wire::write::BusyWith;
use crate::core::wire::{Resp, WriteCmd};

fn plan(
    kind: ActionKind,
    subject: Subject,
    guard: Guard,
    (work, command): (PlanWork, WriteCmd),
    at_us: u64,
) -> Plan {
    Plan {
        kind,
        subject,
        guard,
        impact: Impact { items: 1, is_exact: true, bytes: None, is_lossy: false },
        facts: Vec::new(),
        warnings: Vec::new(),
        commands: vec![command.text()],
        typed: None,
        archive: false,
        nothing: None,
        warm_up: Vec::new(),
        work,
        made_us: at_us,
    }
}

fn single(work: SingleWork) -> (PlanWork, WriteCmd) {
    let command = work.command();
    (PlanWork::new(work), command)
}

/// The plan to delete a consumer.
///
/// # Errors
/// It is not there, has pending rows, or shows signs of life.
pub fn delete_consumer(
    (key, group, name): (&Name, &Name, &Name),
    consumers: &[Consumer],
    min_idle_ms: u64,
    (guard, at_us): (Guard, u64),
) -> Result<Plan, Refusal> {
    let consumer = consumers.iter().find(|consumer| consumer.name == *name);
    let consumer =
        consumer.ok_or_else(|| Refusal::because(format!("group {group} has no consumer {name}")))?;
    match consumer.pending {
        Some(0) => {}
        Some(rows) => {
            return Err(Refusal::because(format!(
                "consumer {name} has {rows} pending entries, which would be lost to the group: hand them over first"
            )));
        }
        None => {
            return Err(Refusal::because(format!(
                "XINFO CONSUMERS does not say whether consumer {name} has pending entries, which would be lost to the group"
            )));
        }
    }
    let idle = match consumer.idle_ms {
        Some(idle_ms) if idle_ms < min_idle_ms => {
            return Err(Refusal::because(format!("consumer {name} was active {} ago", span(idle_ms))));
        }
        Some(idle_ms) => span(idle_ms),
        None => {
            return Err(Refusal::because(format!(
                "XINFO CONSUMERS does not say how long consumer {name} has been idle: it may be at work"
            )));
        }
    };
    let (key, group, consumer) = (key.clone(), group.clone(), name.clone());
    let subject = Subject::Consumer(key.clone(), group.clone(), consumer.clone());
    let listed = consumers.len() as u64;
    let work = ConsumersWork { key, group, consumers: vec![consumer], min_idle_ms, listed };
    let command = work.command(work.consumers.clone());
    let mut plan = plan(ActionKind::DeleteConsumer, subject, guard, (PlanWork::new(work), command), at_us);
    plan.facts.push(("consumer", format!("{name}: nothing pending, idle {idle}")));
    plan.facts.push(("archive", "its name is kept, so that it can be made again".to_owned()));
    plan.warnings
        .push("a worker that still runs under this name makes it anew with its next message".to_owned());
    plan.archive = true;
    Ok(plan)
}

/// The plan to end the script or function that holds the server: `reply` is what it answers to PING.
///
/// # Errors
/// What holds it can't be ended, or nobody knows what it is.
pub fn kill_script(reply: &Resp, at_us: u64) -> Result<Plan, Refusal> {
    let busy = match reply {
        Resp::Error(refusal) if refusal.refusal() == Some(RefusalCode::Busy) => refusal.text.as_str(),
        Resp::Error(refusal) => return Err(Refusal::because(format!("PING: {refusal}"))),
        _ => "",
    };
    let what = match (busy.contains("FUNCTION KILL"), busy.contains("SCRIPT KILL")) {
        (true, _) => BusyWith::Function,
        (_, true) => BusyWith::Script,
        _ if busy.is_empty() => BusyWith::Script,
        _ => {
            return Err(Refusal::because(format!("no command ends what holds the server: {busy}")));
        }
    };
    let work = single(SingleWork::KillScript(what));
    let mut plan = plan(ActionKind::KillScript, Subject::Script, Guard::default(), work, at_us);
    if busy.is_empty() {
        plan.nothing = Some("nothing to end: the server answers, so no script holds it".to_owned());
        return Ok(plan);
    }
    plan.facts.push(("server says", busy.to_owned()));
    plan.facts.push((
        "ends",
        match what {
            BusyWith::Script => "the script that runs (EVAL), with an error to its client",
            BusyWith::Function => "the function that runs (FCALL), with an error to its client",
        }
        .to_owned(),
    ));
    plan.warnings
        .push("one that has written already can't be ended: then nothing is done, and it is told".to_owned());
    plan.warnings.push("its client may well send it again: end that client, too".to_owned());
    Ok(plan)
}

/// The plan to end a client's connection.
///
/// # Errors
/// It is not connected (any more), or it is a replica, a primary or one of ours.
pub fn kill_client(id: u64, clients: &[Client], (guard, at_us): (Guard, u64)) -> Result<Plan, Refusal> {
    let client = clients.iter().find(|client| client.id == id);
    let client = client.ok_or_else(|| Refusal::because(format!("client {id} is not connected any more")))?;
    if client.flags.contains(['S', 'M']) {
        return Err(Refusal::because(format!(
            "client {id} carries the replication: it is not killed from here"
        )));
    }
    if client.name.as_bytes().starts_with(b"streamgauge:") {
        return Err(Refusal::because(format!("client {id} is a streamgauge")));
    }
    let mut plan =
        plan(ActionKind::KillClient, Subject::Client(id), guard, single(SingleWork::KillClient(id)), at_us);
    plan.facts.push((
        "client",
        format!(
            "{} at {}",
            if client.name.as_bytes().is_empty() { Name::from("(no name)") } else { client.name.clone() },
            client.address
        ),
    ));
    plan.facts.push((
        "last",
        match client.age_s {
            Some(age_s) => format!("{}, connected for {}", client.command, span(age_s * 1_000)),
            None => client.command.clone(),
        },
    ));
    plan.facts.extend(client.omem.map(|omem| ("buffers", crate::core::figures::sentence::bytes(omem))));
    plan.warnings.push("most clients connect again at once; what it had under way is lost to it".to_owned());
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::ErrorReply;

    #[test]
    fn the_words_of_busy_say_what_ends_it() {
        let busy = |text: &str| kill_script(&Resp::Error(ErrorReply::new(text)), 0);
        let command = |text: &str| busy(text).unwrap().commands;
        let script = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
        assert_eq!(command(script), ["SCRIPT KILL"]);
        let function =
            "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";
        assert_eq!(command(function), ["FUNCTION KILL"]);
        assert!(
            busy("BUSY Redis is busy running a module command.").unwrap_err().to_string().contains("module")
        );
        assert!(busy("LOADING Redis is loading the dataset in memory").is_err());
        assert!(kill_script(&Resp::Bytes(b"PONG".to_vec()), 0).unwrap().nothing.is_some());
    }
}
