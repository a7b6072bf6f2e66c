//! Ending the script or function that holds the server: what is looked at, the plan, the one step.
//!
//! Knows the words of BUSY. Invariant: nothing but PING is asked before, since the server answers BUSY to everything else.
//!
//! | action | key | does | refused when |
//! |---|---|---|---|
//! | `kill-script` | `B` | `SCRIPT KILL` or `FUNCTION KILL`, whichever the server's BUSY names; works while the server answers BUSY to everything else | it has written already (UNKILLABLE); a module command holds the server |

use super::guard::Guard;
use super::one_step::{self, OneStep};
use super::plan::{ActionKind, Plan, Subject};
use super::refusal::Refusal;
use super::survey::Reader;
use crate::core::model::refusals::RefusalCode;
use crate::core::wire::write::BusyWith;
use crate::core::wire::{ErrorReply, ReadCmd, Resp, WriteCmd};

/// Its words.
pub const KIND: ActionKind =
    ActionKind { is_single: true, ..ActionKind::new("kill-script", "Kill", "script") };

/// To end whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KillScriptRequest;

/// Asks what holds the server.
pub(super) async fn survey(reader: Reader, _: KillScriptRequest) -> Result<Plan, Refusal> {
    let reply = reader.ask(vec![ReadCmd::Ping]).await.map_err(|why| {
        Refusal::because(format!(
            "{why}; a script that has run for less than busy-reply-threshold (5 s) lets the server answer nobody: try again"
        ))
    })?;
    let reply = reply.first().ok_or_else(|| Refusal::because("PING: no reply"))?;
    plan(reply, reader.moment().now_us)
}

/// The plan to end the script or function that holds the server: `reply` is what it answers to PING.
///
/// # Errors
/// What holds it can't be ended, or nobody knows what it is.
fn plan(reply: &Resp, at_us: u64) -> Result<Plan, Refusal> {
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

#[derive(Clone, Debug)]
struct KillScriptWork(BusyWith);

impl OneStep for KillScriptWork {
    fn command(&self) -> WriteCmd {
        WriteCmd::KillScript(self.0)
    }

    fn told(&self, _reply: &Resp) -> Option<Result<u64, String>> {
        Some(Ok(1))
    }

    fn refused(&self, error: &ErrorReply) -> Option<String> {
        let why = match error.code.as_str() {
            "NOTBUSY" => "it has ended by itself: nothing holds the server any more",
            "UNKILLABLE" => {
                "it has written already, so the server can't end it (UNKILLABLE): wait for it, or SHUTDOWN NOSAVE, which loses what was written since the last save"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ops::plan::Work;
    use crate::core::ops::step::{Answer, End, Step};

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

    #[test]
    fn what_has_written_cannot_be_killed_and_what_has_ended_needs_not_be() {
        let told = |text: &str| {
            let mut machine = KillScriptWork(BusyWith::Script).machine(false);
            assert!(matches!(machine.next(Answer::Begin, 1), Step::Tell(_)));
            let reply = Resp::error(text);
            match machine.next(Answer::Told(vec![reply]), 1) {
                Step::Done(End::Refused(why)) => why,
                step => panic!("{step:?}"),
            }
        };
        assert!(
            told("UNKILLABLE Sorry the script already executed write commands")
                .contains("has written already")
        );
        assert!(told("NOTBUSY No scripts in execution right now.").contains("ended by itself"));
    }
}
