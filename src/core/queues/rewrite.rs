//! How a job is written once it was moved: single values of its JSON change, and every other byte stays.
//!
//! Knows JSON as text; does not know what a value means. Invariant: whatever is not named stays as it was, to the byte, so
//! that numbers and the order of keys survive; a text that can't be read is not moved.

use std::ops::Range;

/// What changes of a job.
#[derive(Debug)]
pub enum Rewrite {
    /// Nothing.
    Same,
    /// The job is what stands under this path, with these changes.
    Json(&'static [&'static str], &'static [Edit]),
}

/// A change of a value in an object.
#[derive(Debug)]
pub struct Edit {
    /// Where the object is, from the job on.
    pub object: &'static [&'static str],
    /// Under which key.
    pub key: &'static str,
    /// What becomes of it.
    pub to: NewValue,
}

/// What becomes of a value.
#[derive(Debug)]
pub enum NewValue {
    /// This text of JSON, whether it was there or not.
    Put(&'static str),
    /// This text of JSON, where it was there.
    Set(&'static str),
    /// The time, in seconds or milliseconds as the one that stands under this key beside it.
    NowLike(&'static str),
    /// The time in milliseconds, where it was there.
    NowMillis,
    /// The time in whole seconds.
    NowSeconds,
    /// A whole number one less, where it was there.
    OneLess,
    /// Nothing: it is taken out.
    Out,
}

/// A change at the top.
pub const fn edit(key: &'static str, to: NewValue) -> Edit {
    Edit { object: &[], key, to }
}

impl Rewrite {
    /// The job as it is written afterwards; `None` where the text is not what was expected. `now_s` is the server's clock.
    pub fn apply(&self, text: &[u8], now_s: f64) -> Option<Vec<u8>> {
        let Self::Json(path, edits) = self else { return Some(text.to_vec()) };
        let job = span_under(text, path)?;
        let mut job = text.get(job)?.to_vec();
        for edit in *edits {
            job = edited(job, edit, now_s)?;
        }
        Some(job)
    }
}

fn edited(job: Vec<u8>, edit: &Edit, now_s: f64) -> Option<Vec<u8>> {
    // An object that is not there has nothing to change, unless something is put into it.
    let Some(object) = span_under(&job, edit.object) else { return Some(job) };
    let whole = member(&job, object.clone(), edit.key);
    let value = whole.as_ref().map(|(_, value)| value.clone());
    let new = match edit.to {
        NewValue::Put(text) => Some(text.to_owned()),
        NewValue::Set(text) => value.as_ref().map(|_| text.to_owned()),
        NewValue::NowMillis => value.as_ref().map(|_| format!("{:.0}", now_s * 1e3)),
        NewValue::NowSeconds => Some(format!("{:.0}", now_s.floor())),
        NewValue::NowLike(other) => {
            let like = member(&job, object.clone(), other).map(|(_, value)| value);
            let is_ms = like.and_then(|at| number(job.get(at)?)).is_some_and(|at| at > 1e11);
            Some(if is_ms { format!("{:.0}", now_s * 1e3) } else { format!("{now_s:.6}") })
        }
        NewValue::OneLess => {
            let count = value.clone().and_then(|at| number(job.get(at)?));
            count.map(|count| format!("{:.0}", count - 1.0))
        }
        NewValue::Out => {
            let Some((whole, _)) = whole else { return Some(job) };
            return Some(without(&job, whole));
        }
    };
    let (Some(new), at) = (new, value) else { return Some(job) };
    let mut out = job;
    match at {
        Some(at) => drop(out.splice(at, new.into_bytes())),
        None => {
            let start = object.start + 1;
            let is_empty = out.get(skip(&out, start)) == Some(&b'}');
            let comma = if is_empty { "" } else { "," };
            drop(out.splice(start..start, format!("\"{}\":{new}{comma}", edit.key).into_bytes()));
        }
    }
    Some(out)
}

/// The text without a member of an object, and without the comma beside it.
fn without(text: &[u8], member: Range<usize>) -> Vec<u8> {
    let after = skip(text, member.end);
    let (mut start, mut end) = (member.start, member.end);
    if text.get(after) == Some(&b',') {
        end = skip(text, after + 1);
    } else if let Some(comma) =
        text.get(..start).and_then(|before| before.iter().rposition(|byte| *byte == b','))
    {
        start = comma;
    }
    let mut out = text.to_vec();
    out.drain(start..end.min(text.len()));
    out
}

fn number(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Where the value under a path stands.
pub fn span_under(text: &[u8], path: &[&str]) -> Option<Range<usize>> {
    let start = skip(text, 0);
    let mut span = start..value_end(text, start)?;
    for step in path {
        span = match text.get(span.start)? {
            b'{' => member(text, span, step)?.1,
            b'[' => element(text, span, step.parse().ok()?)?,
            _ => return None,
        };
    }
    Some(span)
}

/// A member of an object: from its key to the end of its value, and its value.
fn member(text: &[u8], object: Range<usize>, key: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut at = skip(text, object.start + 1);
    while at < object.end && text.get(at) == Some(&b'"') {
        let key_end = value_end(text, at)?;
        let colon = skip(text, key_end);
        if text.get(colon) != Some(&b':') {
            return None;
        }
        let start = skip(text, colon + 1);
        let end = value_end(text, start)?;
        if text.get(at + 1..key_end - 1) == Some(key.as_bytes()) {
            return Some((at..end, start..end));
        }
        at = next_of(text, end)?;
    }
    None
}

fn element(text: &[u8], list: Range<usize>, wanted: usize) -> Option<Range<usize>> {
    let mut at = skip(text, list.start + 1);
    for number in 0..=wanted {
        let end = value_end(text, at)?;
        if number == wanted {
            return Some(at..end);
        }
        at = next_of(text, end)?;
    }
    None
}

/// Where the next value begins, after a comma.
fn next_of(text: &[u8], end: usize) -> Option<usize> {
    let comma = skip(text, end);
    (text.get(comma) == Some(&b',')).then(|| skip(text, comma + 1)).or_else(|| text.get(comma).map(|_| comma))
}

fn skip(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or(&[]);
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Where the value that begins here ends.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, start);
    loop {
        match *text.get(at)? {
            b'"' => {
                at = string_end(text, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' | b':' if depth == 0 => return None,
            _ if depth == 0 => {
                let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                let length = text.get(at..)?.iter().take_while(is_part).count();
                return (length > 0).then_some(at + length);
            }
            _ => {}
        }
        at += 1;
    }
}

fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *text.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(rewrite: &Rewrite, text: &str) -> Option<String> {
        rewrite.apply(text.as_bytes(), 1_700_000_000.5).map(|out| String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_change_and_every_other_byte_stays() {
        const EDITS: Rewrite = Rewrite::Json(
            &[],
            &[edit("enqueued_at", NewValue::NowLike("created_at")), edit("retry_count", NewValue::OneLess)],
        );
        let text = r#"{"class":"A", "args":[{"retry_count":9},"a\"}"],"big":123456789012345678901,"created_at":1699.25,"retry_count":3}"#;
        let expected = r#"{"enqueued_at":1700000000.500000,"class":"A", "args":[{"retry_count":9},"a\"}"],"big":123456789012345678901,"created_at":1699.25,"retry_count":2}"#;
        assert_eq!(after(&EDITS, text).as_deref(), Some(expected));
        let ms = r#"{"created_at":1699000000000,"enqueued_at":1}"#;
        assert_eq!(
            after(&EDITS, ms).as_deref(),
            Some(r#"{"created_at":1699000000000,"enqueued_at":1700000000500}"#)
        );
    }

    #[test]
    fn a_job_is_taken_out_of_what_is_around_it() {
        const INNER: Rewrite = Rewrite::Json(
            &["0"],
            &[Edit { object: &["headers"], key: "redelivered", to: NewValue::Put("true") }],
        );
        let text = r#"[{"body": "x]", "headers": {}}, "", "mail"]"#;
        assert_eq!(
            after(&INNER, text).as_deref(),
            Some(r#"{"body": "x]", "headers": {"redelivered":true}}"#)
        );
        const PAYLOAD: Rewrite = Rewrite::Json(&["payload"], &[]);
        assert_eq!(after(&PAYLOAD, r#"{"q":1,"payload":{"a":[]}}"#).as_deref(), Some(r#"{"a":[]}"#));
        assert_eq!(after(&PAYLOAD, r#"{"q":1}"#), None);
        const OUT: Rewrite = Rewrite::Json(&[], &[edit("b", NewValue::Out), edit("c", NewValue::Out)]);
        assert_eq!(after(&OUT, r#"{"a":1,"b":[2], "c":3}"#).as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(after(&OUT, r#"{"b":1,"a":2}"#).as_deref(), Some(r#"{"a":2}"#));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text: Vec<u8>) {
            const ALL: Rewrite = Rewrite::Json(
                &["a"],
                &[edit("b", NewValue::Out), edit("c", NewValue::OneLess), edit("d", NewValue::NowLike("e"))],
            );
            let _ = ALL.apply(&text, 1.0);
            let _ = span_under(&text, &["0", "x"]);
        }

        #[test]
        fn what_was_json_stays_json(list: Vec<i32>, name in "[a-z\"\\\\]{0,5}", count in 0..9u32) {
            let job = serde_json::json!({ "x": list, "n": name, "b": count, "y": { "b": 1 } });
            const EDITS: Rewrite = Rewrite::Json(&[], &[edit("b", NewValue::OneLess), edit("z", NewValue::Put("null"))]);
            let out = EDITS.apply(job.to_string().as_bytes(), 1.0).unwrap();
            let out: serde_json::Value = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(&out["x"], &job["x"]);
            prop_assert_eq!(&out["n"], &job["n"]);
            prop_assert_eq!(out["b"].as_i64(), Some(i64::from(count) - 1));
        }
    }
}
