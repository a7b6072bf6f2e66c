//! The steps of an action that is carried out: what is to be done next, what came of it, what has been done so far.
//!
//! Knows the shape of steps; not which action takes them, nor how they are sent. Invariant: an [`Order`] is made in
//! `core::ops` and nowhere else.

use super::archive::Frame;
use super::route::Route;
use crate::core::model::node::NodeId;
use crate::core::model::refusals::RefusalCode;
use crate::core::wire::{ErrorReply, ReadCmd, Resp, WriteCmd};
use serde::{Deserialize, Serialize};

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Ask these, and answer with their replies.
    Ask(Vec<ReadCmd>),
    /// Keep these, on disk, before anything else.
    Keep(Vec<Frame>),
    /// Read so many kept items.
    Load(u32),
    /// Send these.
    Tell(Order),
    /// Send these, and ask meanwhile: neither waits for the other.
    TellAndAsk(Order, Vec<ReadCmd>),
    /// There is nothing left to do.
    Done(End),
}

/// What came of the last step.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing was done yet.
    Begin,
    /// Replies to what was asked.
    Read(Vec<Resp>),
    /// It is on disk.
    Kept,
    /// What was kept; empty at the end.
    Loaded(Vec<Frame>),
    /// Replies to what was sent.
    Told(Vec<Resp>),
    /// Replies to what was sent, and to what was asked meanwhile.
    ToldAndRead(Vec<Resp>, Vec<Resp>),
}

/// Commands that a write link takes, and where they go. A run alone makes one.
#[derive(Debug, PartialEq)]
pub struct Order {
    route: Route,
    commands: Vec<WriteCmd>,
}

/// How a run ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All of it was done.
    Complete,
    /// It found that it must not go on.
    Refused(String),
    /// The server refused.
    Failed(String),
}

/// What has been done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Items done.
    pub done: u64,
    /// Pending rows whose entry was gone: dropped.
    pub gone: u64,
    /// Items that others were quicker with.
    pub lost: u64,
    /// Items left alone: in use, protected, changed, or there again.
    pub left: u64,
    /// Of those left alone: entries with more fields than a script can copy.
    #[serde(skip)]
    pub wide: u64,
    /// Items kept in the archive.
    pub kept: u64,
}

/// The state of one action that is carried out.
pub(in crate::core::ops) trait Machine: Send + Sync + std::fmt::Debug {
    /// The next step; `batch` is how many items it may have.
    fn next(&mut self, answer: Answer, batch: u32) -> Step;
    /// What can be made ready of the step after the one that is under way.
    fn prepare(&mut self, _batch: u32) {}
    /// What has been done.
    fn tally(&self) -> Tally;
    /// Smallest, first and greatest number of items in one step.
    fn batch(&self) -> (u32, u32, u32);
}

impl Step {
    /// The same, where orders that name no home of their own go to `node`.
    pub(super) fn at(mut self, node: &NodeId) -> Self {
        if let Self::Tell(order) | Self::TellAndAsk(order, _) = &mut self
            && let Route::Node(home) = &mut order.route
        {
            home.clone_from(node);
        }
        self
    }
}

impl Order {
    pub(super) fn new(commands: Vec<WriteCmd>) -> Self {
        Self { route: Route::of(&commands, &NodeId::default()), commands }
    }

    /// Where they go.
    pub const fn route(&self) -> &Route {
        &self.route
    }

    /// The commands.
    pub fn commands(&self) -> &[WriteCmd] {
        &self.commands
    }

    /// How many items it is about.
    pub fn items(&self) -> usize {
        self.commands.iter().map(WriteCmd::items).sum()
    }
}

/// What an error reply means for the run: what was refused, and what to try. What was done before stays done, and the
/// outcome counts it.
pub(super) fn end_of(refusal: &ErrorReply) -> Step {
    let try_this = match code_of(refusal) {
        Some(RefusalCode::ReadOnly) => {
            return Step::Done(End::Refused(
                "the server is a replica now and takes no writes (READONLY): connect to its primary, and make the plan \
                 anew"
                .to_owned(),
            ));
        }
        Some(RefusalCode::Moved | RefusalCode::Ask) => {
            "the key is on another node of the cluster now: connect to that node, and make the plan anew"
        }
        Some(RefusalCode::CrossSlot) => {
            "in a cluster one script takes keys of one slot alone: give the other key the hash tag of the first, such as \
             dead:{orders} for orders"
        }
        Some(RefusalCode::Oom) => {
            "the server has no memory left for this write: free some first, or raise maxmemory"
        }
        Some(RefusalCode::Misconf) => {
            "the server takes no writes since it could not save to its disk: look at the disk, and at \
             rdb_last_bgsave_status in INFO persistence"
        }
        Some(RefusalCode::NoReplicas) => {
            "the server takes no writes while too few replicas follow it (min-replicas-to-write): bring them back first"
        }
        _ if refusal.is_denied() => {
            "this user may not: have it allowed (ACL SETUSER), and make the plan anew"
        }
        _ => return Step::Done(End::Failed(format!("the server says: {refusal}"))),
    };
    Step::Done(End::Failed(format!("{try_this}; the server says: {refusal}")))
}

/// The code of a refusal. Before 7.0 a script wraps it: `ERR Error running script (...): @user_script: 1: -OOM command`.
fn code_of(refusal: &ErrorReply) -> Option<RefusalCode> {
    let wrapped = refusal.text.split_once(": -").and_then(|(_, inner)| inner.split(' ').next());
    refusal.refusal().or_else(|| wrapped.and_then(RefusalCode::of))
}

/// A reply that has another shape than the command's.
pub(super) fn strange() -> Step {
    Step::Done(End::Failed("the server's reply has a shape that streamgauge does not know".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_about_no_key_goes_to_the_server_of_its_plan_and_one_about_a_key_to_that_keys_home() {
        let node = NodeId::from("a:1");
        let route = |command: WriteCmd| match Step::Tell(Order::new(vec![command])).at(&node) {
            Step::Tell(order) => order.route().clone(),
            step => panic!("{step:?}"),
        };
        assert_eq!(route(WriteCmd::KillClient(7)), Route::Node(node.clone()));
        assert_eq!(route(WriteCmd::Unlink("k".into())), Route::Key("k".into()));
    }

    #[test]
    fn a_write_that_is_refused_says_why_and_what_to_try_also_from_inside_a_script() {
        let told = |text: &str| match end_of(&ErrorReply::new(text)) {
            Step::Done(End::Refused(why) | End::Failed(why)) => why,
            step => panic!("{step:?}"),
        };
        let inside = "ERR Error running script (call to f_3c): @user_script:1: @user_script: 1: ";
        for (text, words) in [
            ("OOM command not allowed when used memory > 'maxmemory'.", "raise maxmemory"),
            ("MISCONF Errors writing to the AOF file: No space left on device", "rdb_last_bgsave_status"),
            ("NOREPLICAS Not enough good replicas to write.", "min-replicas-to-write"),
            ("READONLY You can't write against a read only replica.", "connect to its primary"),
        ] {
            assert!(told(text).contains(words), "{text}");
            let wrapped = told(&format!("{inside}-{text}"));
            assert!(wrapped.contains(words), "{wrapped}");
        }
        for (text, words) in [
            ("MOVED 3999 127.0.0.1:6381", "127.0.0.1:6381"),
            ("CROSSSLOT Keys in request don't hash to the same slot", "hash tag"),
            ("NOPERM User u has no permissions to run the 'eval' command", "ACL SETUSER"),
            (
                "ERR ACL failure in script: User u has no permissions to run the 'xgroup' command",
                "ACL SETUSER",
            ),
            ("ERR something new", "the server says: ERR something new"),
        ] {
            assert!(told(text).contains(words), "{text}");
        }
    }
}
