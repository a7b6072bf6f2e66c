//! Streams that were found, as a text for the next start: one line that says whose they are, then a name a line.
//!
//! Knows the text; not where it is kept. Invariant: a text that is not whole, or another's, is refused as a whole, and the
//! names of one that is not are no more than names to ask for.

use crate::core::limits::{KEY_NAME_BYTES, STREAMS};
use crate::core::model::Name;
use serde::{Deserialize, Serialize};

/// The form that is written, and the only one that is read.
const FORM: u32 = 1;

/// The streams of one database of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownStreams {
    /// Where they are: the address, without secrets.
    pub address: String,
    /// The logical database.
    pub database: u32,
    /// The run of the server in which they were found: another one may have others.
    pub run_id: String,
    /// Their keys.
    pub streams: Vec<Name>,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct KnownHead {
    form: u32,
    address: String,
    database: u32,
    run_id: String,
    streams: usize,
}

impl KnownStreams {
    /// As text. Names that are very long are left out: the search finds them again.
    pub fn text(&self) -> serde_json::Result<String> {
        let short = || {
            let streams = self.streams.iter().filter(|key| key.as_bytes().len() <= KEY_NAME_BYTES);
            streams.take(STREAMS)
        };
        let (address, run_id) = (self.address.clone(), self.run_id.clone());
        let head =
            KnownHead { form: FORM, address, database: self.database, run_id, streams: short().count() };
        let mut text = serde_json::to_string(&head)?;
        for key in short() {
            text.push('\n');
            text += &serde_json::to_string(&key.text())?;
        }
        text.push('\n');
        Ok(text)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let head: KnownHead = lines
            .next()
            .and_then(|line| serde_json::from_str(line).ok())
            .ok_or("its first line is none of ours")?;
        if head.form != FORM {
            return Err(format!("its form is {}, and this program reads form {FORM}", head.form));
        }
        let name = |line: &str| Name::from_text(&serde_json::from_str::<String>(line).ok()?).ok();
        let streams: Option<Vec<Name>> = lines.take(STREAMS.saturating_add(1)).map(name).collect();
        let streams = streams.ok_or("it has a line that is no name")?;
        if streams.len() != head.streams {
            return Err(format!("it has {} names, and should have {}", streams.len(), head.streams));
        }
        Ok(Self { address: head.address, database: head.database, run_id: head.run_id, streams })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownStreams {
        let streams = vec![Name::from("orders"), Name::new(&b"a\nb\xff\\x41"[..]), Name::from("")];
        KnownStreams { address: "127.0.0.1:6379".to_owned(), database: 2, run_id: "ab12".to_owned(), streams }
    }

    #[test]
    fn names_of_any_bytes_come_back_as_they_were() {
        assert_eq!(KnownStreams::read(&known().text().unwrap()).unwrap(), known());
    }

    #[test]
    fn a_text_that_is_cut_off_damaged_or_of_another_form_is_refused_as_a_whole() {
        let text = known().text().unwrap();
        for end in 0..text.len() - 1 {
            assert!(KnownStreams::read(text.get(..end).unwrap()).is_err(), "{end} of {}", text.len());
        }
        for damaged in [
            text.replace("\"orders\"", "orders"),
            text.replace("form\":1", "form\":2"),
            format!("{text}\"more\"\n"),
        ] {
            assert!(KnownStreams::read(&damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn a_very_long_name_is_left_out() {
        let long = KnownStreams { streams: vec![Name::new(vec![b'a'; KEY_NAME_BYTES + 1])], ..known() };
        assert_eq!(KnownStreams::read(&long.text().unwrap()).unwrap().streams, []);
    }
}
