//! The actions without the screen: plan, preview, consent, run, outcome, to standard output and as exit status.
//!
//! Exit status: 0 done or nothing to do, 1 failed, refused or not confirmed, 3 unknown. Invariant: standard output carries
//! the plan and the result and nothing else; progress goes to standard error, and only to a terminal.

use super::error::CommandError;
use crate::actions::disk::on_disk;
use crate::actions::execute::{Executor, carry};
use crate::actions::survey::{Desk, PlanTime, survey};
use crate::actions::warm;
use crate::cli::{ActionArgs, JournalVerb, OutputFormat};
use crate::config::Target;
use crate::core::figures::sentence::{self, count, span};
use crate::core::model::Name;
use crate::core::model::queues::HeldTimes;
use crate::core::ops::{
    Challenge, Confirmed, Consent, ConsentError, Control, Plan, PlanProgress, Policy, Progress, Receipt,
    Refusal, Request, WriteState,
};
use crate::edge::clock;
use crate::edge::files::{self, Loaded};
use crate::edge::journal::{Journal, JournalContents, JournalError};
use crate::edge::link::{LinkLedger, Timeouts, Writer};
use crate::edge::term::{ActionSignal, ActionSignals, stop_self};
use crate::report::action;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;
use tokio::sync::watch;

/// How often progress is drawn.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// Where the journal is, where there is a home folder.
pub fn journal(loaded: &Loaded) -> Option<Journal> {
    loaded.paths.state_dir.clone().map(Journal::new)
}

/// The request, with what the config adds.
pub fn completed(loaded: &Loaded, asked: &ActionArgs) -> Request {
    let mut request = asked.request.clone();
    if let Request::Invalidate(invalidate) = &mut request {
        let name = |text: &String| Name::from_text(text).unwrap_or_else(|_| Name::from(text.as_str()));
        invalidate.protect.extend(loaded.config.settings.actions.protect.iter().map(name));
        let default = u64::from(loaded.config.settings.actions.invalidate_per_s);
        invalidate.per_s = Some(asked.per_s.unwrap_or(default)).filter(|per_s| *per_s > 0);
        invalidate.warm_up = warm::command_for(&loaded.config, &invalidate.pattern);
    }
    request
}

/// Does it; the exit status.
///
/// # Errors
/// One line for the operator; or the output can't be written.
pub async fn run(
    loaded: &Loaded,
    target: Target,
    timeouts: Timeouts,
    asked: &ActionArgs,
) -> Result<u8, CommandError> {
    let no_home =
        || CommandError::Failed("there is no home folder for the journal: set HOME or XDG_STATE_HOME".into());
    let journal = journal(loaded).ok_or_else(no_home)?;
    let opened = journal.clone();
    on_disk(move || tell_open(&opened)).await.map_err(CommandError::Failed)?;
    let writer = Writer::new(&target, timeouts, loaded.config.settings.read_only);
    let request = completed(loaded, asked);
    let within = PlanTime::within(asked.within);
    let held = loaded.config.settings.queues.held_times();
    let plan = match Box::pin(planned(&target, timeouts, &journal, (&request, within, held))).await {
        Ok(plan) => plan,
        Err(Refusal(why)) => return refused(asked.format, &why),
    };
    let policy = Policy {
        target: target.name.clone(),
        production: target.production,
        state: if writer.is_some() { WriteState::Open } else { WriteState::ReadOnly },
        on_screen: false,
    };
    let challenge = Challenge::of(plan, &policy);
    let mut out = io::stdout();
    if asked.format == OutputFormat::Text {
        let written = out.write_all(action::plan_text(&challenge).as_bytes()).and_then(|()| out.flush());
        match written {
            // Whoever closed the output has not read the plan: nothing is done, which is not success.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(1),
            written => written?,
        }
    }
    if asked.dry_run || challenge.plan().nothing.is_some() {
        if asked.format == OutputFormat::Json {
            writeln!(out, "{}", action::json(&challenge, None))?;
        }
        return Ok(0);
    }
    let Some(writer) = writer else { return refused(asked.format, &ConsentError::ReadOnly.to_string()) };
    let consent = consent(asked, &challenge)?;
    let shown = challenge.clone();
    let confirmed = match challenge.confirm(&consent, &policy, clock::now_us()) {
        Ok(confirmed) => confirmed,
        Err(why) => return refused(asked.format, &hint(&why)),
    };
    let settings = &loaded.config.settings.actions;
    // Whoever wants no bound wants no rest either.
    let (per_s, is_paced) = match &request {
        Request::Invalidate(request) => (request.per_s, request.per_s.is_some()),
        _ => (asked.per_s.filter(|per_s| *per_s > 0), asked.per_s != Some(0)),
    };
    let executor = Executor {
        writer,
        journal: journal.clone(),
        archive_max: settings.archive_max,
        who: files::operator(&loaded.env),
        is_paced,
        per_s,
        waits: false,
    };
    let receipt = Box::pin(watched(executor, confirmed)).await?;
    let text = match asked.format {
        OutputFormat::Text => action::told_text(shown.plan(), &receipt),
        OutputFormat::Json => action::json(&shown, Some(&receipt)) + "\n",
    };
    // What was done is what the status says, whether or not anybody reads the rest.
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        complain(&format!("cannot write to standard output: {error}"));
    }
    Ok(receipt.outcome.exit())
}

fn refused(format: OutputFormat, why: &str) -> Result<u8, CommandError> {
    if format == OutputFormat::Json {
        writeln!(io::stdout(), "{}", action::refused_json(why))?;
    }
    complain(why);
    Ok(1)
}

fn complain(text: &str) {
    let _closed = writeln!(io::stderr(), "streamgauge: {text}");
}

/// What an earlier run left open is shown, and closed as unknown.
fn tell_open(journal: &Journal) {
    match journal.recover(clock::wall_ms()) {
        Ok(left) => {
            for intent in left {
                complain(&format!(
                    "action {} ({} {}) was never finished: what came of it is unknown, see `streamgauge journal`",
                    intent.id, intent.action, intent.subject
                ));
            }
        }
        Err(error) => complain(&error.to_string()),
    }
}

/// What is said of lines that can't be read.
pub fn unread_text(lines: u64, journal: &Journal) -> String {
    let (lines, path) = (count(lines), journal.path());
    format!(
        "{lines} lines of {} can't be read (too long, cut off or damaged): what they say is not listed",
        path.display()
    )
}

fn hint(why: &ConsentError) -> String {
    match why {
        ConsentError::NotAsked => "not confirmed: give --yes, or run it on a terminal to be asked".to_owned(),
        ConsentError::Name { name, .. } => format!("{why} (--confirm {})", Name::from(name.as_str())),
        why => why.to_string(),
    }
}

/// What the operator says: by options, else asked on a terminal.
fn consent(asked: &ActionArgs, challenge: &Challenge) -> Result<Consent, CommandError> {
    let given = Consent { yes: asked.yes, name: asked.confirm.clone() };
    if asked.yes || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(given);
    }
    let mut err = io::stderr();
    let question = match challenge.typed() {
        Some(typed) => format!("{}. Type {} to do it: ", typed.why, Name::from(typed.name.as_str())),
        None => "Type yes to do it: ".to_owned(),
    };
    err.write_all(question.as_bytes())?;
    err.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let line = line.trim_end_matches(['\n', '\r']);
    Ok(match challenge.typed() {
        Some(_) => Consent { yes: challenge.accepts(line), name: Some(line.to_owned()) },
        None => Consent { yes: line == "yes", name: None },
    })
}

/// Makes the plan, with progress on a terminal; an interrupt ends the look at the server.
async fn planned(
    target: &Target,
    timeouts: Timeouts,
    journal: &Journal,
    (request, time, held): (&Request, PlanTime, HeldTimes),
) -> Result<Plan, Refusal> {
    let (progress, mut seen) = watch::channel(PlanProgress::default());
    let (cancel, cancelled) = watch::channel(false);
    let (target, ledger) = (target.clone(), LinkLedger::default());
    let desk = Desk { target, timeouts, ledger, progress, cancel: cancelled, time, held };
    let archives = journal.archives();
    let mut planning = Box::pin(survey(&desk, &archives, request));
    let mut line = ProgressLine::default();
    let mut tick = tokio::time::interval(PROGRESS_EVERY);
    loop {
        tokio::select! {
            plan = &mut planning => {
                line.clear();
                return plan;
            }
            _ = tokio::signal::ctrl_c() => {
                cancel.send_replace(true);
            }
            _ = tick.tick() => {
                let progress = *seen.borrow_and_update();
                if progress.seen > 0 {
                    line.show(&progress.text());
                }
            }
        }
    }
}

/// A line on standard error that is written over, where that is a terminal.
#[derive(Default)]
struct ProgressLine {
    is_shown: bool,
}

impl ProgressLine {
    fn show(&mut self, text: &str) {
        if io::stderr().is_terminal() {
            let _closed = write!(io::stderr(), "\r\x1b[K{text}");
            self.is_shown = true;
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            let _closed = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Carries it out, with progress on a terminal. A signal ends it after the step that is under way; Ctrl-Z lets it
/// stand still first.
async fn watched(executor: Executor, confirmed: Confirmed) -> io::Result<Receipt> {
    let mut signals = ActionSignals::listen()?;
    let (tell, mut progress) = watch::channel(Progress::of(confirmed.plan(), executor.per_s));
    let (order, control) = watch::channel(Control::default());
    let mut shown = ProgressLine::default();
    let mut running = Box::pin(carry(executor, confirmed, tell, control));
    let mut tick = tokio::time::interval(PROGRESS_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let receipt = loop {
        tokio::select! {
            receipt = &mut running => break receipt,
            signal = signals.next() => order.send_modify(|control| match signal {
                ActionSignal::End => control.cancel = true,
                ActionSignal::Suspend => control.pause = true,
            }),
            _ = tick.tick() => {
                let progress = progress.borrow_and_update().clone();
                shown.show(&line(&progress));
                // It stands still: nothing is under way whose reply a stopped process would miss.
                if order.borrow().pause && progress.held.is_some() {
                    stop_self()?;
                    order.send_modify(|control| control.pause = false);
                }
            }
        }
    };
    shown.clear();
    Ok(receipt)
}

/// Progress in a line.
fn line(progress: &Progress) -> String {
    let Progress { kind, items, halvings, .. } = progress;
    let rate = progress.rate().map_or(String::new(), |rate| format!(", {}/s", count(rate as u64)));
    let left = progress.left_s().map_or(String::new(), |left_s| format!(", {} left", span(left_s * 1_000)));
    let slower = if *halvings > 0 { ", slowed down: the server answers late" } else { "" };
    format!("{} of {}{rate}{left}{slower}", count(progress.through()), kind.items(*items))
}

/// Lists the journal, or removes old archives.
///
/// # Errors
/// The journal can't be read; the output can't be written.
pub fn list(loaded: &Loaded, asked: &JournalVerb) -> Result<u8, CommandError> {
    let Some(journal) = journal(loaded) else { return Ok(0) };
    let failed = |error: JournalError| CommandError::Failed(error.to_string());
    let mut out = io::stdout();
    let archives = journal.archives();
    if let Some(age) = asked.prune {
        let pruned = archives.prune(age).map_err(failed)?;
        for (id, bytes) in pruned.removed {
            writeln!(out, "removed the archive of {id}, {}", sentence::bytes(bytes))?;
        }
        for id in pruned.in_use {
            writeln!(out, "kept the archive of {id}: it is in use, its action or its undo still runs")?;
        }
        return Ok(0);
    }
    tell_open(&journal);
    let JournalContents { past, unread_lines } = journal.read().map_err(failed)?;
    if unread_lines > 0 {
        complain(&unread_text(unread_lines, &journal));
    }
    let fits = |wanted: &Option<String>, word: &str| wanted.as_deref().is_none_or(|wanted| wanted == word);
    let mut shown: Vec<&crate::core::ops::record::Past> = past
        .iter()
        .filter(|past| fits(&asked.action, &past.intent.action) && fits(&asked.outcome, past.outcome()))
        .filter(|past| asked.about.as_deref().is_none_or(|text| past.intent.subject.contains(text)))
        .collect();
    let surplus = shown.len().saturating_sub(usize::try_from(asked.last).unwrap_or(usize::MAX));
    let shown = shown.split_off(surplus);
    let sizes: std::collections::BTreeMap<String, u64> =
        archives.list().map_err(failed)?.into_iter().collect();
    let archived = |id: &str| sizes.get(id).copied();
    let time = |at_ms: i64| {
        let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
    };
    let text = match asked.format {
        OutputFormat::Text => action::journal_text(&shown, archived, time),
        OutputFormat::Json => action::journal_json(&shown, archived),
    };
    out.write_all(text.as_bytes())?;
    Ok(0)
}
