//! Unknown is not zero and not none: no default takes the place of what could not be read.
//!
//! Knows calls by their names, and the values that stand for "none" or "zero"; no types. A text in place of a text is
//! left to review (`map_or("", …)`), and so are `is_some_and` and `is_none_or`, whose names say what none means.
//! Invariant: the list of exceptions may only shrink, and holds nothing that is not there any more.

use crate::source::{Finding, Source, production};
use crate::tokens::Token;

/// Where figures become decisions: files under these folders, and the file of the same name.
const STRICT: [&str; 4] = ["src/core/ops", "src/core/reading", "src/core/wire/decode", "src/actions/survey"];

/// Defaults that are right by definition: file, a piece of the line, and why.
const KNOWN: [(&str, &str, &str); 44] = [
    (
        "src/core/ops/archive.rs",
        "known.unwrap_or(u64::MAX)",
        "how a frame writes none; it is read back as none",
    ),
    ("src/core/ops/pace.rs", "self.per_s.map_or(0", "none means no limit: an item is due at once"),
    ("src/core/ops/pace.rs", "self.per_s.map_or(u32::MAX", "none means no limit"),
    (
        "src/core/ops/invalidate/plan.rs",
        "request.archive.unwrap_or(false)",
        "what the action does unless told",
    ),
    ("src/core/ops/invalidate/waiting.rs", "== kind).map_or(&[][..]", "for other types no command waits"),
    ("src/core/ops/remove/plan.rs", "request.archive.unwrap_or(true)", "what the action does unless told"),
    (
        "src/core/ops/trim/plan.rs",
        "last.map_or(StreamId::MAX",
        "without a last id nothing bounds the cut from above",
    ),
    (
        "src/core/ops/record.rs",
        "to_string(record).unwrap_or_default()",
        "strings and numbers: it never fails",
    ),
    ("src/core/ops/record.rs", "find(fits).unwrap_or_default()", "the shortest always fits, by a test"),
    ("src/core/ops/reclaim/run.rs", "self.work.count.map_or(u64::MAX", "none means no limit"),
    (
        "src/core/ops/strain.rs",
        "sorted.get(at).copied().unwrap_or(0)",
        "where no PING was sent none was late",
    ),
    (
        "src/core/reading/answers.rs",
        "self.info_us.map_or(0,",
        "before the second INFO there is no gap between two",
    ),
    (
        "src/core/reading/commands.rs",
        "before.map_or(0, |before|",
        "INFO lists a command from its first call on: until then there was none",
    ),
    (
        "src/core/reading/cost.rs",
        "price_us(name).unwrap_or(0.0)",
        "a tenth of the calls at most; where it is more the whole is unknown",
    ),
    (
        "src/core/reading/evidence.rs",
        "info.map_or_else(MemoryCase::default",
        "without INFO each rule about memory says that it can't tell",
    ),
    (
        "src/core/reading/evidence/memory.rs",
        "map_or_else(Vec::new, |clients|",
        "`has_clients` beside it says whether they are known",
    ),
    (
        "src/core/reading/fanout/histograms.rs",
        "*limit <= us).map_or(0,",
        "below the first step there are none",
    ),
    ("src/core/reading/fanout/layers.rs", "waiting.map_or(0,", "an empty sorted set is no key"),
    ("src/core/reading/fanout/layers.rs", "in_flight.map_or(0,", "an empty sorted set is no key"),
    (
        "src/core/reading/fanout/subscribers.rs",
        "growth_per_s().unwrap_or(0.0)",
        "the last figure as it was, not carried on",
    ),
    (
        "src/core/reading/fanout/subscribers.rs",
        "unwrap_or_else(SubscriberBuffer::new)",
        "a client that is seen for the first time",
    ),
    (
        "src/core/reading/judge.rs",
        "map_or(&[], |group| group.track.signs",
        "no verdict on a consumer, as the text of the function says",
    ),
    (
        "src/core/reading/leaks.rs",
        "list.map_or_else(Vec::new, |list| free_names(",
        "examples to name, where there are any",
    ),
    ("src/core/reading/loss.rs", "least.unwrap_or_default()", "at least so many: none is always true"),
    ("src/core/reading/loss.rs", "self.beyond.as_ref().map_or(0,", "at least so many: none is always true"),
    ("src/core/reading/loss/place.rs", "to.cursor.map_or(0,", "the least that was lost: none is always true"),
    (
        "src/core/reading/memory.rs",
        ".unwrap_or(0));",
        "the sum of what was measured so far; the rest is told as other keys",
    ),
    (
        "src/core/reading/memory.rs",
        "size_model.size(stream)).unwrap_or_default()",
        "each figure of it is none",
    ),
    (
        "src/core/reading/outputs.rs",
        "cloned().unwrap_or_default()",
        "a client that is seen for the first time",
    ),
    ("src/core/reading/outputs.rs", "buffer.above_us.map_or(0.0", "below the limit its time has not begun"),
    (
        "src/core/reading/saving.rs",
        "group.lag.entries.unwrap_or(0)",
        "the place of the first pending row says as much; a lag can only say more",
    ),
    (
        "src/core/reading/digest.rs",
        "self.consumers.unwrap_or(0)",
        "where they can't be told apart they are counted among the entries",
    ),
    (
        "src/core/reading/sizes.rs",
        "group.pending.as_ref().map_or(&[][..]",
        "rows to look at; how many there are is known beside them",
    ),
    (
        "src/core/reading/sizes/members.rs",
        "others.map_or(0.0,",
        "only a length that is known then is worked out by it",
    ),
    ("src/core/reading/slowlog.rs", "zip(self.first_new_id).map_or(0,", "an empty log has no new entries"),
    ("src/core/reading/tracks.rs", "self.began_us.map_or(0,", "before the first round nothing was watched"),
    (
        "src/core/reading/tracks.rs",
        "rows: rows.map_or(&[],",
        "rows to look at; a consumer's own figures do not come from them",
    ),
    (
        "src/core/reading/tracks.rs",
        "map_or(&[], |list| list.value.as_slice())",
        "no name is found in it, and no name means no verdict",
    ),
    ("src/core/reading/node.rs", "map_or_else(ReadCounter::default", "its default says that nobody knows"),
    ("src/core/wire/decode/gather.rs", ".first().map_or(0,", "our own clock, where nothing was asked"),
    (
        "src/core/wire/decode/info.rs",
        "within(number, u64::MAX)?.unwrap_or(u64::MAX)",
        "too great to be true, and told so",
    ),
    ("src/core/wire/decode/fanout.rs", "connected.map_or(u64::MAX", "without the figure there is no bound"),
    (
        "src/actions/survey.rs",
        "self.pulse.as_ref().map_or(u64::MAX",
        "the least of two, one not measured yet",
    ),
    ("src/core/ops/trim/survey.rs", "last.unwrap_or(StreamId::MAX)", "the walk begins at the very end"),
];

/// Calls that always put an empty value in place of an unknown one.
const ALWAYS: [&str; 2] = ["unwrap_or_default", "map_or_default"];

/// Calls that do, where the value that they take is an empty one.
const WITH: [&str; 6] = ["unwrap_or", "unwrap_or_else", "map_or", "map_or_else", "or", "or_else"];

/// Values that look like a figure or a list and say nothing.
fn is_empty_value(rest: &[Token]) -> bool {
    // A closure is what it returns; a reference and a wrapper are what they hold.
    let rest = match rest {
        [bar, other, rest @ ..] if bar.is_sign('|') && other.is_sign('|') => rest,
        [bar, _, other, rest @ ..] if bar.is_sign('|') && other.is_sign('|') => rest,
        rest => rest,
    };
    let skipped =
        rest.iter().take_while(|token| token.is_sign('&') || token.is_sign('(') || token.is("Some"));
    let rest = rest.get(skipped.count()..).unwrap_or(&[]);
    let Some(first) = rest.first() else { return false };
    let is_number = first.word().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let ends = ["new", "default", "MAX", "MIN", "Nil", "EPSILON", "ZERO", "NONE"];
    // `Vec::new`, `u64::MAX`, `Resp::Nil`: the last word of a path.
    let last =
        rest.get(2).filter(|_| rest.get(1).is_some_and(|token| token.kind == crate::tokens::Kind::Join));
    is_number
        || first.is("true")
        || first.is("false")
        // An empty list; or a text, which falls away with its quotes.
        || (first.is_sign('[') && rest.get(1).is_some_and(|token| token.is_sign(']')))
        || first.is_sign(')')
        || last.is_some_and(|word| ends.iter().any(|end| word.is(end)))
}

/// Whether a number is only brought into a smaller type: `u32::try_from(count).unwrap_or(u32::MAX)` stops at its end.
fn is_saturating(before: &[Token], rest: &[Token]) -> bool {
    let statement = before.iter().rev().take_while(|token| !token.is_sign(';') && !token.is_sign('{'));
    let is_number = rest
        .first()
        .and_then(Token::word)
        .is_some_and(|word| ["u8", "u16", "u32", "u64", "usize", "i64"].contains(&word));
    is_number && statement.into_iter().any(|token| token.is("try_from"))
}

fn offence(before: &[Token], tokens: &[Token]) -> Option<String> {
    let [dot, call, open, rest @ ..] = tokens else { return None };
    let name = call.word().filter(|_| dot.is_sign('.') && open.is_sign('('))?;
    let is_text = rest.first().is_some_and(|token| token.is_sign(',') || token.is_sign(')'));
    let is_prose = is_text && matches!(name, "map_or" | "map_or_else" | "or_else" | "or" | "unwrap_or_else");
    let is_string = rest.first().is_some_and(|token| token.is("String")) && name.starts_with("map_or");
    let is_empty = WITH.contains(&name)
        && !is_prose
        && !is_string
        && !is_saturating(before, rest)
        && is_empty_value(rest);
    (ALWAYS.contains(&name) || is_empty).then(|| {
        format!(
            "`{name}` puts an empty value in place of an unknown one: carry the `Option` to where it is told"
        )
    })
}

fn is_strict(source: &Source) -> bool {
    STRICT.iter().any(|folder| {
        source.file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    })
}

/// Defaults that stand for something unknown, and exceptions that are not needed any more.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let strict: Vec<&Source> = production(sources).into_iter().filter(|source| is_strict(source)).collect();
    let is_known = |source: &Source, line: usize| {
        let text = source.text.lines().nth(line - 1).unwrap_or("");
        KNOWN.iter().any(|(file, piece, _)| !piece.is_empty() && source.file == *file && text.contains(piece))
    };
    let mut found = Vec::new();
    for source in &strict {
        for at in 0..source.tokens.len() {
            let (before, tokens) = source.tokens.split_at(at);
            let line = tokens.first().map_or(1, |token| token.line);
            found.extend(
                offence(before, tokens)
                    .filter(|_| !is_known(source, line))
                    .map(|text| source.finding(line, text)),
            );
        }
    }
    for (file, piece, _) in KNOWN {
        if strict.iter().any(|source| source.file == file && !source.text.contains(piece)) {
            let text = format!("the exception for `{piece}` is not needed any more: take it out of the list");
            found.push(Finding { file: file.to_owned(), line: 1, text });
        }
    }
    found
}
