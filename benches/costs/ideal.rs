//! A client that could not do less: it sends prepared bytes and counts replies, without keeping any.
//!
//! Knows where a reply ends in either protocol; does not look into one. Invariant: it waits for all replies of
//! one piece before it sends the next, as a link does.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use crate::server::{PATIENCE, Server};

/// The client.
pub struct Ideal {
    stream: UnixStream,
    buffer: Vec<u8>,
    /// What was read and not yet counted: from where to where.
    held: (usize, usize),
}

impl Ideal {
    /// Connected, and speaking RESP3.
    pub fn connect(server: &Server) -> Self {
        let stream = UnixStream::connect(server.socket()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut ideal = Self { stream, buffer: vec![0; 1 << 16], held: (0, 0) };
        ideal.exchange(&[(b"HELLO 3\r\n".to_vec(), 1)]);
        ideal
    }

    /// Sends each piece and waits until it has so many replies.
    pub fn exchange(&mut self, pieces: &[(Vec<u8>, usize)]) {
        for (bytes, replies) in pieces {
            self.stream.write_all(bytes).unwrap();
            for _ in 0..*replies {
                self.skip_value();
            }
        }
    }

    fn skip_value(&mut self) {
        let mut values = 1_u64;
        while values > 0 {
            values -= 1;
            let (kind, number) = self.line();
            match kind {
                b'$' | b'=' | b'!' if number >= 0 => self.skip_bytes(number as usize + 2),
                b'*' | b'~' | b'>' if number > 0 => values += number as u64,
                b'%' => values += 2 * number as u64,
                b'-' => panic!("the server refused"),
                _ => {}
            }
        }
    }

    /// The first byte of the next line, and the number after it if that is one.
    fn line(&mut self) -> (u8, i64) {
        let kind = self.byte();
        let (mut number, mut is_negative) = (0_i64, false);
        loop {
            match self.byte() {
                b'\n' => return (kind, if is_negative { -number } else { number }),
                b'-' => is_negative = true,
                digit @ b'0'..=b'9' => number = number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')),
                _ => {}
            }
        }
    }

    fn byte(&mut self) -> u8 {
        if self.held.0 == self.held.1 {
            self.fill();
        }
        self.held.0 += 1;
        self.buffer.get(self.held.0 - 1).copied().unwrap_or_default()
    }

    fn skip_bytes(&mut self, count: usize) {
        let mut left = count;
        while left > self.held.1 - self.held.0 {
            left -= self.held.1 - self.held.0;
            self.fill();
        }
        self.held.0 += left;
    }

    fn fill(&mut self) {
        let read = self.stream.read(&mut self.buffer).unwrap();
        assert!(read > 0, "the server hung up");
        self.held = (0, read);
    }
}
