//! CLIENT LIST: a line a client of `field=value` words. Unknown fields are passed over.

use super::figures::OddFigures;
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::wire::resp::Resp;

/// Every client. A line without an id is left out.
pub fn rows(reply: &Resp, odd: &mut OddFigures) -> Option<Vec<Client>> {
    let bytes = reply.bytes()?;
    Some(bytes.split(|byte| *byte == b'\n').filter_map(|line| row(line, odd)).collect())
}

fn row(line: &[u8], odd: &mut OddFigures) -> Option<Client> {
    let mut client = Client {
        id: 0,
        name: Name::from(""),
        address: Name::from(""),
        user: None,
        age_s: None,
        idle_s: None,
        flags: String::new(),
        database: None,
        command: String::new(),
        omem: None,
        tot_mem: None,
        qbuf: None,
        subscriptions: None,
        patterns: None,
        library: None,
    };
    let mut id = None;
    let (mut library, mut library_version) = (Vec::new(), Vec::new());
    for word in line.split(|byte| *byte == b' ') {
        let Some(at) = word.iter().position(|byte| *byte == b'=') else { continue };
        let (field, value) = (word.get(..at)?, word.get(at + 1..)?);
        let count = || std::str::from_utf8(value).ok().and_then(|text| text.trim().parse::<u64>().ok());
        let text = || String::from_utf8_lossy(value).into_owned();
        match field {
            b"id" => id = count(),
            b"name" => client.name = Name::new(value),
            b"addr" => client.address = Name::new(value),
            b"user" => client.user = Some(Name::new(value)),
            b"age" => client.age_s = odd.held_text("age", value),
            b"idle" => client.idle_s = odd.held_text("idle", value),
            b"flags" => client.flags = text(),
            b"db" => client.database = count(),
            b"cmd" => client.command = text(),
            b"omem" => client.omem = odd.held_text("omem", value),
            b"tot-mem" => client.tot_mem = odd.held_text("tot-mem", value),
            b"qbuf" => client.qbuf = odd.held_text("qbuf", value),
            b"sub" => client.subscriptions = odd.held_text("sub", value),
            b"psub" => client.patterns = odd.held_text("psub", value),
            b"lib-name" => library = value.to_vec(),
            b"lib-ver" => library_version = value.to_vec(),
            _ => {}
        }
    }
    if !library.is_empty() {
        library.extend(if library_version.is_empty() { &b""[..] } else { b" " });
        library.extend(library_version);
        client.library = Some(Name::from(library));
    }
    Some(Client { id: id?, ..client })
}
