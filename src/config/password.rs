//! A password in a file: alone on its first line, or a line of a `.env` file.
//!
//! Knows the text of the file; opens none. Invariant: no part of the file goes into an error, except names of
//! variables that look like those of passwords.
//!
//! How it is told which of the two a file is: with a name (`password_env` beside `password_file`) the line of
//! that name is meant. Without one, a line `NAME=value` whose name is that of a password (`REDIS_PASSWORD`,
//! `PASSWORD`, `REDISCLI_AUTH`, `REDIS_KEY`, anything ending in `_PASSWORD`) makes it a `.env` file; else the
//! first line that is not empty is the password itself, whatever it holds.

use super::target::Secret;

/// Why there is no password to be had: what is wrong, what to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPassword {
    /// What is wrong.
    pub what: String,
    /// What to try.
    pub hint: &'static str,
}

/// The password that a file's text holds.
pub fn password_in(text: &str, name: Option<&str>) -> Result<Secret, NoPassword> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let assignments: Vec<_> = text.lines().filter_map(assignment).collect();
    if let Some(name) = name {
        let found = assignments.iter().rev().find(|(known, _)| *known == name);
        let value = found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty());
        return value.map(Secret::new).ok_or_else(|| NoPassword {
            what: format!("the password file has no line {name}=..."),
            hint: "name another by password_env, or leave it out for a file that holds the password alone",
        });
    }
    let mut likely: Vec<_> =
        assignments.iter().filter(|(name, value)| is_password_name(name) && !value.is_empty()).collect();
    likely.dedup_by_key(|(name, _)| *name);
    match likely.as_slice() {
        [(_, value)] => Ok(Secret::new(value.as_str())),
        [] => plain(text),
        several => Err(NoPassword {
            what: format!(
                "the password file has several passwords: {}",
                several.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            ),
            hint: "say which one by password_env",
        }),
    }
}

fn plain(text: &str) -> Result<Secret, NoPassword> {
    let line = text.lines().map(|line| line.trim_end_matches('\r')).find(|line| !line.trim().is_empty());
    line.map(Secret::new).ok_or(NoPassword {
        what: "the password file is empty".to_owned(),
        hint: "write the password on its first line",
    })
}

fn is_password_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    matches!(name.as_str(), "PASSWORD" | "REDISCLI_AUTH" | "REDIS_AUTH" | "REDIS_KEY")
        || name.ends_with("_PASSWORD")
}

/// `NAME=value`, `export NAME="value"`, `NAME='value' # why`.
fn assignment(line: &str) -> Option<(&str, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| (name, unquoted(value.trim())))
}

fn unquoted(value: &str) -> String {
    if let Some((inner, _)) = value.strip_prefix('\'').and_then(|rest| rest.split_once('\'')) {
        return inner.to_owned();
    }
    let Some(rest) = value.strip_prefix('"') else {
        return value.split_once(" #").map_or(value, |(before, _)| before.trim_end()).to_owned();
    };
    let mut out = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return out,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some(c @ ('"' | '\\' | '$' | '`')) => out.push(c),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    // No closing quote: the quote is part of the value.
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, name: Option<&str>) -> String {
        password_in(text, name).unwrap().expose().to_owned()
    }

    #[test]
    fn a_password_alone_is_taken_as_it_is() {
        assert_eq!(found("hunter2\n", None), "hunter2");
        assert_eq!(found("\n hunter 2 \r\nmore", None), " hunter 2 ");
        assert_eq!(found("AbCdEf=", None), "AbCdEf=");
        assert_eq!(found("abc=def#1", None), "abc=def#1");
    }

    #[test]
    fn a_line_of_an_env_file_is_found_by_its_name() {
        let text = "# secrets\nexport DB_URL=x\nREDIS_PASSWORD=\"hun\\\"ter2\" # why\nQUEUE_KEY='q'\n";
        assert_eq!(found(text, None), "hun\"ter2");
        assert_eq!(found(text, Some("QUEUE_KEY")), "q");
        assert_eq!(found("A = hunter2 # why", Some("A")), "hunter2");
        assert_eq!(found("A=\"open", Some("A")), "\"open");
    }

    #[test]
    fn what_cannot_be_decided_is_an_error_that_shows_no_value() {
        let error = password_in("A_PASSWORD=hunter2\nB_PASSWORD=hunter3", None).unwrap_err();
        assert_eq!(error.what, "the password file has several passwords: A_PASSWORD, B_PASSWORD");
        assert!(password_in("A=hunter2", Some("B")).unwrap_err().what.contains("no line B="));
        assert_eq!(password_in(" \n", None).unwrap_err().what, "the password file is empty");
    }
}
