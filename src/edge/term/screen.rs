//! Alternate screen and raw mode, and frames written as changed cells inside synchronized output.

use crate::core::limits;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
};
use crossterm::{Command, cursor, execute, queue, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours now. One process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Presses and the wheel of the mouse, in the form that has no largest column (SGR). Moves are not asked for: an idle mouse
/// sends nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
/// Takes that back, and moves too, whoever asked for them.
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l";

/// A frame is rarely longer; a longer one is written in pieces.
const FRAME_BYTES: usize = 64 * 1024;

/// Why the console can't be shown here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    /// Standard output goes elsewhere.
    #[error(
        "standard output is not a terminal: the console needs one; for a script use 'streamgauge snapshot'"
    )]
    NoTerminal,
    /// The terminal can't move its cursor.
    #[error("TERM={0}: this terminal can't show a full screen; use 'streamgauge snapshot'", terminal_name())]
    Dumb,
}

fn terminal_name() -> String {
    std::env::var("TERM").unwrap_or_default()
}

/// The terminal while it is ours.
pub struct Screen {
    /// Never dropped: its own way to show the cursor again prints what went wrong to standard error, and
    /// that panics when the terminal is gone. [`restore`] does it in silence.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    /// Whether the mouse is ours while the terminal is.
    has_mouse: bool,
    /// What was drawn last, and where the cursor was put then.
    shown: (Buffer, Option<Caret>),
}

/// Where the cursor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caret {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// Whether it is seen.
    pub is_shown: bool,
}

impl Screen {
    /// Whether standard output is a terminal that has no screen, only lines.
    pub fn is_dumb() -> bool {
        io::stdout().is_terminal() && terminal_name() == "dumb"
    }

    /// Whether the console can be shown here.
    ///
    /// # Errors
    /// The reason, with what to use instead.
    pub fn check() -> Result<(), NoTerminal> {
        if !io::stdout().is_terminal() {
            return Err(NoTerminal::NoTerminal);
        }
        if terminal_name() == "dumb" { Err(NoTerminal::Dumb) } else { Ok(()) }
    }

    /// Takes the terminal over.
    ///
    /// # Errors
    /// What the terminal refused; it is given back then.
    pub fn enter(title: &str) -> io::Result<Self> {
        take(title).inspect_err(|_| restore())?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(FRAME_BYTES, io::stdout()));
        // Not the whole terminal as it says of itself: a cell takes memory.
        let viewport = Viewport::Fixed(area().inspect_err(|_| restore())?);
        let options = TerminalOptions { viewport };
        let terminal = Terminal::with_options(backend, options).inspect_err(|_| restore())?;
        let shown = (Buffer::empty(Rect::ZERO), None);
        Ok(Self { terminal: ManuallyDrop::new(terminal), has_mouse: false, shown })
    }

    /// Takes it over again after the shell had it, and forgets what was drawn.
    ///
    /// # Errors
    /// What the terminal refused.
    pub fn enter_again(&mut self, title: &str) -> io::Result<()> {
        // Stopped by SIGSTOP we gave nothing back, and the shell has set modes of its own since.
        release();
        take(title)?;
        if self.has_mouse {
            say(MOUSE_ON)?;
        }
        // Not `clear`: it asks the terminal where the cursor is and waits for an answer that the input reads.
        self.shown = (Buffer::empty(Rect::ZERO), None);
        self.terminal.resize(area()?)
    }

    /// Takes the mouse, or gives it back to the terminal.
    ///
    /// # Errors
    /// What the terminal refused: it is gone then.
    pub fn set_mouse(&mut self, is_ours: bool) -> io::Result<()> {
        self.has_mouse = is_ours;
        say(if is_ours { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Draws a frame and puts the cursor where it says; only changed cells are written, and where nothing changed no byte.
    ///
    /// # Errors
    /// What the terminal refused: it is gone then.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Buffer) -> Option<Caret>) -> io::Result<()> {
        let area = area()?;
        let mut next = Buffer::empty(area);
        let caret = paint(&mut next);
        if (&next, caret) == (&self.shown.0, self.shown.1) {
            return Ok(());
        }
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if self.terminal.current_buffer_mut().area != area {
            self.terminal.resize(area)?;
        }
        self.terminal.draw(|frame| frame.buffer_mut().clone_from(&next))?;
        self.shown = (next, caret);
        if let Some(Caret { x, y, is_shown }) = caret {
            queue!(self.terminal.backend_mut(), cursor::MoveTo(x, y))?;
            if is_shown {
                queue!(self.terminal.backend_mut(), cursor::Show)?;
            }
        }
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }
}

impl Screen {
    /// Puts a text into the clipboard of whoever sits at the terminal (OSC 52), through tmux where there is one.
    ///
    /// # Errors
    /// What the terminal refused: it is gone then.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut asked = String::new();
        CopyToClipboard::to_clipboard_from(text).write_ansi(&mut asked).map_err(io::Error::other)?;
        let mut out = io::stdout();
        out.write_all(asked.as_bytes())?;
        if std::env::var_os("TMUX").is_some() {
            write!(out, "\x1bPtmux;{}\x1b\\", asked.replace('\x1b', "\x1b\x1b"))?;
        }
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// The size that is drawn: columns, rows.
///
/// # Errors
/// What the terminal refused.
pub fn size() -> io::Result<(u16, u16)> {
    let (columns, rows) = terminal::size()?;
    Ok((columns.min(limits::SCREEN_COLUMNS), rows.min(limits::SCREEN_ROWS)))
}

fn area() -> io::Result<Rect> {
    let (columns, rows) = size()?;
    Ok(Rect::new(0, 0, columns, rows))
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn take(title: &str) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    terminal::enable_raw_mode()?;
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide, SetTitle(title))
}

/// Gives back what needs no byte written: raw mode.
pub fn release() {
    let _gone = terminal::disable_raw_mode();
}

/// Gives the terminal back, if it is ours. What can't be written any more is nobody's loss.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _gone = say(MOUSE_OFF);
    let _gone =
        execute!(out, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    release();
    let _gone = out.flush();
}
