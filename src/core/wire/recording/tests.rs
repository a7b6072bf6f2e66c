//! What is written reads back, and what another version or a damaged file holds is taken for what it is.

use super::*;
use crate::core::model::{Name, StreamId};
use crate::core::wire::decode::{hostile, tests::any_resp};
use crate::core::wire::{AskedFor, Exchange, Inspect, NoReply, ReadCmd, Resp};
use proptest::prelude::*;

fn written(observations: &[Observation]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_header(&mut bytes).unwrap();
    observations.iter().for_each(|observation| write_observation(observation, &mut bytes).unwrap());
    bytes
}

fn read(bytes: &[u8]) -> Vec<Result<Observation, String>> {
    let recording = Recording::new(bytes).unwrap();
    recording.map(|told| told.map_err(|error| error.to_string())).collect()
}

fn exchange(command: ReadCmd, reply: Result<Resp, NoReply>) -> Exchange {
    Exchange { command, sent_us: 7, received_us: 9, reply, reply_bytes: 5 }
}

fn of(exchanges: Vec<Exchange>) -> Observation {
    Observation { taken_at_ms: -1, cause: AskedFor::Keys, exchanges, ..Observation::default() }
}

proptest! {
    #[test]
    fn every_observation_reads_back_as_it_was(
        observations in hostile::observations(), reply in any_resp(), name in any::<Vec<u8>>()
    ) {
        let mut observations = observations;
        let (key, group) = (Name::from(name), Name::from("g"));
        let mut last = of(vec![
            exchange(ReadCmd::Xrevrange { key, end: StreamId::MAX, start: StreamId::MIN, count: 1 }, Ok(reply)),
            exchange(ReadCmd::Inspect(Inspect::Exists(group)), Err(NoReply::TooLong)),
        ]);
        last.notes.looks = observations.clone();
        last.notes.pings = vec![exchange(ReadCmd::Ping, Ok(Resp::Double(f64::NEG_INFINITY)))];
        last.notes.beside.calls.insert("a command of tomorrow".into(), 3);
        observations.push(last);
        let told: Vec<_> = read(&written(&observations)).into_iter().map(Result::unwrap).collect();
        prop_assert_eq!(told, observations);
    }
}

#[test]
fn what_a_later_version_adds_is_left_out_and_what_an_earlier_one_lacks_is_the_default() {
    let line = r#"{"taken_at_ms":5,"mood":"good","exchanges":[
        {"command":{"Tomorrow":["k"]},"sent_us":1,"received_us":2,"reply":{"Ok":1},"reply_bytes":4},
        {"command":{"Info":["section of tomorrow"]},"sent_us":1,"received_us":2,"reply":{"Ok":""},"reply_bytes":4},
        {"command":"Ping","sent_us":7,"received_us":9,"reply":{"Ok":"PONG"},"reply_bytes":5}]}"#;
    let bytes = [written(&[]), line.replace('\n', "").into_bytes()].concat();
    let ping = exchange(ReadCmd::Ping, Ok(Resp::bulk(b"PONG")));
    let known = Observation { taken_at_ms: 5, exchanges: vec![ping], ..Observation::default() };
    assert_eq!(read(&bytes), [Ok(known)]);
}

#[test]
fn a_damaged_line_is_told_and_the_next_one_is_read() {
    let whole = of(vec![exchange(ReadCmd::Ping, Ok(Resp::Nil))]);
    let mut bytes = written(&[whole.clone(), whole.clone()]);
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[second] = b'?';
    bytes.truncate(bytes.len() - 10);
    bytes.extend(b"\n");
    bytes.extend(serde_json::to_vec(&whole).unwrap());
    let told = read(&bytes);
    assert!(told[0].as_ref().unwrap_err().starts_with("line 2 of the recording can't be read: "), "{told:?}");
    assert!(told[1].as_ref().unwrap_err().starts_with("line 3 "), "{told:?}");
    assert_eq!(told[2..], [Ok(whole)]);
}

#[test]
fn what_is_no_recording_and_what_a_later_form_holds_are_refused() {
    let refused = |text: &str| Recording::new(text.as_bytes()).unwrap_err().to_string();
    assert!(refused("").starts_with("this is no recording"));
    assert!(refused("{\"a\":1}\n").starts_with("this is no recording"));
    let later = "{\"streamgauge recording\":2,\"version\":\"9.0.0\",\"packed\":true}\n";
    assert!(refused(later).contains("written by streamgauge 9.0.0 in form 2: 1 is the latest"), "{later}");
}

#[test]
fn a_line_without_an_end_is_not_read_into_memory() {
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let count = self.0.min(to.len() as u64);
            to[..count as usize].fill(b'a');
            self.0 -= count;
            Ok(count as usize)
        }
    }
    let whole = of(vec![]);
    let (header, line) = (written(&[]), serde_json::to_vec(&whole).unwrap());
    let long = Endless(RECORDING_LINE_BYTES + 100);
    let from = header.as_slice().chain(long).chain(b"\n".as_slice()).chain(line.as_slice());
    let told: Vec<_> = Recording::new(io::BufReader::new(from)).unwrap().collect();
    assert!(matches!(&told[0], Err(RecordingError::Line { line: 2, why }) if why == "it is too long"));
    assert!(matches!(&told[1..], [Ok(read)] if *read == whole));
}
