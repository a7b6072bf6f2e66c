//! What the terminal sends, as messages of the console and reports of the mouse.
//!
//! Knows where bytes come from and when the rest of a key is late; what they mean is the decoder's. Invariant: no
//! bytes end the reading; only the terminal does.

use super::decoder::{Decoder, InputEvent};
use crate::app::Message;
use crate::app::zone::MouseReport;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::Instant;

/// More than anybody types at once; a longer text comes in pieces.
const PIECE_BYTES: usize = 1024;
/// Pieces that wait for the console; further ones wait in the terminal.
const PIECES: usize = 16;
/// What a terminal answers that has hung up (EIO everywhere).
const HUNG_UP: i32 = 5;

type Piece = io::Result<Vec<u8>>;

/// What comes from the terminal.
#[derive(Clone, Debug)]
pub enum TermInput {
    /// Something for the console.
    Message(Message),
    /// What the mouse did: what stands there is for whoever drew it to say.
    Mouse(MouseReport),
}

/// Keys, pasted text, the mouse and sizes, as they come.
pub struct Input {
    pieces: Receiver<Piece>,
    sizes: Signal,
    decoder: Decoder,
    waiting: VecDeque<InputEvent>,
    /// When the rest of what has begun is late; kept here, so that other events do not put it off.
    late_at: Option<Instant>,
}

impl Input {
    /// Listens from now on, by a thread that ends with the process.
    ///
    /// # Errors
    /// There is no terminal to read, or the system refused a thread or a signal.
    pub fn listen() -> io::Result<Self> {
        let stdin = io::stdin();
        // Keys come from the terminal also where the input comes from elsewhere.
        let terminal = match stdin.is_terminal() {
            true => File::from(stdin.as_fd().try_clone_to_owned()?),
            false => File::open("/dev/tty")?,
        };
        let (sender, pieces) = mpsc::channel(PIECES);
        thread::Builder::new().name("terminal".to_owned()).spawn(move || read_on(terminal, &sender))?;
        let sizes = signal(SignalKind::window_change())?;
        let mut decoder = Decoder::default();
        let waiting = decoder.take(&super::ask::typed()).into();
        Ok(Self { pieces, sizes, decoder, waiting, late_at: None })
    }

    /// The next of it; `None` when the terminal is gone. May be dropped and called again: nothing is lost.
    ///
    /// # Errors
    /// Why the terminal can't be read although it is there.
    pub async fn next(&mut self) -> io::Result<Option<TermInput>> {
        loop {
            if let Some(heard) = self.waiting.pop_front() {
                return Ok(Some(match heard {
                    InputEvent::Key(key) => TermInput::Message(Message::Key(key)),
                    InputEvent::Mouse(report) => TermInput::Mouse(report),
                    InputEvent::Paste(text) => TermInput::Message(Message::Paste(text)),
                }));
            }
            tokio::select! {
                biased;
                piece = self.pieces.recv() => match piece {
                    Some(Ok(bytes)) => {
                        self.waiting.extend(self.decoder.take(&bytes));
                        self.late_at = self.decoder.patience().map(|wait| Instant::now() + wait);
                    }
                    Some(Err(error)) if error.raw_os_error() != Some(HUNG_UP) => return Err(error),
                    Some(Err(_)) | None => return Ok(None),
                },
                Some(()) = self.sizes.recv() => {
                    let (columns, rows) = super::size()?;
                    return Ok(Some(TermInput::Message(Message::Resized(columns, rows))));
                }
                () = until(self.late_at) => {
                    self.late_at = None;
                    self.waiting.extend(self.decoder.give_up());
                }
            }
        }
    }
}

async fn until(late_at: Option<Instant>) {
    match late_at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Until the terminal ends or nobody listens any more.
fn read_on(mut terminal: File, pieces: &Sender<Piece>) {
    let mut buffer = [0; PIECE_BYTES];
    loop {
        let piece = match terminal.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => Ok(buffer.iter().take(length).copied().collect()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // Some shell has left the terminal so that a read does not wait.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(10));
                continue;
            }
            Err(error) => Err(error),
        };
        let is_over = piece.is_err();
        if pieces.blocking_send(piece).is_err() || is_over {
            return;
        }
    }
}
