//! For whom a job is: the value of the field that the operator named, wherever the framework keeps what a job is given.
//!
//! Knows JSON, what kombu packs into it, short values that Python pickles, calls and dictionaries as Python shows them, and what
//! PHP serialises. Invariant: of a payload no more is kept than that one value, and no more than a class is kept of.

use super::failures::from_base64;
use super::{items, pickle};
use crate::core::model::Name;
use crate::core::model::queues::Framework;

/// Steps of a path, at most.
const STEPS: usize = 8;
/// What is read of a job at least where its tenant is wanted, bytes.
pub const TENANT_CUT: u32 = 4_096;
/// The longest text between quotes that may be a value, bytes.
const QUOTED_BYTES: usize = 200;

/// Where frameworks that write JSON keep what a job is given: the path is looked for from each of these on.
const ROOTS: &[&[&str]] = &[
    &[],
    &["kwargs"],
    &["args", "0"],
    &["args"],
    &["args", "0", "arguments", "0"],
    &["data"],
    &["payload"],
    &["payload", "args", "0"],
    &["headers"],
    &["labels"],
    &["meta"],
    &["options"],
];

/// Where a task of Celery keeps it in its body, which is JSON in letters.
const BODY_ROOTS: &[&[&str]] = &[&["1"], &["0", "0"], &[]];

/// The field of a job's hash in which its payload stands, of frameworks that tell the class from the hash.
pub const fn payload_field(framework: Framework) -> Option<&'static str> {
    match framework {
        Framework::Bull | Framework::BullMq => Some("data"),
        Framework::Rq => Some("description"),
        _ => None,
    }
}

/// The value under a path with dots, such as `meta.tenant`; `None` where it is not there, or is no text and no number.
pub fn tenant(path: &Name, text: &[u8]) -> Option<Name> {
    let path = std::str::from_utf8(path.as_bytes()).ok()?;
    let steps: Vec<&str> = path.split('.').take(STEPS).collect();
    let field = *steps.last()?;
    let found = match text.first()? {
        b'{' | b'[' => in_json(&steps, field, text),
        // A message of protocol buffers has its payload somewhere within.
        b'\n' => in_json(&steps, field, text.get(text.windows(2).position(|two| two == b"{\"")?..)?),
        _ if text.iter().take(16).any(|byte| *byte == 0x80) => pickle::value_under(text, field),
        _ => shown(text, &[field.as_bytes(), b"="].concat()),
    }?;
    items::kept(found.as_bytes())
}

/// In JSON: the plain value, else that in what is packed into the JSON.
fn in_json(steps: &[&str], field: &str, text: &[u8]) -> Option<String> {
    let mut paths = paths(ROOTS, steps);
    let packed: [&[&str]; 3] = [&["body"], &["headers", "kwargsrepr"], &["data", "command"]];
    paths.extend(packed.iter().map(|path| path.to_vec()));
    let mut found = plain_values(text, &paths);
    let [body, shown_kwargs, command] = [found.len() - 3, found.len() - 2, found.len() - 1]
        .map(|at| found.get_mut(at).and_then(Option::take));
    if let Some(value) = found.into_iter().flatten().next() {
        return Some(value);
    }
    let from_body = || {
        let bytes = from_base64(body?.as_bytes())?;
        match bytes.first()? {
            b'[' | b'{' => first_of(&bytes, &self::paths(BODY_ROOTS, steps)),
            _ => pickle::value_under(&bytes, field),
        }
    };
    let from_shown = || {
        let text = shown_kwargs?;
        let keys = [format!("'{field}': "), format!("\"{field}\": ")];
        keys.iter().find_map(|key| shown(text.as_bytes(), key.as_bytes()))
    };
    from_body().or_else(from_shown).or_else(|| serialised(command?.as_bytes(), field))
}

fn paths<'a>(roots: &[&[&'a str]], steps: &[&'a str]) -> Vec<Vec<&'a str>> {
    roots.iter().map(|root| [root, steps].concat()).collect()
}

fn plain_values(text: &[u8], paths: &[Vec<&str>]) -> Vec<Option<String>> {
    let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
    items::fields(text, &paths)
}

fn first_of(text: &[u8], paths: &[Vec<&str>]) -> Option<String> {
    plain_values(text, paths).into_iter().flatten().next()
}

/// What stands behind `before` in a call or a dictionary as Python shows it: `mail('x', tenant='acme')`, `{'tenant': 7}`.
fn shown(text: &[u8], before: &[u8]) -> Option<String> {
    let begins =
        |at: &usize| at.checked_sub(1).and_then(|at| text.get(at)).is_none_or(|byte| b"( {,".contains(byte));
    let mut places = text.windows(before.len()).enumerate().filter(|(_, window)| *window == before);
    let at = places.find(|(at, _)| begins(at))?.0 + before.len();
    let rest = text.get(at..)?;
    let value = match rest.first()? {
        quote @ (b'\'' | b'"') => {
            let rest = rest.get(1..)?;
            rest.get(..rest.iter().take(QUOTED_BYTES).position(|byte| byte == quote)?)?
        }
        _ => rest.get(..rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count())?,
    };
    (!value.is_empty()).then(|| String::from_utf8_lossy(value).into_owned())
}

/// What PHP serialises under a name, be it of a public field or of another: `s:6:"tenant";s:4:"acme";`.
fn serialised(text: &[u8], field: &str) -> Option<String> {
    let before = [field.as_bytes(), b"\";"].concat();
    let begins = |at: &usize| {
        at.checked_sub(1).and_then(|at| text.get(at)).is_some_and(|byte| matches!(byte, b'"' | 0))
    };
    let mut places = text.windows(before.len()).enumerate().filter(|(_, window)| *window == before);
    let at = places.find(|(at, _)| begins(at))?.0 + before.len();
    let rest = text.get(at..)?;
    let value = match rest.split_at_checked(2)? {
        (b"i:", number) => number.split(|byte| *byte == b';').next()?,
        (b"s:", counted) => counted.split(|byte| *byte == b'"').nth(1)?,
        _ => return None,
    };
    let is_short = !value.is_empty() && value.len() <= QUOTED_BYTES;
    is_short.then(|| String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(path: &str, text: &[u8]) -> Option<String> {
        tenant(&Name::from(path), text).map(|name| name.text())
    }

    #[test]
    fn a_tenant_is_found_wherever_a_framework_keeps_what_a_job_is_given() {
        let acme = Some("acme".to_owned());
        for (what, text) in [
            ("sidekiq", r#"{"class":"Mail","args":[{"tenant":"acme"}],"jid":"7f"}"#),
            ("active job", r#"{"class":"W","args":[{"job_class":"M","arguments":[{"tenant":"acme"}]}]}"#),
            ("dramatiq", r#"{"actor_name":"mail","args":[],"kwargs":{"tenant":"acme"}}"#),
            ("taskiq", r#"{"task_name":"m","labels":{"tenant":"acme"},"args":[],"kwargs":{}}"#),
            ("bull", r#"{"to":"x","tenant":"acme"}"#),
            ("gocraft", r#"{"name":"mail","args":{"tenant":"acme"}}"#),
            ("celery", r#"{"body": "W1tdLCB7InRlbmFudCI6ICJhY21lIn0sIHt9XQ==", "headers": {"task": "m"}}"#),
            ("celery shown", r#"{"body": "gASV", "headers": {"kwargsrepr": "{'n': 1, 'tenant': 'acme'}"}}"#),
            (
                "laravel",
                r#"{"data":{"command":"O:4:\"Mail\":2:{s:1:\"n\";i:7;s:6:\"tenant\";s:4:\"acme\";}"}}"#,
            ),
            ("rq", "tasks.mail('secret', tenant='acme')"),
        ] {
            assert_eq!(told("tenant", text.as_bytes()), acme, "{what}");
        }
        let proto = [b"\x0a\x04mail\x12\x11", &br#"{"tenant":"acme"}"#[..]].concat();
        assert_eq!(told("tenant", &proto), acme);
        let pickled =
            b"\x80\x05\x95\x40\0\0\0\0\0\0\0}\x94(\x8c\x01k\x94}\x94\x8c\x06tenant\x94\x8c\x04acme\x94su.";
        assert_eq!(told("tenant", pickled), acme);
    }

    #[test]
    fn paths_have_steps_and_numbers_are_told_too() {
        assert_eq!(told("shop.id", br#"{"kwargs":{"shop":{"id":17}}}"#), Some("17".to_owned()));
        assert_eq!(told("args.1", br#"{"args":["secret","acme"]}"#), Some("acme".to_owned()));
        assert_eq!(told("tenant", b"mail(tenant=42)"), Some("42".to_owned()));
        let pickled = b"\x80\x05\x95\x40\0\0\0\0\0\0\0}\x94\x8c\x06tenant\x94K\x07s.";
        assert_eq!(told("tenant", pickled), Some("7".to_owned()));
        assert_eq!(told("shop.id", br#"{"data":{"command":"s:2:\"id\";i:42;"}}"#), Some("42".to_owned()));
    }

    #[test]
    fn what_is_not_there_or_is_no_plain_value_is_not_told() {
        for text in [
            &br#"{"args":[],"kwargs":{"tenant":{"secret":1}}}"#[..],
            br#"{"kwargs":{"subtenant":"acme"}}"#,
            b"mail(subtenant='acme')",
            b"mail(tenant='acme",
            b"mail(tenant=None)",
            b"",
            b"\x80\x05",
        ] {
            assert_eq!(told("tenant", text), None, "{}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_what_is_kept_is_short(mut text: Vec<u8>, first in "[{\\[\n\u{80}(]") {
            text.splice(0..0, first.bytes());
            let kept = tenant(&Name::from("a.b"), &text);
            prop_assert!(kept.is_none_or(|name| name.as_bytes().len() <= 120));
        }
    }
}
