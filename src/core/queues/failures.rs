//! What a job that failed says of it: its class, when, and the error without what differs from one job to the next.
//!
//! Knows how frameworks write errors; not which jobs were asked for. Invariant: nothing of a job passes but those three.

use super::adapter::{Adapter, ErrorText, FailedJobs, FailureKept, ItemClass, ItemForm};
use super::errors::normalised;
use super::lua::with_fields;
use super::{items, pickle};
use crate::core::model::Name;
use crate::core::model::queues::FailedJob;

/// What is looked at of a message, bytes: as the script on the server cuts it.
const PIECE_BYTES: usize = 1_000;
/// The longest text that is unpacked, bytes: a traceback.
const UNPACKED_BYTES: usize = 262_144;

/// Jobs that failed: some places of a list or a sorted set spread over so many (`S`: from the end), those of a small one in
/// order, or any values of a hash.
/// `ARGV`: the first step, over how many places, `s` or `S`, how their text is kept, names of class, error, message and time,
/// bytes of the item, whether the end of a message counts, how many, and two beginnings of keys. Answers for each item, class, error,
/// message and time, each cut.
pub const FAILED_JOBS: &str = with_fields!(
    "\
local key,how,cut=KEYS[1],ARGV[4],tonumber(ARGV[9]) \
local a,n,back=tonumber(ARGV[1]),tonumber(ARGV[2]),ARGV[3]=='S' \
local most,p,q=tonumber(ARGV[11]),ARGV[12] or '',ARGV[13] or '' \
local t=redis.call('TYPE',key).ok \
local ids,at={},{} \
local function put(i) \
if back then i=-1-i end \
if t=='list' then ids[#ids+1]=redis.call('LINDEX',key,i) or nil \
elseif t=='zset' then \
local r=redis.call('ZRANGE',key,i,i,'WITHSCORES') \
if r[1] then ids[#ids+1]=r[1] at[#ids]=r[2] end end end \
if t=='hash' then \
local r=redis.pcall('HRANDFIELD',key,most,'WITHVALUES') \
if r.err then r=redis.call('HSCAN',key,0,'COUNT',most)[2] end \
for i=2,#r,2 do if #ids<most then ids[#ids+1]=r[i] end end \
elseif n<=most then for i=0,n-1 do put(i) end \
else for i=0,most-1 do put(math.floor((a+i)*0.6180339887498949%1*n)) end end \
local function piece(v,name) \
if name=='' then return '' end \
local s,e=1,nil \
while true do local b,c=string.find(v,'\"'..name..'\":',s,true) if not b then break end e=c s=c+1 end \
local from=e and string.find(v,'%S',e+1) \
if not from then return '' end \
if string.sub(v,from,from)~='\"' then return string.match(v,'^[%d%.]+',from) or '' end \
local e=from \
repeat \
e=string.find(v,'\"',e+1,true) \
local b=e \
while b and string.byte(v,b-1)==92 do b=b-1 end \
until not e or (e-b)%2==0 \
local stop=e and e-1 or #v \
if ARGV[10]=='1' then return string.sub(v,math.max(from+1,stop-999),stop) end \
return string.sub(v,from+1,math.min(stop,from+1000)) end \
local o={} \
for i,id in ipairs(ids) do \
local r={id,'','','',at[i] or ''} \
if how=='i' or how=='f' then \
local v=how=='i' and id or redis.call('HGET',p,id) or '' \
local time=piece(v,ARGV[8]) \
r={string.sub(v,1,cut),'',piece(v,ARGV[6]),piece(v,ARGV[7]),time~='' and time or r[5]} \
elseif how=='p' then \
local f=fields(redis.call('HGET',p..id,'msg') or '') \
r={id,f[ARGV[5]] or '','',f[ARGV[7]] or '',f[ARGV[8]] or r[5]} \
elseif how=='v' then r[1]=string.sub(id,1,cut) \
else \
local h=redis.call('HMGET',p..id,ARGV[5],ARGV[6]=='' and '-' or ARGV[6],ARGV[7],ARGV[8]=='' and '-' or ARGV[8]) \
r={id,string.sub(h[1] or '',1,200),h[2] or '',h[3] or '',h[4] or r[5]} \
if how=='x' then \
local e=redis.call('XREVRANGE',q..id,'+','-','COUNT',1)[1] \
for j=1,e and #e[2] or 0,2 do if e[2][j]==ARGV[7] then r[4]=e[2][j+1] end end end \
local c=how=='x' and 16384 or 1000 \
r[3],r[4]=string.sub(r[3],1,c),string.sub(r[4],1,c) end \
o[i]=r end \
return o"
);

/// The pieces of a job as the script on the server answers them.
#[derive(Clone, Copy, Debug)]
pub struct FailedPieces<'a> {
    /// Its id, or the beginning of its text.
    pub item: &'a [u8],
    /// Its class, where that is a field.
    pub class: &'a [u8],
    /// The kind of error.
    pub error: &'a [u8],
    /// The message.
    pub message: &'a [u8],
    /// When it failed.
    pub time: &'a [u8],
}

/// A job that failed; `None` where it has not.
pub fn failed(form: &FailedJobs, item: &ItemForm, pieces: FailedPieces<'_>) -> Option<FailedJob> {
    let is_json = matches!(form.kept, FailureKept::Item | FailureKept::Field(_));
    let class = if is_json || form.kept == FailureKept::Values {
        items::item(item, pieces.item, 0).class
    } else {
        let until = match item.class {
            ItemClass::Job(_, _, until) => until,
            _ => None,
        };
        items::class(pieces.class, until)
    };
    let text =
        |piece: &[u8]| if is_json { unescaped(piece) } else { String::from_utf8_lossy(piece).into_owned() };
    let message = match form.text {
        ErrorText::First => first_line(&text(pieces.message)).to_owned(),
        ErrorText::Last => last_line(&text(pieces.message)).to_owned(),
        ErrorText::Packed => {
            let packed = if pieces.message.is_empty() { pieces.error } else { pieces.message };
            last_line(&unpacked(packed)?).to_owned()
        }
        ErrorText::Pickled(key) => {
            let found = pickle::string_under(pieces.item, key)?;
            first_line(&String::from_utf8_lossy(found)).to_owned()
        }
    };
    let kind = if form.error.is_empty() || form.text == ErrorText::Packed {
        String::new()
    } else {
        text(pieces.error)
    };
    let error = match (kind.trim(), message.trim()) {
        ("", message) => normalised(message),
        (kind, "") => normalised(kind),
        (kind, message) => normalised(&format!("{kind}: {message}")),
    };
    let error = (!error.is_empty()).then(|| Name::from(error.as_str()));
    // Who has no class here has it elsewhere: results are called by ids alone.
    let class = class.filter(|_| form.kept != FailureKept::Values);
    if form.among_others && error.is_none() {
        return None;
    }
    Some(FailedJob { class, at_ms: items::time_ms(pieces.time, form.unit), error })
}

/// The error of a job that a deed may be about, as [`failed`] has it: from its text, or from what stands elsewhere.
pub fn error_of(adapter: &Adapter, text: &[u8], why: &[u8]) -> Option<Name> {
    let form = adapter.failed.first()?;
    let is_last = form.text == ErrorText::Last;
    let (error, message): (&[u8], &[u8]) = match form.kept {
        FailureKept::Item | FailureKept::Field(_) => {
            (piece(text, form.error, is_last), piece(text, form.message, is_last))
        }
        FailureKept::Hash(_) | FailureKept::Message(_) => (&[], why.get(..PIECE_BYTES).unwrap_or(why)),
        FailureKept::Results(..) => (&[], why),
        FailureKept::Values => return None,
    };
    failed(form, &adapter.item, FailedPieces { item: &[], class: &[], error, message, time: &[] })?.error
}

/// What stands in JSON between the quotes behind the last such name, as the script on the server finds it: cut to its beginning, or
/// to its end.
fn piece<'a>(text: &'a [u8], name: &str, is_last: bool) -> &'a [u8] {
    let before = format!("\"{name}\":");
    let at = text
        .windows(before.len())
        .rposition(|window| window == before.as_bytes())
        .filter(|_| !name.is_empty());
    let rest = at.and_then(|at| text.get(at + before.len()..)).unwrap_or(&[]).trim_ascii_start();
    let Some((b'"', string)) = rest.split_first() else { return &[] };
    let mut is_escaped = false;
    let ends = |byte: &u8| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    };
    let end = string.iter().position(ends).unwrap_or(string.len());
    let range = if is_last { end.saturating_sub(PIECE_BYTES)..end } else { 0..end.min(PIECE_BYTES) };
    string.get(range).unwrap_or(&[])
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}

/// The last line that begins at the margin: what Python tells of an error below a traceback may have more lines.
fn last_line(text: &str) -> &str {
    let mut lines = text.lines().rev().filter(|line| !line.trim().is_empty());
    let last = lines.next().unwrap_or("");
    let names = |line: &&str| {
        let kind = line.split(':').next().unwrap_or("");
        !kind.is_empty() && kind.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_'))
    };
    std::iter::once(last).chain(lines).take(30).find(names).unwrap_or(last).trim()
}

/// What stands between the quotes of a string in JSON, as far as it is there.
fn unescaped(piece: &[u8]) -> String {
    let text = String::from_utf8_lossy(piece);
    let mut made = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            made.push(char);
            continue;
        }
        match chars.next() {
            Some('n' | 'r') => made.push('\n'),
            Some('t') => made.push(' '),
            Some('u') => {
                let code: String = chars.by_ref().take(4).collect();
                let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                made.push(code.unwrap_or('\u{fffd}'));
            }
            Some(other) => made.push(other),
            None => {}
        }
    }
    made
}

/// A text that is compressed, and perhaps written in letters; what is neither is taken as it is.
fn unpacked(packed: &[u8]) -> Option<String> {
    let letters = packed.starts_with(b"eJ").then(|| from_base64(packed)).flatten();
    let bytes = letters.as_deref().unwrap_or(packed);
    if bytes.is_empty() {
        return None;
    }
    let text = match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(bytes, UNPACKED_BYTES) {
        Ok(text) => text,
        // It was cut, or it is longer: what was unpacked is its beginning.
        Err(error) if !error.output.is_empty() => error.output,
        Err(_) => bytes.to_vec(),
    };
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Bytes that are written in letters; `None` where a letter is no such letter.
pub(super) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let value = |letter: u8| {
        Some(u32::from(match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        }))
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.iter().take_while(|letter| **letter != b'=') {
        bits = (bits << 6 | value(*letter)?) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::queues::Framework;

    fn told(framework: Framework, row: usize, pieces: [&[u8]; 5]) -> Option<FailedJob> {
        let adapter = crate::core::queues::adapter(framework).unwrap();
        let [item, class, error, message, time] = pieces;
        failed(&adapter.failed[row], &adapter.item, FailedPieces { item, class, error, message, time })
    }

    fn parts(job: Option<FailedJob>) -> (String, String, Option<i64>) {
        let job = job.unwrap();
        let text = |name: Option<Name>| name.map_or_else(String::new, |name| name.text());
        (text(job.class), text(job.error), job.at_ms)
    }

    #[test]
    fn a_job_in_json_tells_its_class_and_its_error_and_nothing_of_its_arguments() {
        let item = br#"{"class":"Mail","args":["secret"],"jid":"7f"}"#;
        let pieces: [&[u8]; 5] =
            [item, b"", b"Net::ReadTimeout", br#"no answer from \"10.0.0.1\"\nmore"#, b"1700000000.5"];
        let expected =
            ("Mail".to_owned(), "Net::ReadTimeout: no answer from \"*\"".to_owned(), Some(1_700_000_000_500));
        assert_eq!(parts(told(Framework::Sidekiq, 0, pieces)), expected);
    }

    #[test]
    fn the_error_of_a_job_that_is_moved_is_the_one_that_its_group_has() {
        let of = |framework, text: &[u8], why: &[u8]| {
            let adapter = crate::core::queues::adapter(framework).unwrap();
            error_of(adapter, text, why).map(|error| error.text())
        };
        let sidekiq = br#"{"args":["\"error_message\": \"no\""],"error_message":"no answer from \"h 7\"\nmore","error_class":"Net::ReadTimeout"}"#;
        let expected = Some("Net::ReadTimeout: no answer from \"*\"".to_owned());
        assert_eq!(of(Framework::Sidekiq, sidekiq, b""), expected);
        let cut = [&br#"{"class":"A","args":["long "#[..], &b"g "[..], &sidekiq[1..]].concat();
        assert_eq!(of(Framework::Sidekiq, &cut, b""), expected);
        assert_eq!(of(Framework::Bull, b"mail", b"no box 17\nat x"), Some("no box *".to_owned()));
        assert_eq!((of(Framework::Sidekiq, b"{}", b""), of(Framework::Celery, b"{}", b"x")), (None, None));
    }

    #[test]
    fn the_last_line_of_a_traceback_is_the_error() {
        let item = br#"{"actor_name":"mail"}"#;
        let traceback = br#"Traceback (most recent call last):\n  File \"x.py\", line 7\n    raise KeyError\nKeyError: 'u17'\n"#;
        let (class, error, at_ms) =
            parts(told(Framework::Dramatiq, 0, [item, b"", b"", traceback, b"1700000000500"]));
        assert_eq!(
            (class.as_str(), error.as_str(), at_ms),
            ("mail", "KeyError: '*'", Some(1_700_000_000_500))
        );
    }

    #[test]
    fn a_packed_traceback_is_unpacked_and_a_damaged_one_does_no_harm() {
        let text = b"Traceback\n  File x\nValueError: no such mailbox: 17\n";
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(text, 6);
        let error = |message: &[u8]| {
            parts(told(Framework::Rq, 0, [b"7f", b"tasks.mail('secret')", b"", message, b""]))
        };
        let (class, found, _) = error(&packed);
        assert_eq!((class.as_str(), found.as_str()), ("tasks.mail", "ValueError: no such mailbox: *"));
        for damaged in [&b"eJ"[..], b"eJzz*", b"x\x9c\x00", &[0xff; 40]] {
            error(damaged);
        }
        assert_eq!(told(Framework::Rq, 0, [b"7f", b"", b"", b"", b""]), None);
        assert_eq!(from_base64(b"aGVsbG8=").as_deref(), Some(&b"hello"[..]));
    }
}
