//! What changed, as lines with a time, for somebody who listens to the terminal instead of looking at it.
//!
//! Knows what was told before; not how lines are printed. Invariants: what did not change is not told again, and no more
//! lines come in a minute than a listener can follow: the rest is counted, and the count is told.

use crate::core::diagnose::finding::{Finding, FindingSubject, Severity};
use crate::core::diagnose::groups::GroupVerdict;
use crate::core::figures::sentence::{clock, count, span};
use crate::core::limits::{FINDINGS, PLAIN_LINES_A_MINUTE};
use crate::core::model::Name;
use crate::core::model::link::LinkStatus;
use crate::core::reading::Reading;
use crate::core::reading::summary;
use std::collections::VecDeque;

const MINUTE_MS: i64 = 60_000;

/// What a typed line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainQuestion {
    /// The state in words.
    State,
    /// What is wrong.
    Findings,
    /// The streams.
    Streams,
    /// To leave.
    Leave,
    /// Which letters there are.
    Help,
}

impl PlainQuestion {
    /// Of a typed line; none of an empty one.
    pub fn of(line: &str) -> Option<Self> {
        Some(match line.trim() {
            "" => return None,
            "?" => Self::State,
            "f" => Self::Findings,
            "s" => Self::Streams,
            "q" => Self::Leave,
            _ => Self::Help,
        })
    }

    /// The answer, a line each.
    pub fn answer(self, reading: &Reading, called: &str) -> Vec<String> {
        match self {
            Self::State => summary::state(reading, called),
            Self::Findings => summary::findings(reading),
            Self::Streams => summary::streams(reading),
            Self::Help => vec![HELP.to_owned()],
            Self::Leave => Vec::new(),
        }
    }
}

/// What may be typed.
pub const HELP: &str = "Type ? and Enter for the state, f for findings, s for streams, q to leave.";

/// Something that is wrong, as it was told.
#[derive(Clone, Debug)]
struct ToldFinding {
    id: &'static str,
    subject: FindingSubject,
    severity: Severity,
    text: String,
    since_ms: i64,
}

/// How the link stood when it was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ToldLink {
    Connecting,
    Up,
    Down(i64),
}

/// What was told, and how much of late.
#[derive(Clone, Debug)]
pub struct PlainWatch {
    findings: Vec<ToldFinding>,
    worst: Option<(Name, GroupVerdict)>,
    link: ToldLink,
    /// When the lines of the last minute were told, milliseconds since 1970.
    told_ms: VecDeque<i64>,
    /// Changes that were not told.
    held: u64,
}

impl Default for PlainWatch {
    fn default() -> Self {
        Self {
            findings: Vec::new(),
            worst: None,
            link: ToldLink::Connecting,
            told_ms: VecDeque::new(),
            held: 0,
        }
    }
}

impl PlainWatch {
    /// What changed since the last time, as lines with a time. `now_ms` is our own clock.
    pub fn advance(&mut self, now_ms: i64, link: &LinkStatus, reading: &Reading) -> Vec<String> {
        let mut changes = Vec::new();
        changes.extend(self.link(now_ms, link));
        if self.link == ToldLink::Up {
            changes.extend(self.found(reading.findings()));
            let worst = summary::worst_stream(reading);
            let words =
                |key: &Name| reading.streams().get(key).map(|stream| summary::stream_words(reading, stream));
            changes.extend(self.worst(worst.map(|(stream, verdict)| (stream.key.clone(), verdict)), words));
        }
        self.bounded(now_ms, changes)
    }

    fn link(&mut self, now_ms: i64, link: &LinkStatus) -> Option<String> {
        match (self.link, link) {
            (ToldLink::Connecting, LinkStatus::Up { .. }) => {
                self.link = ToldLink::Up;
                Some("connected".to_owned())
            }
            (ToldLink::Down(since_ms), LinkStatus::Up { .. }) => {
                self.link = ToldLink::Up;
                let lost_ms = u64::try_from(now_ms.saturating_sub(since_ms)).unwrap_or_default();
                Some(format!("connection back after {}", span(lost_ms)))
            }
            (ToldLink::Connecting | ToldLink::Up, LinkStatus::Down(outage)) => {
                let word = if self.link == ToldLink::Up { "connection lost" } else { "no connection" };
                self.link = ToldLink::Down(outage.since_ms);
                Some(format!("{word}: {}. It is tried again", outage.error.replace(char::is_control, " ")))
            }
            _ => None,
        }
    }

    fn found(&mut self, findings: &[Finding]) -> Vec<String> {
        let mut changes = Vec::new();
        let is_same =
            |told: &ToldFinding, finding: &Finding| told.id == finding.id && told.subject == finding.subject;
        self.findings.retain(|told| {
            let stays = findings.iter().any(|finding| is_same(told, finding));
            if !stays {
                changes.push(format!("cleared: {}", told.text));
            }
            stays
        });
        for finding in findings {
            let has_room = self.findings.len() < FINDINGS;
            let word = finding.severity.word();
            match self.findings.iter_mut().find(|told| is_same(told, finding)) {
                Some(told) if told.severity != finding.severity => {
                    changes.push(format!("now {word}: {}", summary::about(finding)));
                    told.severity = finding.severity;
                }
                Some(_) => {}
                None if has_room => {
                    let text = summary::about(finding);
                    changes.push(format!("{word}: {text}"));
                    self.findings.push(ToldFinding {
                        id: finding.id,
                        subject: finding.subject.clone(),
                        severity: finding.severity,
                        text,
                        since_ms: finding.since_ms,
                    });
                }
                None => {}
            }
        }
        self.findings.sort_by_key(|told| told.since_ms);
        changes
    }

    fn worst(
        &mut self,
        worst: Option<(Name, GroupVerdict)>,
        words: impl Fn(&Name) -> Option<String>,
    ) -> Option<String> {
        if self.worst == worst {
            return None;
        }
        let told = match &worst {
            Some((key, _)) => words(key).map(|words| format!("worst stream: {words}")),
            None => Some("no stream is behind any more".to_owned()),
        };
        self.worst = worst;
        told
    }

    /// As many lines as there is room for in this minute; the rest is counted until there is room again.
    fn bounded(&mut self, now_ms: i64, changes: Vec<String>) -> Vec<String> {
        while self.told_ms.front().is_some_and(|at_ms| now_ms.saturating_sub(*at_ms) >= MINUTE_MS) {
            self.told_ms.pop_front();
        }
        let mut lines = Vec::new();
        if self.held > 0 && self.told_ms.len() < PLAIN_LINES_A_MINUTE {
            lines.push(format!("and {} more: ? tells the state", count(self.held)));
            self.held = 0;
        }
        for change in changes {
            if self.told_ms.len() + lines.len() < PLAIN_LINES_A_MINUTE {
                lines.push(change);
            } else {
                self.held = self.held.saturating_add(1);
            }
        }
        self.told_ms.extend(lines.iter().map(|_| now_ms));
        lines.into_iter().map(|line| stamped(now_ms, &line)).collect()
    }
}

/// A line with its time.
pub fn stamped(now_ms: i64, line: &str) -> String {
    clock(now_ms).map_or_else(|| line.to_owned(), |at| format!("{at}  {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(stream: &str, severity: Severity) -> Finding {
        let subject = FindingSubject::Stream(Name::from(stream));
        Finding::new("stream.slow", severity, subject, format!("{stream}: the lag grows"), 1_000)
    }

    fn told(watch: &mut PlainWatch, now_ms: i64, findings: &[Finding]) -> Vec<String> {
        let changes = watch.found(findings);
        watch.bounded(now_ms, changes)
    }

    #[test]
    fn a_finding_is_told_when_it_comes_when_it_gets_worse_and_when_it_goes() {
        let mut watch = PlainWatch::default();
        let warning = finding("orders", Severity::Warning);
        assert_eq!(
            told(&mut watch, 0, std::slice::from_ref(&warning)),
            ["00:00:00 UTC  warning: orders: the lag grows"]
        );
        assert!(told(&mut watch, 1_000, &[warning]).is_empty(), "what did not change is not told again");
        let critical = finding("orders", Severity::Critical);
        assert_eq!(
            told(&mut watch, 2_000, &[critical]),
            ["00:00:02 UTC  now critical: orders: the lag grows"]
        );
        assert_eq!(told(&mut watch, 3_000, &[]), ["00:00:03 UTC  cleared: orders: the lag grows"]);
    }

    #[test]
    fn a_minute_has_so_many_lines_and_the_rest_is_counted() {
        let mut watch = PlainWatch::default();
        let all: Vec<Finding> =
            (0..PLAIN_LINES_A_MINUTE + 12).map(|n| finding(&format!("s{n}"), Severity::Warning)).collect();
        assert_eq!(told(&mut watch, 0, &all).len(), PLAIN_LINES_A_MINUTE);
        assert!(told(&mut watch, 59_000, &all).is_empty());
        assert_eq!(told(&mut watch, 60_000, &all), ["00:01:00 UTC  and 12 more: ? tells the state"]);
        assert!(told(&mut watch, 61_000, &all).is_empty());
    }

    #[test]
    fn a_connection_is_told_when_it_is_lost_and_when_it_is_back() {
        use crate::core::model::link::{Fault, Outage, Protocol};
        let mut watch = PlainWatch::default();
        let reading = Reading::new(0);
        let up = LinkStatus::Up { since_us: 0, protocol: Protocol::Resp2 };
        let down = LinkStatus::Down(Outage {
            fault: Fault::Closed,
            error: "127.0.0.1:6379 closed the\nconnection".to_owned(),
            since_ms: 10_000,
            attempts: 1,
            retry_at_us: 0,
            circuit_open: false,
        });
        assert_eq!(watch.advance(0, &up, &reading), ["00:00:00 UTC  connected"]);
        let lost = watch.advance(11_000, &down, &reading);
        assert_eq!(
            lost,
            ["00:00:11 UTC  connection lost: 127.0.0.1:6379 closed the connection. It is tried again"]
        );
        assert!(watch.advance(12_000, &down, &reading).is_empty());
        assert_eq!(watch.advance(22_000, &up, &reading), ["00:00:22 UTC  connection back after 12 s"]);
    }

    #[test]
    fn a_typed_line_is_a_question_or_shows_which_there_are() {
        assert_eq!(PlainQuestion::of(" ? \n"), Some(PlainQuestion::State));
        assert_eq!(PlainQuestion::of("q"), Some(PlainQuestion::Leave));
        assert_eq!(PlainQuestion::of("\n"), None);
        let help = PlainQuestion::of("what").unwrap().answer(&Reading::new(0), "prod");
        assert_eq!(help, [HELP]);
        let state = PlainQuestion::State.answer(&Reading::new(0), "prod");
        assert_eq!(state, ["Nothing was read of prod yet."]);
    }
}
