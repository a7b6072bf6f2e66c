//! One complete reading of a server: everything once, at the planner's pace; and what is asked until the next one.
//!
//! Carries out what the agenda says comes next, one step after the other; what a step asks is the planner's to say, and when
//! a reading is complete the agenda's. Invariant: what came of one step is taken in while the next is under way.

use crate::core::limits;
use crate::core::model::{Outage, Snapshot};
use crate::core::reading::Reading;
use crate::core::wire::round::Focus;
use crate::core::wire::round::agenda::{Agenda, NextTurn, PassPlan, Turn, TurnsDue};
use crate::edge::clock;
use crate::edge::source::Session;
use std::time::Duration;
use tokio::time::Instant;

/// Share of the time that is for the search: the rest is for what it found.
const SEARCH_SHARE: f64 = 0.6;

/// Reads everything once, as far as it comes until then: what is missing is a gap. A connection that was cut because one
/// reply was too long or too late is made again, for that one rests.
pub async fn pass(
    session: &mut Session,
    reading: &mut Reading,
    is_first: bool,
    until: Instant,
) -> Result<(), Outage> {
    session.end_by(until);
    if !is_first {
        session.planner().read_again();
    }
    let search_until = Instant::now() + until.saturating_duration_since(Instant::now()).mul_f64(SEARCH_SHARE);
    let plan = PassPlan { is_first, search_until_us: us_of(search_until), until_us: us_of(until) };
    let mut driver = Driver::new(session, reading, Agenda::complete(plan));
    loop {
        match driver.drive().await {
            Err(outage) if outage.fault.is_of_one_reply() && Instant::now() < until => {
                driver.session.retry_now();
                driver.agenda.reconnected(clock::now_us());
            }
            Err(outage) if !outage.fault.is_of_one_reply() => return Err(outage),
            _ => break,
        }
    }
    reading.judge();
    Ok(())
}

/// Measures keys at once: until all were, until that has taken as much of the server as one reading may, or until then.
pub async fn measure_keys(
    session: &mut Session,
    reading: &mut Reading,
    all: bool,
    until: Instant,
) -> Result<(), Outage> {
    session.planner().sampler().hurry(true);
    let mut driver = Driver::new(session, reading, Agenda::measuring(us_of(until)));
    driver.measures_all = all;
    match driver.drive().await {
        // The connection is made again with the next pass.
        Err(outage) if !outage.fault.is_of_one_reply() => return Err(outage),
        _ => session.planner().sampler().hurry(false),
    }
    Ok(())
}

/// Waits for the next pass; PINGs, measures keys and looks at groups at their pace meanwhile: once at least, however late
/// it is. What is lost is told by the next pass.
pub async fn wait(session: &mut Session, reading: &mut Reading, until: Instant) {
    let mut driver = Driver::new(session, reading, Agenda::between(us_of(until)));
    driver.is_between = true;
    while driver.drive().await.is_err() {
        driver.is_lost = true;
    }
}

/// Waits until there is a connection again.
pub async fn wait_out(session: &mut Session) {
    while let Err(outage) = session.connect().await {
        let pause_us = outage.retry_at_us.saturating_sub(clock::now_us());
        tokio::time::sleep(Duration::from_micros(pause_us)).await;
    }
}

/// Carries an agenda out.
struct Driver<'a> {
    session: &'a mut Session,
    reading: &'a mut Reading,
    agenda: Agenda,
    /// What came of the last step.
    told: Option<(Turn, Snapshot)>,
    /// Whether it ends where the next round begins, and the search stands still until then.
    is_between: bool,
    /// Whether the connection was lost: what needs one rests.
    is_lost: bool,
    /// Whether keys are measured to the last, whatever that takes of the server.
    measures_all: bool,
    /// Whether the first round was asked again.
    is_again: bool,
}

impl<'a> Driver<'a> {
    fn new(session: &'a mut Session, reading: &'a mut Reading, agenda: Agenda) -> Self {
        Self {
            session,
            reading,
            agenda,
            told: None,
            is_between: false,
            is_lost: false,
            measures_all: false,
            is_again: false,
        }
    }

    /// Takes one step after the other until the agenda is over; what came is taken in, also where the connection is lost.
    async fn drive(&mut self) -> Result<(), Outage> {
        let driven = self.steps().await;
        self.take_in();
        driven
    }

    async fn steps(&mut self) -> Result<(), Outage> {
        if !self.is_between {
            self.session.connect().await?;
        }
        loop {
            let due = self.due();
            match self.agenda.next(clock::now_us(), due) {
                NextTurn::Over => return Ok(()),
                NextTurn::Begin(Turn::Round) if self.is_between => return Ok(()),
                NextTurn::Begin(turn) => self.step(turn).await?,
                NextTurn::Wait(until_us) => {
                    self.take_in();
                    let pause_us = until_us.saturating_sub(clock::now_us());
                    tokio::time::sleep(Duration::from_micros(pause_us)).await;
                }
            }
        }
    }

    fn due(&mut self) -> TurnsDue {
        let due = self.session.planner().turns_due();
        TurnsDue {
            search_us: due.search_us.filter(|_| !self.is_between),
            keys_us: due.keys_us.filter(|_| !self.is_lost),
            look_us: due.look_us.filter(|_| !self.is_lost),
            ..due
        }
    }

    async fn step(&mut self, turn: Turn) -> Result<(), Outage> {
        self.agenda.begun(turn, true, 0, clock::now_us());
        let mut took_us = None;
        match turn {
            Turn::Ping => took_us = self.session.ping().await,
            Turn::Look => self.session.look().await,
            _ => {
                let asked = self.ask(turn).await;
                self.agenda.ended(turn, None, clock::now_us());
                return asked;
            }
        }
        self.agenda.ended(turn, took_us, clock::now_us());
        Ok(())
    }

    async fn ask(&mut self, turn: Turn) -> Result<(), Outage> {
        let begun = self.session.begin_turn(turn, &Focus::default()).await;
        self.take_in();
        match begun? {
            Some(flight) => {
                let snapshot = self.session.answered(flight).await?;
                self.judge(turn, &snapshot);
                self.told = Some((turn, snapshot));
            }
            None => self.agenda.spent(turn),
        }
        Ok(())
    }

    /// Whether more of this kind has to follow.
    fn judge(&mut self, turn: Turn, snapshot: &Snapshot) {
        match turn {
            // A server before 7.0 refuses INFO with several sections, which the first round found out; without this
            // one the second pass would bring the first counters, and no rate would exist.
            Turn::Round if snapshot.info.is_none() && !std::mem::replace(&mut self.is_again, true) => {
                self.agenda.round_now(clock::now_us());
            }
            Turn::Backlogs if snapshot.backlogs.len() >= 2 => self.agenda.spent(turn),
            Turn::Keys if !self.is_between => {
                let sampler = self.session.planner().sampler();
                let is_spent = !self.measures_all && sampler.owed_us() > limits::SAMPLER_HURRY_US;
                if sampler.pass().is_over || is_spent {
                    self.agenda.spent(turn);
                }
            }
            _ => {}
        }
    }

    /// Takes in what came of the last step.
    fn take_in(&mut self) {
        match self.told.take() {
            Some((Turn::Unread | Turn::Backlogs, snapshot)) => {
                let _judged_with_the_whole = self.reading.advance_part(snapshot);
            }
            Some((_, snapshot)) => self.reading.advance(snapshot),
            None => {}
        }
    }
}

/// The moment on the process's clock, microseconds.
fn us_of(moment: Instant) -> u64 {
    let left = moment.saturating_duration_since(Instant::now());
    clock::now_us().saturating_add(u64::try_from(left.as_micros()).unwrap_or(u64::MAX))
}
