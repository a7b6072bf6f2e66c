//! Passwords that are not at hand yet: in a file, or in the operator's head.
//!
//! Knows how to get them; `config::choose` says which. Invariant: a password goes into the target and nowhere
//! else.

use super::read;
use crate::config::password::password_in;
use crate::config::{Location, PasswordSource, Problem, Secret, Target, TargetChoice};
use crate::core::limits::PASSWORD_FILE_BYTES;

/// The target of a choice with its password. Reads a file or asks on the terminal where that is needed.
///
/// # Errors
/// The file cannot be read or holds no password; there is no terminal to ask on.
pub fn complete(choice: TargetChoice) -> Result<Target, Problem> {
    let TargetChoice { mut target, password, .. } = choice;
    match password {
        PasswordSource::Known => {}
        PasswordSource::File { path, name, place } => {
            let text = read::text(&path, PASSWORD_FILE_BYTES).map_err(|unread| {
                let what = format!("the password file {} {}", path.display(), unread.what);
                Problem::new(place, what, unread.hint)
            })?;
            let found = password_in(&text, name.as_deref());
            let found = found.map_err(|none| Problem::new(Location::file(&path), none.what, none.hint))?;
            target.password = Some(found);
        }
        PasswordSource::Ask => {
            let prompt = format!("Password of {}: ", target.name);
            let asked = rpassword::prompt_password(prompt).map_err(|_| {
                let what = "there is no terminal to ask for the password on";
                Problem::new(Location::Flag("--askpass"), what, "set REDISCLI_AUTH instead")
            })?;
            target.password = Some(Secret::new(asked));
        }
    }
    Ok(target)
}
