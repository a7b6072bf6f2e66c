//! What passes, what is cut and what ends the stream.

use super::*;
use crate::core::limits::{PIPELINE_REPLY, REPLY_FIGURE, REPLY_NAMES, REPLY_ROWS, ReplyBound};
use proptest::prelude::*;

const WIRE: &[u8] = b"-NOGROUP key '\xff'\r\n*3\r\n$4\r\n-\xff\r\n\r\n$-1\r\n:1\r\n+\xe9t\r\n=7\r\ntxt:\xff\r\n\r\n-a\xff\r\n$0\r\n\r\n-\xff\r\n";
const CLEAN: &[u8] = b"-NOGROUP key '?'\r\n*3\r\n$4\r\n-\xff\r\n\r\n$-1\r\n:1\r\n+?t\r\n=7\r\ntxt:\xff\r\n\r\n-a?\r\n$0\r\n\r\n-?\r\n";

/// What comes through of `wire`, cut as `layout` says, while so many replies of this bound are awaited.
fn passed(wire: &[u8], layout: &[usize], replies: usize, bound: ReplyBound) -> Result<Vec<u8>, Breach> {
    let (mut frames, mut quota) = (FrameWalk::default(), Quota::default());
    quota.await_replies(std::iter::repeat_n(bound, replies));
    let (mut at, mut out) = (0, Vec::new());
    for cut in layout.iter().cycle() {
        let end = (at + cut).min(wire.len());
        let mut piece = wire[at..end].to_vec();
        let kept = frames.pass(&mut piece, &mut quota)?;
        out.extend_from_slice(&piece[..kept]);
        at = end;
        if at == wire.len() {
            break;
        }
    }
    Ok(out)
}

fn whole(wire: &[u8], replies: usize, bound: ReplyBound) -> Result<Vec<u8>, Breach> {
    passed(wire, &[wire.len()], replies, bound)
}

const FIRST: Result<Vec<u8>, Breach> = Err(Breach::TooLong { pipeline: 1, reply: 0 });
const NO_REPLY: Result<Vec<u8>, Breach> = Err(Breach::NotAReply);

#[test]
fn text_lines_become_ascii_and_payloads_stay() {
    let out = whole(WIRE, 7, REPLY_FIGURE).unwrap();
    assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(CLEAN));
    assert_eq!(out, CLEAN);
}

#[test]
fn a_long_error_is_cut_and_what_follows_it_stays() {
    let wire = [b"-ERR ".as_slice(), &vec![b'E'; 1_000_000], b"\r\n:1\r\n"].concat();
    let out = whole(&wire, 2, REPLY_FIGURE).unwrap();
    assert_eq!(out.len(), ERROR_TEXT_BYTES + 7);
    assert!(out.starts_with(b"-ERR EEE") && out.ends_with(b"E\r\n:1\r\n"));
}

#[test]
fn a_line_ends_where_the_client_library_ends_it() {
    let wire = b"-ERR a\nb\rc\r\n+x\ny\r\n:1\r\n";
    assert_eq!(whole(wire, 3, REPLY_FIGURE).unwrap(), wire);
    let tail = b"\r\r\nE\rE\n\r\r\n:1\r\n";
    let wire = [b"-".as_slice(), &vec![b'E'; ERROR_TEXT_BYTES + 5], b"\rE\rE\n\r\r\n:1\r\n"].concat();
    let expected = [b"-".as_slice(), &vec![b'E'; ERROR_TEXT_BYTES], b"\r\n:1\r\n"].concat();
    assert_eq!(passed(&wire, &[1], 2, REPLY_FIGURE).unwrap(), expected);
    let wire = [b"-".as_slice(), &vec![b'E'; ERROR_TEXT_BYTES - 1], tail].concat();
    let out = passed(&wire, &[3, 1, 2], 2, REPLY_FIGURE);
    assert_eq!(out, NO_REPLY, "what follows the line end is another reply");
}

#[test]
fn what_claims_too_much_ends_the_stream_before_it_comes() {
    for wire in [
        &b"$1000000000000\r\n"[..],
        b"$9223372036854775807\r\n",
        b"$99999999999999999999999999\r\n",
        b"*2147483647\r\n",
        b"%4611686018427387904\r\n",
        b"~9223372036854775807\r\n",
        b"*2\r\n:1\r\n$1000000000000\r\n",
    ] {
        assert_eq!(whole(wire, 1, REPLY_ROWS), FIRST, "{}", String::from_utf8_lossy(wire));
    }
}

#[test]
fn what_never_ends_is_cut_at_its_bound() {
    let numbers = [b"*300000\r\n".as_slice(), &b":1\r\n".repeat(300_000)].concat();
    assert_eq!(whole(&numbers, 1, REPLY_NAMES), FIRST);
    assert_eq!(whole(&numbers, 1, REPLY_ROWS).unwrap().len(), numbers.len());
    let deep = b"*1\r\n".repeat(REPLY_DEPTH + 1);
    assert_eq!(whole(&deep, 1, REPLY_ROWS), NO_REPLY);
    let line = [b"+".as_slice(), &vec![b'x'; 100_000]].concat();
    assert_eq!(whole(&line, 1, REPLY_ROWS), NO_REPLY);
    let errors = [b"-".as_slice(), &vec![b'x'; 65 << 20]].concat();
    assert_eq!(whole(&errors, 1, REPLY_ROWS), FIRST);
}

#[test]
fn the_replies_of_a_pipeline_have_a_bound_together_and_each_pipeline_its_own() {
    let reply = [b"$8000000\r\n".as_slice(), &vec![b'x'; 8_000_000], b"\r\n"].concat();
    let wire = reply.repeat(9);
    assert_eq!(whole(&wire, 9, REPLY_ROWS), Err(Breach::TooLong { pipeline: 1, reply: 8 }));
    let (mut frames, mut quota) = (FrameWalk::default(), Quota::default());
    for _ in 0..9 {
        quota.await_replies(std::iter::once(PIPELINE_REPLY));
    }
    assert_eq!(frames.pass(&mut wire.clone(), &mut quota), Ok(wire.len()));
}

#[test]
fn a_reply_that_nobody_asked_for_ends_the_stream_and_a_message_does_not() {
    assert_eq!(whole(b":1\r\n:2\r\n", 1, REPLY_FIGURE), NO_REPLY);
    let told = b">2\r\n$3\r\nfoo\r\n:1\r\n|1\r\n+ttl\r\n:3\r\n*2\r\n%1\r\n+a\r\n:1\r\n*0\r\n";
    assert_eq!(whole(told, 1, REPLY_FIGURE).unwrap(), told);
    let twice = [told.as_slice(), told].concat();
    assert_eq!(whole(&twice, 1, REPLY_FIGURE), NO_REPLY);
}

#[test]
fn messages_alone_do_not_go_on_for_ever() {
    let wire = b">1\r\n+x\r\n".repeat(100_000);
    let (mut frames, mut quota) = (FrameWalk::default(), Quota::default());
    quota.await_replies(std::iter::empty());
    assert_eq!(frames.pass(&mut wire.clone(), &mut quota), Err(Breach::NotAReply));
}

proptest! {
    #[test]
    fn where_the_network_cuts_does_not_matter(layout in proptest::collection::vec(1usize..9, 1..40)) {
        prop_assert_eq!(passed(WIRE, &layout, 7, REPLY_FIGURE).unwrap(), CLEAN);
    }
}
