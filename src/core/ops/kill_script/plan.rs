//! The plan to end the script or function that holds the server.
//!
//! Knows the words of BUSY; asks nothing. Invariant: what no command ends has no plan.

use super::KIND;
use super::run::KillScriptWork;
use crate::core::model::refusals::RefusalCode;
use crate::core::ops::guard::Guard;
use crate::core::ops::one_step::{self, OneStep};
use crate::core::ops::plan::{Plan, Subject};
use crate::core::ops::refusal::Refusal;
use crate::core::wire::Resp;
use crate::core::wire::write::BusyWith;

/// The plan to end the script or function that holds the server: `reply` is what it answers to PING.
///
/// # Errors
/// What holds it can't be ended, or nobody knows what it is.
pub(super) fn plan(reply: &Resp, at_us: u64) -> Result<Plan, Refusal> {
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
    let now = (Guard::default(), at_us);
    let mut plan = one_step::plan(&KIND, Subject::Script, KillScriptWork(what).planned(), now);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_busy_say_what_ends_it() {
        let busy = |text: &str| plan(&Resp::error(text), 0);
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
        assert!(plan(&Resp::bulk(b"PONG"), 0).unwrap().nothing.is_some());
    }
}
