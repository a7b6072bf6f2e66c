//! The walk through the keyspace that measures keys: their type, their time to live, their bytes, never their values.
//!
//! Knows pace, prices and how far it is; does not know what becomes of the figures. Invariants: over time it takes less
//! than `limits::SAMPLER_SHARE` of the server's time, by the server's own figures; no step takes more than a pipeline
//! of small reads; what is seen twice or lost with a connection ends the pass, so that no count is wrong and called
//! exact.

use super::super::observation::Exchange;
use super::super::read::{ReadCmd, ReadVerb, ScanFor};
use super::super::resp::{ErrorKind, Resp};
use super::capabilities::Capabilities;
use super::rights::KeyRights;
use crate::core::limits;
use crate::core::model::info::CommandInfo;
use crate::core::model::keys::KeysPass;
use crate::core::model::{Name, Snapshot};
use std::collections::VecDeque;

/// Pause after a step at least, microseconds, and how many times as long as the step took: what is slow for us is
/// slow for others.
const PAUSE_US: u64 = 20_000;
const PAUSES_A_STEP: u64 = 10;
/// From the end of a pass to the next, microseconds.
const REST_US: u64 = 10_000_000;
/// Steps that are taken as one by whoever waits for the end: a millisecond of the server.
const HURRIED_STEPS: usize = 12;
/// What a step takes of the server beside its commands: to wake up for it, and INFO stats, twice, microseconds.
const BRACKET_US: f64 = 60.0;
/// What each command takes beside its own time, which is all that the server's figures have: to be read from the
/// network, taken apart and answered, microseconds. Measured 1.1 to 2.0 on 7.0 and 9.1, by the time of the process.
const WIRE_US: f64 = 2.0;
/// What each call inside a script takes beside its own time, microseconds (measured 0.3 on 7.0).
const CALL_US: f64 = 0.4;
/// Calls that a script makes for a key.
const CALLS_A_KEY: f64 = 3.0;

/// The walk.
#[derive(Clone, Debug)]
pub struct Sampler {
    is_on: bool,
    is_hurried: bool,
    cursor: u64,
    /// Whether the cursor has come round.
    is_walked: bool,
    names: VecDeque<Name>,
    pass: KeysPass,
    prices: Prices,
    /// Server time that may be spent, microseconds; below 0 it is owed.
    credit_us: f64,
    credited_us: Option<u64>,
    due_us: u64,
    asked: Option<OpenStep>,
    idle_us: u64,
    /// Whether the next step begins a pass, whatever was counted so far.
    is_anew: bool,
    /// Whether keys are asked one by one, since a script about several was refused.
    is_apart: bool,
}

/// The step that is to be answered.
#[derive(Clone, Copy, Debug)]
struct OpenStep {
    cost_us: f64,
    names: u64,
}

/// What calls take of the server, microseconds: its own means between its last two figures, where they are known.
#[derive(Clone, Copy, Debug)]
struct Prices {
    kind: Price,
    ttl: Price,
    bytes: Price,
    page: Price,
}

/// One of them, and the calls and microseconds at the last figures.
#[derive(Clone, Copy, Debug)]
struct Price {
    us: f64,
    seen: Option<(u64, u64)>,
}

impl Price {
    const fn quiet(us: f64) -> Self {
        Self { us, seen: None }
    }
}

/// What a quiet server takes (measured on 7.0 and 9.1).
const QUIET: Prices = Prices {
    kind: Price::quiet(0.4),
    ttl: Price::quiet(0.4),
    bytes: Price::quiet(1.2),
    page: Price::quiet(12.0),
};

impl Sampler {
    /// A walk that has not begun.
    pub fn new(is_on: bool) -> Self {
        Self {
            is_on,
            is_hurried: false,
            cursor: 0,
            is_walked: false,
            names: VecDeque::new(),
            pass: KeysPass::default(),
            prices: QUIET,
            credit_us: limits::SAMPLER_CREDIT_US as f64,
            credited_us: None,
            due_us: 0,
            asked: None,
            idle_us: u64::MAX,
            is_anew: false,
            is_apart: false,
        }
    }

    /// Whether it goes as fast as answers come, for one reading that cannot wait.
    pub fn hurry(&mut self, is_hurried: bool) {
        self.is_hurried = is_hurried;
        if is_hurried {
            self.due_us = 0;
        }
    }

    /// Stands still, or goes on.
    pub fn pause(&mut self, is_paused: bool) {
        self.pass.is_paused = is_paused;
    }

    /// How far it is.
    pub fn pass(&self) -> KeysPass {
        self.pass
    }

    /// Server time that it has spent beyond what it had: what a hurried pass costs, microseconds.
    pub fn owed_us(&self) -> u64 {
        (-self.credit_us).max(0.0) as u64
    }

    /// Another connection: a cursor of another process, or answers that are lost.
    pub fn begin_anew(&mut self) {
        self.asked = None;
        self.is_apart = false;
        if self.pass.number > 0 && !self.pass.is_over {
            self.restart();
        }
    }

    /// Keys have gone, or are back: what was counted in this pass may be false, and the next begins at once.
    pub fn count_anew(&mut self) {
        self.is_anew = true;
        self.due_us = 0;
    }

    fn restart(&mut self) {
        self.names.clear();
        (self.cursor, self.is_walked) = (0, false);
        let number = self.pass.number + 1;
        self.pass = KeysPass { number, is_paused: self.pass.is_paused, ..KeysPass::default() };
    }

    /// When the next step is due; `None` while it stands still.
    pub fn due_us(&self) -> Option<u64> {
        (self.is_on && !self.pass.is_paused).then_some(self.due_us)
    }

    /// Whether the walk can be made at all: without bytes it still counts keys and how long they live.
    pub fn may(capabilities: &Capabilities) -> bool {
        capabilities.may(ReadVerb::SCAN)
            && capabilities.may(ReadVerb::TYPE)
            && capabilities.may(ReadVerb::PTTL)
    }

    /// The commands of the next step, when it is due. `is_expensive` tells of keys that MEMORY USAGE would take too long for.
    pub fn step(
        &mut self,
        now_us: u64,
        capabilities: &Capabilities,
        rights: &KeyRights,
        is_expensive: impl Fn(&Name) -> bool,
    ) -> Option<Vec<ReadCmd>> {
        if self.due_us().is_none_or(|due_us| now_us < due_us) || !Self::may(capabilities) {
            return None;
        }
        if self.asked.take().is_some() {
            // The last step was never answered: what it asked for is missing in this pass.
            self.restart();
        }
        if std::mem::take(&mut self.is_anew) || self.pass.number == 0 || self.pass.is_over {
            self.restart();
        }
        self.credit(now_us);
        let (mut commands, mut cost_us) = (Vec::new(), BRACKET_US);
        let most = limits::SAMPLED_A_STEP * if self.is_hurried { HURRIED_STEPS } else { 1 };
        // A hundred refusals say no more than one.
        let is_tried = |verb: &ReadVerb| capabilities.is_proven(*verb) || !capabilities.may(*verb);
        let is_proven = [ReadVerb::TYPE, ReadVerb::PTTL, ReadVerb::MEMORY_USAGE].iter().all(is_tried);
        let scripts = if is_proven && rights.denies_none() { self.scripts(capabilities) } else { None };
        let once = match scripts {
            // One of a script that was never answered.
            Some((_, false)) => limits::SAMPLED_A_STEP,
            _ if is_proven => most,
            _ => 1,
        };
        let (taken, left_out) = rights.take(&mut self.names, once);
        self.pass.left_out += left_out;
        let (names, mut together) = (taken.len() as u64, Vec::new());
        for name in taken {
            cost_us += self.prices.kind.us + self.prices.ttl.us;
            let has_bytes = capabilities.may(ReadVerb::MEMORY_USAGE) && !is_expensive(&name);
            if has_bytes {
                cost_us += self.prices.bytes.us;
            }
            if has_bytes && scripts.is_some() {
                together.push(name);
                continue;
            }
            commands.extend([ReadCmd::Type(name.clone()), ReadCmd::Pttl(name.clone())]);
            if has_bytes {
                commands.push(ReadCmd::MemoryUsage(name));
            }
        }
        if let Some((read_only, _)) = scripts {
            cost_us += together.len() as f64 * CALLS_A_KEY * CALL_US;
            let some = together.chunks(limits::SAMPLED_A_STEP);
            commands.extend(some.map(|keys| ReadCmd::MeasureKeys { keys: keys.to_vec(), read_only }));
        }
        if !self.is_walked && self.names.len() < most {
            let count = most as u32;
            cost_us += self.prices.page.us;
            commands.push(ReadCmd::Scan {
                cursor: self.cursor,
                pattern: None,
                count,
                wanted: ScanFor::Sizes,
            });
        }
        cost_us += commands.len() as f64 * WIRE_US;
        self.asked = Some(OpenStep { cost_us, names });
        Some(commands)
    }

    /// Whether a script may measure several keys, in which form, and whether one was ever answered.
    fn scripts(&self, capabilities: &Capabilities) -> Option<(bool, bool)> {
        if self.is_apart || !capabilities.is_proven(ReadVerb::MEMORY_USAGE) {
            return None;
        }
        let (lean, any) = (ReadVerb::MEASURE_EVAL_RO, ReadVerb::MEASURE_EVAL);
        let read_only = capabilities.script(lean, any)?;
        Some((read_only, capabilities.is_proven(if read_only { lean } else { any })))
    }

    /// Keys of scripts that were refused or not answered are asked again: from now on each by itself where it may be due to
    /// them; what is due to the form of the command alone is tried in another.
    pub fn ask_untold(&mut self, exchanges: &[Exchange]) {
        for exchange in exchanges {
            let ReadCmd::MeasureKeys { keys, .. } = &exchange.command else { continue };
            match &exchange.reply {
                Ok(Resp::Error(refusal)) => {
                    let kind = refusal.kind();
                    let is_of_form = matches!(kind, ErrorKind::DeniedCommand | ErrorKind::Unsupported);
                    self.ask_again(keys, !is_of_form);
                }
                Ok(_) => {}
                Err(_) => self.ask_again(keys, true),
            }
        }
    }

    fn ask_again(&mut self, names: &[Name], is_of_keys: bool) {
        self.is_apart |= is_of_keys;
        if let Some(asked) = &mut self.asked {
            asked.names = asked.names.saturating_sub(names.len() as u64);
        }
        names.iter().rev().for_each(|name| self.names.push_front(name.clone()));
    }

    fn credit(&mut self, now_us: u64) {
        let since_us = self.credited_us.replace(now_us).map_or(0, |last_us| now_us.saturating_sub(last_us));
        let most = limits::SAMPLER_CREDIT_US as f64;
        self.credit_us = (self.credit_us + since_us as f64 * limits::SAMPLER_SHARE).min(most);
    }

    /// Takes in what the server says of itself, whatever it was asked for.
    pub fn learn_figures(&mut self, snapshot: &Snapshot, keys: Option<u64>) {
        if let Some(commands) = &snapshot.commands {
            self.prices.learn(commands);
        }
        if self.pass.number > 0 && !self.pass.is_over {
            self.pass.keys = self.pass.keys.max(keys);
        }
    }

    /// Takes a step's answers in and sets the pace. `keys` is what INFO says the database holds.
    pub fn learn(&mut self, snapshot: &Snapshot, taken_us: u64, keys: Option<u64>, now_us: u64) {
        self.learn_figures(snapshot, keys);
        let Some(asked) = self.asked.take() else { return };
        self.credit_us -= asked.cost_us;
        let measured = snapshot.keys.len() as u64;
        self.pass.measured += measured;
        self.pass.left_out += asked.names.saturating_sub(measured);
        match &snapshot.scan {
            Some(page) => {
                self.names.extend(page.keys.iter().cloned());
                self.pass.left_out += page.left_out;
                (self.cursor, self.is_walked) = (page.next, page.next == 0);
            }
            // Nothing was asked, or it was refused: then the walk ends, and the gap says why.
            None => self.is_walked |= self.names.is_empty(),
        }
        self.idle_us = self.idle_us.min(taken_us.max(1));
        let busy_us = taken_us.saturating_sub(self.idle_us);
        let owed_us = (-self.credit_us).max(0.0) / limits::SAMPLER_SHARE;
        let pause_us = (PAUSE_US.max(busy_us * PAUSES_A_STEP)).max(owed_us as u64);
        self.due_us = now_us.saturating_add(if self.is_hurried { 0 } else { pause_us });
        if self.is_walked && self.names.is_empty() {
            self.pass.is_over = true;
            self.due_us = now_us.saturating_add(REST_US.max(owed_us as u64));
        }
    }
}

impl Prices {
    fn learn(&mut self, commands: &CommandInfo) {
        let prices = [
            (ReadVerb::TYPE, &mut self.kind),
            (ReadVerb::PTTL, &mut self.ttl),
            (ReadVerb::MEMORY_USAGE, &mut self.bytes),
            (ReadVerb::SCAN, &mut self.page),
        ];
        for (verb, price) in prices {
            let name = verb.stat_name();
            let container = name.split('|').next().unwrap_or(name);
            let named = |name: &str| commands.stats.iter().find(|stat| stat.name == name);
            let Some(stat) = named(name).or_else(|| named(container)) else { continue };
            price.learn((stat.calls, stat.usec));
        }
    }
}

impl Price {
    fn learn(&mut self, now: (u64, u64)) {
        let Some(seen) = self.seen.replace(now) else { return };
        let gained = now.0.checked_sub(seen.0).zip(now.1.checked_sub(seen.1));
        if let Some((calls, usec)) = gained.filter(|(calls, _)| *calls > 0) {
            self.us = usec as f64 / calls as f64;
        }
    }
}

#[cfg(test)]
mod tests;
