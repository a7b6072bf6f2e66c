//! What the terminal sends, as messages of the console.

use crate::app::Message;
use crate::commands::{Key, KeyCode, Modifiers};
use crossterm::event::{self, Event, EventStream, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt;

/// Keys, pasted text and sizes, as they come.
pub struct Input {
    events: EventStream,
}

impl Default for Input {
    fn default() -> Self {
        Self { events: EventStream::new() }
    }
}

impl Input {
    /// The next message; `None` when the terminal is gone.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            let message = match self.events.next().await?.ok()? {
                Event::Key(event) if event.kind != KeyEventKind::Release => key_of(event).map(Message::Key),
                Event::Paste(text) => Some(Message::Paste(text)),
                Event::Resize(columns, rows) => Some(Message::Resized(columns, rows)),
                _ => None,
            };
            if message.is_some() {
                return message;
            }
        }
    }
}

/// A key as the console knows it; `None` for keys that it does not know.
pub fn key_of(event: KeyEvent) -> Option<Key> {
    let mut modifiers = Modifiers {
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    let code = match event.code {
        event::KeyCode::Char(c) => KeyCode::Char(c),
        event::KeyCode::Enter => KeyCode::Enter,
        event::KeyCode::Esc => KeyCode::Esc,
        event::KeyCode::Tab => KeyCode::Tab,
        event::KeyCode::BackTab => {
            modifiers.shift = true;
            KeyCode::Tab
        }
        event::KeyCode::Backspace => KeyCode::Backspace,
        event::KeyCode::Delete => KeyCode::Delete,
        event::KeyCode::Insert => KeyCode::Insert,
        event::KeyCode::Up => KeyCode::Up,
        event::KeyCode::Down => KeyCode::Down,
        event::KeyCode::Left => KeyCode::Left,
        event::KeyCode::Right => KeyCode::Right,
        event::KeyCode::Home => KeyCode::Home,
        event::KeyCode::End => KeyCode::End,
        event::KeyCode::PageUp => KeyCode::PageUp,
        event::KeyCode::PageDown => KeyCode::PageDown,
        event::KeyCode::F(number) => KeyCode::F(number),
        _ => return None,
    };
    Some(Key::new(code, modifiers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_terminal_are_the_keys_of_the_config() {
        let key = |code, modifiers| key_of(KeyEvent::new(code, modifiers)).unwrap().to_string();
        assert_eq!(key(event::KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(key(event::KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(key(event::KeyCode::Char('c'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(key(event::KeyCode::Char(' '), KeyModifiers::NONE), "space");
        assert_eq!(key_of(KeyEvent::new(event::KeyCode::CapsLock, KeyModifiers::NONE)), None);
    }
}
