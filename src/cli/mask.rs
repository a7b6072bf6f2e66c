//! clap's errors without what may hold a password.
//!
//! clap quotes the arguments that it does not understand, and one of them may be a URL with a password.
//! Knows nothing of our options. Invariant: of a quoted argument that looks like a target only `***` is left.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The same error, with masked quotations; and a hint when a target stands where none can.
pub fn masked(mut error: Error) -> Error {
    let mut is_target = false;
    // As in `--askpass=secret`.
    let is_given_to_a_switch = error.kind() == ErrorKind::TooManyValues;
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(text)) = error.get(kind)
            && (may_hold_password(text) || is_given_to_a_switch)
        {
            is_target = true;
            error.insert(kind, ContextValue::String("***".to_owned()));
        }
    }
    if is_target && error.kind() == ErrorKind::UnknownArgument {
        let tip = "a command takes its target by -u URL or -t NAME; the console takes one as its first word";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Options of ours have none of these; targets and passwords often do.
fn may_hold_password(text: &str) -> bool {
    let is_option = text.starts_with('-') && !text.contains(['=', '@', ':']);
    !is_option && text.contains([':', '@', ',', '='])
}
