//! The table of commands itself. A command that is not built has no row, so its key does not exist.
//!
//! Knows names, words and default keys; not what they do. Invariant: one row makes both the [`CommandId`]
//! and its [`Command`], so neither can be without the other. Those that begin an action are the rows of `core::ops`, between
//! the two parts here.

use super::{Command, Danger, Place};
use crate::core::ops::for_each_action;
use Place::{
    Acting, Cache, Clients, Consumers, Demo, Entries, Everywhere, Fanout, List, Memory, Pending, Queues,
    Streams, Table, Zoomed,
};

macro_rules! commands {
    (@danger) => { Danger::None };
    (@danger writes) => { Danger::Writes };
    (@rows $($id:ident, $name:expr, $title:literal, [$($key:literal)+] [$($place:ident)+] $($danger:ident)? $doc:literal)+) => {
        /// Which command: one for each row of [`COMMANDS`], in the same order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CommandId {
            $(#[doc = $doc] $id,)+
        }

        impl CommandId {
            /// Its row of the table.
            pub const fn command(self) -> &'static Command {
                match self {
                    $(Self::$id => &Command {
                        id: Self::$id,
                        name: $name,
                        title: $title,
                        doc: $doc,
                        keys: &[$($key),+],
                        places: &[$($place),+],
                        danger: commands!(@danger $($danger)?),
                    },)+
                }
            }
        }

        /// Every command there is, in the order in which help shows them.
        pub const COMMANDS: &[Command] = &[$(*CommandId::$id.command()),+];
    };
    ({ $($(#[$about:meta])* $action:ident($wanted:ident, $args:ident) $folder:ident $kind:ident $survey:ident
        $akey:literal $atitle:literal [$($aplace:ident)+] $adoc:literal;)* }
     $({ $($id:ident $name:literal $title:literal [$($key:literal)+] [$($place:ident)+] $($danger:ident)? $doc:literal)+ })+) => {
        commands! { @sections
            [$($action, crate::core::ops::$folder::$kind.word, $atitle, [$akey] [$($aplace)+] writes $adoc)*]
            $([$($id, $name, $title, [$($key)+] [$($place)+] $($danger)? $doc)+])+
        }
    };
    (@sections [$($actions:tt)*] [$($before:tt)*] [$($after:tt)*]) => {
        commands! { @rows $($before)* $($actions)* $($after)* }
    };
}

for_each_action! { commands
    {
        Quit "quit" "quit" ["q" "ctrl-c"] [Everywhere]
            "Leave streamgauge."
        Help "help" "help" ["?"] [Everywhere]
            "Show the keys that work here."
        Palette "palette" "commands" [":"] [Everywhere]
            "Find a command by a few letters, and run it."
        Back "back" "back" ["esc" "backspace" "left" "h"] [Everywhere]
            "Close what is open, or go back."
        Open "open" "open" ["enter" "right" "l"] [Everywhere]
            "Open what is selected; on Memory, preview what frees it."
        NextScreen "next-screen" "next" ["tab"] [Everywhere]
            "Go to the next screen."
        PreviousScreen "previous-screen" "previous" ["shift-tab"] [Everywhere]
            "Go to the screen before."
        Overview "overview" "overview" ["1"] [Everywhere]
            "Is it healthy, and if not: what, since when, what now?"
        StreamsScreen "streams" "streams" ["2"] [Everywhere]
            "Which stream is backing up?"
        ConsumersScreen "consumers" "consumers" ["3"] [Everywhere]
            "Who is dead or stuck?"
        MemoryScreen "memory" "memory" ["4"] [Everywhere]
            "What uses memory, and when is it full?"
        CacheScreen "cache" "cache" ["5"] [Everywhere]
            "Does the cache work?"
        FanoutScreen "fan-out" "fan-out" ["6"] [Everywhere]
            "How late do messages arrive?"
        QueuesScreen "queues" "queues" ["7"] [Everywhere]
            "Which job floods, and who does not listen?"
        ClientsScreen "clients" "clients" ["8"] [Everywhere]
            "Which clients are connected, and which cause trouble?"
        LatencyScreen "latency" "latency" ["9"] [Everywhere]
            "Is Redis slow, and why?"
        LogScreen "log" "log" ["0"] [Everywhere]
            "What streamgauge itself saw and did."
        Up "up" "up" ["k" "up"] [List]
            "Select the row above."
        Down "down" "down" ["j" "down"] [List]
            "Select the row below."
        PageUp "page-up" "page up" ["ctrl-u" "pgup"] [List]
            "Go up by a page."
        PageDown "page-down" "page down" ["ctrl-d" "pgdn"] [List]
            "Go down by a page."
        First "first" "first" ["g" "home"] [List]
            "Go to the first row."
        Last "last" "last" ["G" "end"] [List]
            "Go to the last row."
        Filter "filter" "filter" ["/"] [Table]
            "Show only the rows that match a regular expression; ! before it inverts."
        Mark "mark" "mark" ["x" "ctrl-space"] [Table]
            "Mark the selected row, or unmark it: an action is about all marked rows."
        MarkAll "mark-all" "mark all" ["*"] [Table]
            "Mark every row that the filter shows; again, or esc: none."
        SortLeft "sort-left" "sort left" ["<"] [Table]
            "Sort by the column to the left."
        SortRight "sort-right" "sort right" [">"] [Table]
            "Sort by the column to the right."
        Reverse "reverse" "reverse" ["r"] [Table]
            "Reverse the sort order."
        Zoom "zoom" "zoom" ["z"] [Everywhere]
            "Fill the screen with one panel and its figures in large digits; again to leave."
        NextPanel "next-panel" "next panel" ["right" "tab" "l"] [Zoomed]
            "Zoom the next panel of this screen."
        PreviousPanel "previous-panel" "panel before" ["left" "shift-tab" "h"] [Zoomed]
            "Zoom the panel before."
        Pause "pause" "pause" ["space"] [Everywhere]
            "Freeze or resume the display."
        Slower "slower" "slower" ["-"] [Everywhere]
            "Poll less often."
        Faster "faster" "faster" ["+" "="] [Everywhere]
            "Poll more often."
        Theme "theme" "theme" ["t"] [Everywhere]
            "Choose a theme: moving shows it at once, enter keeps it."
        Copy "copy" "copy" ["y"] [Everywhere]
            "Copy the name of the selected row, by the terminal (OSC 52)."
        CopyCommand "copy-command" "copy command" ["ctrl-y"] [Everywhere]
            "Copy the redis-cli command that reads the selected row."
        CopyRow "copy-row" "copy row" ["alt-y"] [Everywhere]
            "Copy the selected row with its figures, as text."
        HandOver "hand-over" "copy state" ["alt-w"] [Everywhere]
            "Copy the state in words with every finding, to hand it over."
        SaveScreen "save-screen" "save screen" ["p"] [Everywhere]
            "Save the screen as a picture, and say where; `picture` in the config says how."
        SaveSvg "save-svg" "save svg" ["alt-s"] [Everywhere]
            "Save the screen as SVG: sharp at any size."
        SaveHtml "save-html" "save html" ["alt-h"] [Everywhere]
            "Save the screen as a web page, with its text."
        SaveAnsi "save-ansi" "save ansi" ["alt-a"] [Everywhere]
            "Save the screen as text with a terminal's colours."
        SaveText "save-text" "save text" ["alt-t"] [Everywhere]
            "Save the screen as text alone."
        Mask "mask" "mask names" ["a"] [Everywhere]
            "Show aliases in place of names, so that a picture can be shared; again: the names."
        Mouse "mouse" "mouse" ["ctrl-t"] [Everywhere]
            "Give the mouse to the terminal, to select text, or take it back."
        Output "output" "last output" ["o"] [Everywhere]
            "Show again what the last program of your own said (commands in the config)."
        Entries "entries" "entries" ["e"] [Streams]
            "Read entries of the selected stream."
        Values "values" "values" ["v"] [Entries]
            "Show or hide the values of the entries."
        Newer "newer" "newer" ["n"] [Entries]
            "Read the entries after these."
        Older "older" "older" ["b"] [Entries]
            "Read the entries before these."
        GoTo "go-to" "go to id" ["i"] [Entries]
            "Read the entries from an id or a time on."
        FanoutList "fan-out-list" "next list" ["w"] [Fanout]
            "Show the next list: subscribers, channels, streams by group, channel layers."
        QueueList "queue-list" "next list" ["w"] [Queues]
            "Show the next list: queues or classes of jobs, jobs that failed by error, schedulers."
        Probe "probe" "probe" ["P"] [Fanout]
            "Begin or end our own messages to a channel of our own, sent to be timed."
        StreamProbe "stream-probe" "stream probe" ["S"] [Fanout]
            "Begin or end our own entries in a stream of our own, sent to be timed."
        Fetch "fetch" "fetch once" ["f"] [Consumers Fanout Clients]
            "Ask once for what costs too much to be polled."
        BigKeys "biggest-keys" "biggest keys" ["b"] [Memory]
            "List the biggest keys that were measured, with their growth."
        Sampler "sampler" "pause key scan" ["m"] [Memory Cache]
            "Pause or resume the background key scan."
    }
    {
        Acknowledge "acknowledge" "acknowledge" ["A"] [Pending] writes
            "Acknowledge the selected pending entry without processing it."
        Unlock "unlock" "unlock" ["W"] [Everywhere] writes
            "Unlock writing for 10 minutes (unlock_for), or lock it again."
        PauseAction "pause-action" "pause" ["H"] [Acting] writes
            "Pause or resume the running action."
        StopAction "stop-action" "stop" ["X"] [Acting] writes
            "Stop the running action after its current step."
        ActionSlower "action-slower" "slower" ["{"] [Acting] writes
            "Halve the rate of the running action."
        ActionFaster "action-faster" "faster" ["}"] [Acting] writes
            "Double the rate of the running action."
        Retry "retry" "retry now" ["ctrl-r"] [Everywhere]
            "Reconnect or refresh now."
        Suspend "suspend" "suspend" ["ctrl-z"] [Everywhere]
            "Go back to the shell; `fg` comes back."
        DemoScenario "demo-scenario" "scenario" ["s"] [Demo]
            "Play the next scenario of the demo."
        DemoSlower "demo-slower" "less load" ["("] [Demo]
            "Slow the work of the demo down."
        DemoFaster "demo-faster" "more load" [")"] [Demo]
            "Speed the work of the demo up."
    }
}
