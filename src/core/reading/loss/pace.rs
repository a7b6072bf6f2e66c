//! How fast a group is given entries while nothing hides it, and what follows for the time in which something does.
//!
//! Knows steps between two looks; does not know where the group stands. Invariant: what counts for the pace is chosen by
//! the trim and the clock alone, never by what was read, so that a reader with a rhythm of its own is not measured at
//! its best.

use super::place::PlaceStep;

/// Looks further apart say nothing about the pace while the trim goes on, microseconds.
const CLOSE_US: u64 = 35_000;
/// What is older than about twenty settlements counts little.
const KEEP: f64 = 0.95;
/// Deliveries seen before there is a pace.
const LEAST_READS: f64 = 8.0;
/// Steps in which the trim went on are taken to be like the others; this share of what they leave open is doubt where they
/// are few, and all of it where there are no others.
const UNLIKE: f64 = 0.5;
/// Deliveries by chance differ by so many times the root of their number, seven times of eight.
const SPREAD: f64 = 1.5;

/// Entries a microsecond: measured while the trim stood still, and bounded while it went on.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryPace {
    /// Steps in which the trim stood still: how long, and what was delivered.
    still: (f64, f64),
    /// Close looks between which it went on: how long, and what was delivered at least and at most.
    moving: (f64, f64, f64),
    /// Steps with a delivery.
    reads: f64,
}

impl DeliveryPace {
    /// Takes a step in, if it may count.
    pub fn add(&mut self, step: &PlaceStep) {
        let (least, most) = step.delivered();
        let us = step.us as f64;
        if step.trimmed == 0 {
            self.still.0 += us;
            self.still.1 += least as f64;
        } else if step.us <= CLOSE_US {
            self.moving.0 += us;
            self.moving.1 += least as f64;
            self.moving.2 += most as f64;
        } else {
            return;
        }
        self.reads += f64::from(u8::from(step.has_read));
    }

    /// A second or so has passed.
    pub fn age(&mut self) {
        let Self { still, moving, reads } = self;
        for sum in [&mut still.0, &mut still.1, &mut moving.0, &mut moving.1, &mut moving.2, reads] {
            *sum *= KEEP;
        }
    }

    /// What was delivered in so many microseconds, and how far that may be off.
    pub fn over(&self, us: u64) -> Option<(f64, f64)> {
        let (still_us, still) = self.still;
        let (moving_us, least, most) = self.moving;
        if self.reads < LEAST_READS || still_us + moving_us <= 0.0 {
            return None;
        }
        let middle = (least + most) / 2.0;
        let alike = if still_us > 0.0 { still * moving_us / still_us } else { middle };
        let delivered = still + alike.clamp(least, most);
        let expected = delivered * us as f64 / (still_us + moving_us);
        let unlike = UNLIKE + (1.0 - UNLIKE) * moving_us / (still_us + moving_us);
        let off = SPREAD * self.reads.sqrt().recip() + unlike * (most - least) / 2.0 / delivered.max(1.0);
        Some((expected, expected * off))
    }
}

/// Steps that were not settled yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenSteps {
    /// When the first began, microseconds.
    pub since_us: Option<i64>,
    /// Lost for certain.
    pub certain: u64,
    /// Delivered for certain.
    pub delivered: u64,
    /// Of steps that leave it open: entries given or lost.
    pub owed: u64,
    /// Lost of them, at least and at most.
    pub lost: (u64, u64),
    /// Time in which the trim went on, and what was certainly delivered in it.
    moving: (u64, u64),
    /// How many steps, and how many of them leave it open.
    steps: (u32, u32),
}

/// What steps come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settlement {
    /// Entries lost.
    pub lost: f64,
    /// Entries delivered.
    pub delivered: f64,
    /// How far both may be off.
    pub doubt: f64,
}

/// Steps that say that nothing was hidden for long, if so many times fewer leave it open.
const MANY_STEPS: u32 = 15;
const FEW_OPEN: u32 = 8;

impl OpenSteps {
    /// Takes a step in.
    pub fn add(&mut self, step: &PlaceStep, began_us: i64) {
        self.since_us.get_or_insert(began_us);
        self.steps.0 = self.steps.0.saturating_add(1);
        if step.trimmed > 0 {
            self.moving.0 = self.moving.0.saturating_add(step.us);
        }
        if step.is_contested() {
            self.steps.1 = self.steps.1.saturating_add(1);
            self.owed = self.owed.saturating_add(step.owed);
            self.lost.0 = self.lost.0.saturating_add(step.lost.0);
            self.lost.1 = self.lost.1.saturating_add(step.lost.1);
            return;
        }
        let (delivered, _) = step.delivered();
        self.certain = self.certain.saturating_add(step.lost.0);
        self.delivered = self.delivered.saturating_add(delivered);
        if step.trimmed > 0 {
            self.moving.1 = self.moving.1.saturating_add(delivered);
        }
    }

    /// What they come to: by their bounds, or by the pace where that says more.
    pub fn settle(&self, pace: &DeliveryPace) -> Settlement {
        let (least, most) = (self.lost.0 as f64, self.lost.1 as f64);
        let owed = self.owed as f64;
        let (mut lost, mut doubt) = ((least + most) / 2.0, (most - least) / 2.0);
        let mut is_well = false;
        if let Some((expected, off)) = pace.over(self.moving.0)
            && off < doubt
        {
            lost = (owed - (expected - self.moving.1 as f64)).clamp(least, most);
            doubt = off;
            // A group that loses is seen behind the trim sooner or later: one that never is keeps up.
            let is_watched =
                self.steps.0 >= MANY_STEPS && self.steps.1.saturating_mul(FEW_OPEN) <= self.steps.0;
            is_well = self.certain == 0 && self.lost.0 == 0 && is_watched && lost <= 3.0 * doubt;
        }
        if is_well {
            (lost, doubt) = (0.0, 0.0);
        }
        Settlement { lost: lost + self.certain as f64, delivered: owed - lost + self.delivered as f64, doubt }
    }
}
