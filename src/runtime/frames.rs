//! When to draw: a key at once, data at a bounded rate, nothing when nothing changed.
//!
//! Knows times; draws nothing itself. Invariant: two frames are never closer than 16 ms.

use crate::app::Draw;
use std::time::{Duration, Instant};

/// The least time between two frames.
const KEY_FRAME: Duration = Duration::from_millis(16);

/// What waits to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Frames {
    data_frame: Duration,
    last: Option<Instant>,
    due: Option<Instant>,
}

impl Frames {
    /// Draws data at most so many times a second.
    pub fn new(fps: u32) -> Self {
        Self { data_frame: Duration::from_secs(1) / fps.max(1), last: None, due: None }
    }

    /// Something changed.
    pub fn want(&mut self, draw: Draw, now: Instant) {
        let pause = match draw {
            Draw::No => return,
            Draw::Data => self.data_frame.max(KEY_FRAME),
            Draw::Now => KEY_FRAME,
        };
        let due = self.last.map_or(now, |last| (last + pause).max(now));
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
    }

    /// When the next frame is due; `None` while nothing changed.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        (self.last, self.due) = (Some(now), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_drawn_at_once_and_data_at_their_rate() {
        let start = Instant::now();
        let mut frames = Frames::new(10);
        frames.want(Draw::No, start);
        assert_eq!(frames.due(), None);
        frames.want(Draw::Data, start);
        assert_eq!(frames.due(), Some(start));
        frames.drawn(start);
        frames.want(Draw::Data, start);
        assert_eq!(frames.due(), Some(start + Duration::from_millis(100)));
        frames.want(Draw::Now, start);
        assert_eq!(frames.due(), Some(start + KEY_FRAME));
        let later = start + Duration::from_secs(1);
        frames.drawn(start);
        frames.want(Draw::Now, later);
        assert_eq!(frames.due(), Some(later));
    }
}
