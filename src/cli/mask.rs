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
        let tip = "snapshot and check take a target after their name; other commands by -u URL or -t NAME";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    if lacks_host(&error) {
        let tip = "-h is the host, as in redis-cli; help is --help";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// `-h` without a host, by somebody who wanted help.
fn lacks_host(error: &Error) -> bool {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    error.kind() == ErrorKind::InvalidValue
        && text(ContextKind::InvalidArg).starts_with("-h ")
        && text(ContextKind::InvalidValue).is_empty()
}

/// Options of ours have none of these; targets and passwords often do.
fn may_hold_password(text: &str) -> bool {
    let is_option = text.starts_with('-') && !text.contains(['=', '@', ':']);
    !is_option && text.contains([':', '@', ',', '='])
}
