//! What a panic leaves behind: a terminal that works, and a message that can be read.
//!
//! Invariant: a panic of the console gives the terminal back before it speaks; a panic of a task in the
//! background leaves the console alone and goes to the log.

use crate::edge::term;
use std::panic;
use std::thread;

/// Installs the hook. To be called by the thread that runs the console, before anything else.
pub fn install() {
    let report = panic::take_hook();
    let console = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == console {
            term::restore();
            report(info);
        } else {
            let place =
                info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            tracing::error!("a task failed{place}: {}", text.unwrap_or("no message"));
        }
    }));
}
