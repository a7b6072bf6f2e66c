//! Plans, what came of them, and the journal, as text and as JSON.
//!
//! Knows their values; not how they came about. Invariant: both forms say the same, and what is not known is left out or
//! null.

use crate::core::figures::sentence::{count, span};
use crate::core::model::Name;
use crate::core::ops::record::Past;
use crate::core::ops::{Challenge, Plan, Receipt, Tally};
use serde::Serialize;
use serde_json::{Value, json};

/// A plan, for people.
pub fn plan_text(challenge: &Challenge) -> String {
    let plan = challenge.plan();
    let mut out = format!("{} {}\n", plan.kind.word, plan.subject);
    for (label, text) in &plan.facts {
        out.push_str(&format!("  {label:<12} {text}\n"));
    }
    for (at, command) in plan.commands.iter().enumerate() {
        let label = if at == 0 { "commands" } else { "" };
        out.push_str(&format!("  {label:<12} {command}\n"));
    }
    for warning in &plan.warnings {
        out.push_str(&format!("  {:<12} {warning}\n", "note"));
    }
    if let Some(nothing) = &plan.nothing {
        out.push_str(&format!("  {:<12} {nothing}\n", "nothing"));
    } else if let Some(typed) = challenge.typed() {
        out.push_str(&format!(
            "  {:<12} {}: --confirm {}\n",
            "needs",
            typed.why,
            Name::from(typed.name.as_str())
        ));
    }
    out
}

/// What came of it, for people.
pub fn told_text(plan: &Plan, told: &Receipt) -> String {
    let Tally { done, gone, lost, left, kept, .. } = told.tally;
    let mut parts = vec![plan.kind.items(done)];
    let mut part = |number: u64, what: &str| {
        if number > 0 {
            parts.push(format!("{} {what}", count(number)));
        }
    };
    part(gone, "dropped (their entry was gone)");
    part(lost, "gone or changed meanwhile");
    part(left, "left alone");
    part(kept, "records kept in the archive");
    let mut out = format!("{}: {} in {}\n", told.outcome.word(), parts.join(", "), span(told.took_ms));
    if let Some(reason) = told.outcome.reason() {
        out.push_str(&format!("  because      {reason}\n"));
    }
    for (name, effect) in told.effects() {
        out.push_str(&format!("  {name:<12} {effect}\n"));
    }
    for (label, text) in [("note", &told.note), ("warm-up", &told.warm_up)] {
        if let Some(text) = text {
            out.push_str(&format!("  {label:<12} {text}\n"));
        }
    }
    if !told.id.is_empty() {
        out.push_str(&format!("  action       {}\n", told.id));
    }
    if told.has_archive {
        out.push_str(&format!("  undo         streamgauge undo {}\n", told.id));
    }
    out
}

/// Plan and outcome as one object; `outcome` is null where nothing was done.
pub fn json(challenge: &Challenge, told: Option<&Receipt>) -> String {
    let plan = challenge.plan();
    let facts: Vec<Value> =
        plan.facts.iter().map(|(label, text)| json!({ "label": label, "text": text })).collect();
    json!({
        "schema": 1,
        "plan": {
            "action": plan.kind.word,
            "subject": plan.subject.to_string(),
            "items": plan.impact.items,
            "items_exact": plan.impact.is_exact,
            "bytes": plan.impact.bytes,
            "lossy": plan.impact.is_lossy,
            "archive": plan.archive,
            "confirm": challenge.typed().map(|typed| json!({ "why": typed.why, "name": typed.name })),
            "commands": plan.commands,
            "facts": facts,
            "warnings": plan.warnings,
            "nothing": plan.nothing,
        },
        "result": told,
    })
    .to_string()
}

/// Why there is no plan, as an object.
pub fn refused_json(why: &str) -> String {
    json!({ "schema": 1, "plan": null, "result": { "outcome": "refused", "reason": why } }).to_string()
}

/// Actions of the journal for people, one a line; `archived` says the bytes of an action's archive.
pub fn journal_text(
    actions: &[&Past],
    archived: impl Fn(&str) -> Option<u64>,
    time: impl Fn(i64) -> String,
) -> String {
    let mut out = String::new();
    for past in actions {
        let intent = &past.intent;
        let kept = archived(&intent.id).map_or(String::new(), |bytes| {
            format!(", archive {}", crate::core::figures::sentence::bytes(bytes))
        });
        let shown = |text: &str| Name::from(text).to_string();
        out.push_str(&format!(
            "{}  {:<20} {:<8} {} {} on {} by {}@{}: {}{kept}\n",
            time(intent.at_ms),
            intent.id,
            past.outcome(),
            intent.action,
            shown(&intent.subject),
            shown(&intent.target),
            shown(&intent.who),
            shown(&intent.host),
            past.amount(),
        ));
        if let Some(reason) = past.finish.as_ref().and_then(|finish| finish.reason.as_deref()) {
            out.push_str(&format!("    {}\n", shown(reason)));
        }
    }
    out
}

/// Actions of the journal, one object a line.
pub fn journal_json(actions: &[&Past], archived: impl Fn(&str) -> Option<u64>) -> String {
    #[derive(Serialize)]
    struct ReportLine<'a> {
        outcome: &'a str,
        archive_bytes: Option<u64>,
        intended: &'a crate::core::ops::record::Intent,
        finished: Option<&'a crate::core::ops::record::Finish>,
        warm_up: Option<&'a str>,
    }
    let line = |past: &&Past| {
        let line = ReportLine {
            outcome: past.outcome(),
            archive_bytes: archived(&past.intent.id),
            intended: &past.intent,
            finished: past.finish.as_ref(),
            warm_up: past.warm_up.as_deref(),
        };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    };
    actions.iter().map(line).collect()
}
