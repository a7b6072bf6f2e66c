//! The one step that ends a script or a function.
//!
//! Knows SCRIPT KILL, FUNCTION KILL and what either refuses. Invariant: a refusal of its own says what is left to do.

use crate::core::ops::one_step::OneStep;
use crate::core::wire::write::BusyWith;
use crate::core::wire::{ErrorReply, Resp, WriteCmd};

/// What holds the server.
#[derive(Clone, Debug)]
pub(super) struct KillScriptWork(pub(super) BusyWith);

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
