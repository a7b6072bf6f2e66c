//! `[[commands]]`: programs of the operator's own, each on a key: as written, checked, and with names put in.
//!
//! Knows texts and places; starts nothing. Invariants: what is put in stays one argument, whatever it holds, and no shell reads
//! it; a password is never put in.

use super::masked::is_variable;
use super::problem::{Location, Problem};
use super::raw::{Placed, Raw, RawTable, nearest_hint};
use super::value::Value;
use crate::commands::{COMMANDS, Key, KeyMap};
use crate::core::limits::{OWN_COMMAND_MS, OWN_COMMANDS};
use crate::core::worded::worded;
use std::collections::BTreeMap;

worded! {
    /// What a program of the operator's own is about.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum OwnSubject {
        /// The target alone.
        #[default]
        Any "any",
        /// A stream.
        Stream "stream",
        /// A group.
        Group "group",
        /// A consumer.
        Consumer "consumer",
        /// A key.
        Key "key",
        /// A client.
        Client "client",
        /// A queue.
        Queue "queue",
    }
    /// Its word in the config.
    fn word
}

worded! {
    /// What can be put into an argument.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Placeholder {
        /// The host of the target.
        Host "host",
        /// Its port.
        Port "port",
        /// Its socket, where it is one.
        Socket "socket",
        /// Its URL, without a password.
        Url "url",
        /// Its logical database.
        Db "db",
        /// The stream.
        Stream "stream",
        /// The group.
        Group "group",
        /// The consumer.
        Consumer "consumer",
        /// The key; of a stream its own.
        Key "key",
        /// The number of the client.
        Client "client",
        /// The name of the queue.
        Queue "queue",
    }
    /// Its word in braces.
    fn name
}

/// Values to be put in: bytes, as the server has them.
pub type OwnValues = BTreeMap<Placeholder, Vec<u8>>;

impl OwnSubject {
    /// What is known of it beside the target.
    const fn known(self) -> &'static [Placeholder] {
        use Placeholder::{Client, Consumer, Group, Key, Queue, Stream};
        match self {
            Self::Any => &[],
            Self::Stream => &[Stream, Key],
            Self::Group => &[Stream, Key, Group],
            Self::Consumer => &[Stream, Key, Group, Consumer],
            Self::Key => &[Key],
            Self::Client => &[Client],
            Self::Queue => &[Queue],
        }
    }

    /// What has to be selected for it.
    const fn needed(self) -> Option<Placeholder> {
        Some(match self {
            Self::Any => return None,
            Self::Stream => Placeholder::Stream,
            Self::Group => Placeholder::Group,
            Self::Consumer => Placeholder::Consumer,
            Self::Key => Placeholder::Key,
            Self::Client => Placeholder::Client,
            Self::Queue => Placeholder::Queue,
        })
    }

    fn knows(self, placeholder: Placeholder) -> bool {
        use Placeholder::{Db, Host, Port, Socket, Url};
        matches!(placeholder, Host | Port | Socket | Url | Db) || self.known().contains(&placeholder)
    }
}

/// A part of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WordPart {
    /// As it stands.
    Text(String),
    /// Put in.
    Value(Placeholder),
}

/// A program of the operator's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCommand {
    /// Its key.
    pub key: Key,
    /// What the operator calls it.
    pub name: String,
    /// Program and arguments.
    words: Vec<Vec<WordPart>>,
    /// What it is about.
    pub on: OwnSubject,
    /// Whether it is asked before it runs.
    pub confirm: bool,
    /// Whether it changes nothing, by the operator's word.
    pub reads: bool,
    /// How long it may take, milliseconds.
    pub timeout_ms: u64,
    /// The variable in which it gets the password; none where it gets none.
    pub password_env: Option<String>,
}

/// A program ready to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRun {
    /// What the operator calls it.
    pub name: String,
    /// Program and arguments, byte for byte.
    pub words: Vec<Vec<u8>>,
    /// Whether it changes nothing, by the operator's word.
    pub reads: bool,
    /// How long it may take, milliseconds.
    pub timeout_ms: u64,
    /// The variable in which it gets the password; none where it gets none.
    pub password_env: Option<String>,
}

/// What a program came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramOutput {
    /// What the operator calls it.
    pub name: String,
    /// How it ended: its exit code, its signal, or why it never ran.
    pub end: String,
    /// Whether that is no success.
    pub is_error: bool,
    /// What it said, in lines that a terminal may be shown.
    pub lines: Vec<String>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
}

impl OwnCommand {
    /// Program and arguments as they are written.
    pub fn text(&self) -> String {
        let part = |part: &WordPart| match part {
            WordPart::Text(text) => text.clone(),
            WordPart::Value(placeholder) => format!("{{{}}}", placeholder.name()),
        };
        let words: Vec<String> = self.words.iter().map(|word| word.iter().map(part).collect()).collect();
        words.join(" ")
    }

    /// The program with these values put in.
    ///
    /// # Errors
    /// What is not known here, or can't be an argument.
    pub fn run(&self, values: &OwnValues) -> Result<ProgramRun, String> {
        if let Some(needed) = self.on.needed().filter(|needed| !values.contains_key(needed)) {
            return Err(format!("'{}' needs a {}: select one", self.name, needed.name()));
        }
        let part = |part: &WordPart| match part {
            WordPart::Text(text) => Ok(text.clone().into_bytes()),
            WordPart::Value(placeholder) => values.get(placeholder).cloned().ok_or_else(|| {
                format!("'{}': {{{}}} is not known of this target", self.name, placeholder.name())
            }),
        };
        let word = |parts: &Vec<WordPart>| -> Result<Vec<u8>, String> {
            let parts: Result<Vec<Vec<u8>>, String> = parts.iter().map(part).collect();
            let word = parts?.concat();
            match word.contains(&0) {
                true => Err(format!("'{}': a name holds a zero byte, which no argument can", self.name)),
                false => Ok(word),
            }
        };
        Ok(ProgramRun {
            name: self.name.clone(),
            words: self.words.iter().map(word).collect::<Result<_, _>>()?,
            reads: self.reads,
            timeout_ms: self.timeout_ms,
            password_env: self.password_env.clone(),
        })
    }
}

/// The programs as lines for `streamgauge keys`: key, name, what runs.
pub fn reference(commands: &[OwnCommand]) -> String {
    let line = |own: &OwnCommand| format!("  {}  {}  {}\n", own.key, own.name, own.text());
    let head = if commands.is_empty() { "" } else { "\nPrograms of your own\n" };
    std::iter::once(head.to_owned()).chain(commands.iter().map(line)).collect()
}

/// The programs of the file, and what is wrong with them.
pub fn of(raw: &Raw, keys: &KeyMap) -> (Vec<OwnCommand>, Vec<Problem>) {
    let mut reader = OwnReader { keys, commands: Vec::new(), problems: Vec::new() };
    if let Some(table) = raw.commands.get(OWN_COMMANDS) {
        let what = format!("'commands[{}]' is one too many", OWN_COMMANDS + 1);
        reader.problems.push(Problem::new(table.place.clone(), what, format!("{OWN_COMMANDS} are the most")));
    }
    for (at, table) in raw.commands.iter().take(OWN_COMMANDS).enumerate() {
        let path = format!("commands[{}]", at + 1);
        reader.table(&path, table, raw.broken.contains(&path));
    }
    (reader.commands, reader.problems)
}

struct OwnReader<'a> {
    keys: &'a KeyMap,
    commands: Vec<OwnCommand>,
    problems: Vec<Problem>,
}

impl OwnReader<'_> {
    fn complain(&mut self, place: &Location, what: String, hint: impl Into<String>) {
        self.problems.push(Problem::new(place.clone(), what, hint));
    }

    fn table(&mut self, path: &str, table: &Placed<RawTable>, is_broken: bool) {
        for (key, example) in
            [("key", "\"f6\""), ("name", "\"doctor\""), ("argv", "[\"redis-cli\", \"-h\", \"{host}\"]")]
        {
            // One that could not be read has been told of.
            if !table.value.contains_key(key) && !is_broken {
                let hint = format!("give it one: {key} = {example}");
                self.complain(&table.place, format!("'{path}' has no '{key}'"), hint);
            }
        }
        let text = |key: &str| match table.value.get(key) {
            Some(Placed { value: Value::Text(text), place }) => Some((text.clone(), place.clone())),
            _ => None,
        };
        let flag = |key: &str, default| match table.value.get(key).map(|placed| &placed.value) {
            Some(Value::Flag(flag)) => *flag,
            _ => default,
        };
        let on = text("on").and_then(|(word, _)| OwnSubject::ALL.into_iter().find(|on| on.word() == word));
        let on = on.unwrap_or_default();
        let name = text("name").map(|(name, _)| name);
        let words = self.words(path, table, on);
        let key = text("key").and_then(|(key, place)| self.key(&key, &place, name.as_deref()));
        let password_env = text("password_env").map(|(name, place)| {
            if !is_variable(&name) {
                let what = format!("'{path}.password_env' is not the name of a variable");
                self.complain(&place, what, "such as password_env = \"REDISCLI_AUTH\"");
            }
            name
        });
        let timeout_ms = match table.value.get("timeout").map(|placed| &placed.value) {
            Some(Value::Duration(timeout)) => u64::try_from(timeout.as_millis()).unwrap_or(OWN_COMMAND_MS),
            _ => OWN_COMMAND_MS,
        };
        if let (Some(key), Some(name), Some(words)) = (key, name, words) {
            let (confirm, reads) = (flag("confirm", true), flag("reads", false));
            self.commands.push(OwnCommand { key, name, words, on, confirm, reads, timeout_ms, password_env });
        }
    }

    /// The key, where it is one and nobody else has it.
    fn key(&mut self, text: &str, place: &Location, name: Option<&str>) -> Option<Key> {
        let key = match text.parse::<Key>() {
            Ok(key) => key,
            Err(bad) => {
                let hint = bad.hint.clone();
                self.complain(place, bad.to_string(), hint);
                return None;
            }
        };
        let built_in = COMMANDS.iter().find(|command| self.keys.keys_of(command.id).contains(&key));
        let other = self.commands.iter().find(|other| other.key == key).map(|other| other.name.clone());
        let taken = built_in.map(|command| command.name.to_owned()).or(other);
        let Some(first) = taken else { return Some(key) };
        let what =
            format!("the key '{key}' would do both '{first}' and '{}'", name.unwrap_or("this command"));
        self.complain(place, what, "give this one another key, such as \"f6\" or \"alt-d\"");
        None
    }

    fn words(&mut self, path: &str, table: &Placed<RawTable>, on: OwnSubject) -> Option<Vec<Vec<WordPart>>> {
        let Placed { value: Value::List(texts), place } = table.value.get("argv")? else { return None };
        if texts.first().is_none_or(String::is_empty) {
            let hint = "write the program and its arguments: [\"redis-cli\", \"-h\", \"{host}\"]";
            self.complain(place, format!("'{path}.argv' names no program"), hint);
            return None;
        }
        let mut words = Vec::with_capacity(texts.len());
        let mut is_right = true;
        for text in texts {
            let (word, unknown) = parts(text, on);
            for name in unknown {
                is_right = false;
                let known = Placeholder::ALL.into_iter().filter(|known| on.knows(*known));
                let known: Vec<&str> = known.map(Placeholder::name).collect();
                let list = format!("with on = \"{}\" there are", on.word());
                let what = format!("'{path}.argv': there is no {{{name}}}");
                self.complain(place, what, nearest_hint(&name, known.iter().copied(), &list));
            }
            words.push(word);
        }
        is_right.then_some(words)
    }
}

/// The parts of an argument, and words in braces that are none. `{{` and `}}` are braces.
fn parts(text: &str, on: OwnSubject) -> (Vec<WordPart>, Vec<String>) {
    let (mut parts, mut unknown, mut plain) = (Vec::new(), Vec::new(), String::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            plain.push(first);
            rest = after;
            continue;
        }
        // What is no word in braces is text, such as JSON.
        let word = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let is_word =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let Some((name, after)) = word.filter(|(name, _)| is_word(name)) else {
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or("");
            continue;
        };
        rest = after;
        match Placeholder::ALL.into_iter().find(|known| known.name() == name && on.knows(*known)) {
            Some(known) => {
                if !plain.is_empty() {
                    parts.push(WordPart::Text(std::mem::take(&mut plain)));
                }
                parts.push(WordPart::Value(known));
            }
            None => unknown.push(name.to_owned()),
        }
    }
    if !plain.is_empty() || parts.is_empty() {
        parts.push(WordPart::Text(plain));
    }
    (parts, unknown)
}

#[cfg(test)]
mod tests;
