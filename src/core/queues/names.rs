//! Names of keys from templates, and templates found in names.
//!
//! Knows how a name is put together and taken apart; not what it means. Invariant: what is put together is found again.

use crate::core::model::Name;
use crate::core::model::queues::QueueId;

/// A name in place of which something stands in a template.
const PLACES: [&str; 4] = ["{q}", "{w}", "{id}", "{x}"];

/// The key of a template for a queue, and for a job where one is named.
pub fn key(template: &str, of: &QueueId, id: Option<&Name>) -> Name {
    let mut name = of.site.prefix.as_bytes().to_vec();
    let mut rest = template;
    while let Some((at, place)) = PLACES.iter().filter_map(|place| Some((rest.find(place)?, *place))).min() {
        let (before, after) = rest.split_at(at);
        name.extend_from_slice(before.as_bytes());
        let value = if place == "{id}" { id } else { of.queue.as_ref() };
        name.extend_from_slice(value.map_or(&[][..], Name::as_bytes));
        rest = after.get(place.len()..).unwrap_or("");
    }
    name.extend_from_slice(rest.as_bytes());
    Name::new(name)
}

/// The names of a template under any prefix, as a regular expression over bytes.
pub fn pattern(template: &str) -> String {
    let mut text = "(?:^|[^A-Za-z0-9])".to_owned();
    let mut rest = template;
    if PLACES.iter().any(|place| template.starts_with(place)) {
        text.clear();
    }
    while let Some((at, place)) = PLACES.iter().filter_map(|place| Some((rest.find(place)?, *place))).min() {
        let (before, after) = rest.split_at(at);
        text.push_str(&regex::escape(before));
        text.push_str(".+");
        rest = after.get(place.len()..).unwrap_or("");
    }
    text.push_str(&regex::escape(rest));
    text.push('$');
    text
}

/// Prefix, and what stands in place of the first place of the template, where the name is one of it. A prefix ends where a
/// part of a name does.
pub fn parts<'a>(template: &str, name: &'a [u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    // It is asked of every key and every template: most have another end.
    let last = template.as_bytes().last().filter(|last| **last != b'}');
    if last.is_some_and(|last| name.last() != Some(last)) {
        return None;
    }
    let found = PLACES.iter().filter_map(|place| Some((template.find(place)?, *place))).min();
    let Some((at, place)) = found else {
        let prefix = name.strip_suffix(template.as_bytes())?;
        return is_boundary(prefix).then_some((prefix, None));
    };
    let (before, after) = template.split_at(at);
    let after = after.get(place.len()..)?;
    let rest = name.strip_suffix(after.as_bytes())?;
    let (prefix, value) = if place == "{w}" {
        rest.split_at_checked(0)?
    } else if before.is_empty() {
        // The queue is the last part of what is left; the braces of a cluster's hash tag belong to the prefix.
        let at = rest.iter().rposition(|byte| *byte == b':').map_or(0, |at| at + 1);
        rest.split_at_checked(at)?
    } else {
        let before = before.as_bytes();
        let is_place = |at: &usize| rest.get(..*at).is_some_and(is_boundary);
        let at = rest.windows(before.len()).enumerate().filter(|(_, window)| *window == before);
        let at = at.map(|(at, _)| at).find(is_place)?;
        (rest.get(..at)?, rest.get(at + before.len()..)?)
    };
    (!value.is_empty()).then_some((prefix, Some(value)))
}

/// Whether a prefix may end here.
fn is_boundary(prefix: &[u8]) -> bool {
    prefix.last().is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::queues::{Framework, QueueSite};

    fn id(prefix: &str, queue: &str) -> QueueId {
        let site = QueueSite { framework: Framework::Rq, prefix: Name::from(prefix) };
        QueueId { site, queue: Some(Name::from(queue)) }
    }

    #[test]
    fn a_key_is_its_template_with_prefix_queue_and_job() {
        let job = Name::from("7f");
        assert_eq!(key("rq:job:{id}", &id("", "low"), Some(&job)), Name::from("rq:job:7f"));
        assert_eq!(key("{q}:{id}:lock", &id("bull:", "mail"), Some(&job)), Name::from("bull:mail:7f:lock"));
        assert_eq!(key("rq:workers", &id("", "low"), None), Name::from("rq:workers"));
    }

    #[test]
    fn what_is_put_together_is_found_again() {
        for (template, prefix, queue) in [
            ("{q}:meta", "bull:", "mail"),
            ("rq:queue:{q}", "", "a:b"),
            ("asynq:{{q}}:lease", "eu:", "low"),
            ("huey.redis.{q}", "app-", "x"),
            ("{w}:health-check", "", "shop:mail"),
        ] {
            let name = key(template, &id(prefix, queue), None);
            let found = parts(template, name.as_bytes());
            assert_eq!(found, Some((prefix.as_bytes(), Some(queue.as_bytes()))), "{template}");
        }
    }

    #[test]
    fn a_prefix_ends_where_a_part_of_a_name_does() {
        assert_eq!(parts("queues", b"ns:queues"), Some((&b"ns:"[..], None)));
        assert_eq!(parts("queues", b"requeues"), None);
        assert_eq!(parts("rq:queue:{q}", b"xrq:queue:low"), None);
        assert_eq!(parts("{q}:meta", b"meta"), None);
        assert_eq!(parts("{q}:meta", b"bull::meta"), None);
    }
}
