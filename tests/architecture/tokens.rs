//! Rust text cut into words and signs, each with its line; comments, strings and characters fall away.
//!
//! Knows just enough of the lexical grammar to never take a string or a comment for code. Does not know grammar
//! beyond that. Items under `#[cfg(test)]` can be cut out: they may do what production code may not.

/// A word, a sign or a path separator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, a keyword or a number.
    Word(String),
    /// `::`
    Join,
    /// Any other visible character.
    Sign(char),
}

/// One piece of a source with its line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    pub kind: Kind,
}

impl Token {
    /// Whether this is the given word.
    pub fn is(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(own) if own == word)
    }

    /// Whether this is the given sign.
    pub fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Join | Kind::Sign(_) => None,
        }
    }
}

struct Cutter<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

impl Cutter<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        if next == Some('\n') {
            self.line += 1;
        }
        next
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// After `/*`: to the matching `*/`, for they nest.
    fn skip_block(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match (self.next(), self.peek()) {
                (Some('*'), Some('/')) => depth -= 1,
                (Some('/'), Some('*')) => depth += 1,
                (Some(_), _) => continue,
                (None, _) => return,
            }
            self.next();
        }
    }

    /// After an opening quote: to the closing one, over escapes.
    fn skip_quoted(&mut self, quote: char) {
        while let Some(c) = self.next() {
            if c == '\\' {
                self.next();
            } else if c == quote {
                return;
            }
        }
    }

    /// After `r`, `br` or `cr`: over the `#`s and the raw string; of `r#name` only `r#` goes.
    fn skip_raw(&mut self) {
        let mut hashes = 0;
        while self.peek() == Some('#') {
            self.next();
            hashes += 1;
        }
        if self.peek() != Some('"') {
            return;
        }
        self.next();
        let mut seen = usize::MAX;
        while let Some(c) = self.next() {
            seen = match c {
                '"' => 0,
                '#' if seen < hashes => seen + 1,
                _ => usize::MAX,
            };
            if seen == hashes {
                return;
            }
        }
    }

    /// After `'`: a character (skipped whole) or a lifetime (its name goes with it).
    fn skip_character_or_lifetime(&mut self) {
        let first = self.next();
        if first == Some('\\') {
            self.next();
            self.skip_quoted('\'');
        } else if self.peek() == Some('\'') {
            self.next();
        } else {
            while self.peek().is_some_and(is_word) {
                self.next();
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens of a Rust source.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter { rest: text.chars().peekable(), line: 1 };
    let mut found = Vec::new();
    while let Some(c) = cutter.next() {
        let line = cutter.line;
        match (c, cutter.peek()) {
            ('/', Some('/')) => cutter.skip_line(),
            ('/', Some('*')) => {
                cutter.next();
                cutter.skip_block();
            }
            ('"', _) => cutter.skip_quoted('"'),
            ('\'', _) => cutter.skip_character_or_lifetime(),
            (':', Some(':')) => {
                cutter.next();
                found.push(Token { line, kind: Kind::Join });
            }
            (c, _) if is_word(c) => {
                let mut word = String::from(c);
                while let Some(more) = cutter.peek().filter(|c| is_word(*c)) {
                    cutter.next();
                    word.push(more);
                }
                let is_raw = matches!(word.as_str(), "r" | "br" | "cr");
                if is_raw && matches!(cutter.peek(), Some('#' | '"')) {
                    cutter.skip_raw();
                } else {
                    found.push(Token { line, kind: Kind::Word(word) });
                }
            }
            (c, _) if c.is_whitespace() => {}
            (c, _) => found.push(Token { line, kind: Kind::Sign(c) }),
        }
    }
    found
}

/// The tokens without items under `#[cfg(test)]`, and the names of modules among those that live in files.
pub fn without_tests(all: &[Token]) -> (Vec<Token>, Vec<String>) {
    let mut kept = Vec::new();
    let mut files = Vec::new();
    let mut at = 0;
    while let Some(token) = all.get(at) {
        let rest = all.get(at..).unwrap_or_default();
        if let Some(attribute) = test_attribute(rest) {
            let whole_file = rest.get(1).is_some_and(|second| second.is_sign('!'));
            let item = rest.get(attribute..).unwrap_or_default();
            let length = if whole_file { item.len() } else { item_length(item) };
            files.extend(module_in_a_file(item));
            at += attribute + length;
        } else {
            kept.push(token.clone());
            at += 1;
        }
    }
    (kept, files)
}

/// How many tokens `#[cfg(test)]` or `#![cfg(test)]` takes here, if it is here.
fn test_attribute(rest: &[Token]) -> Option<usize> {
    let inner = usize::from(rest.get(1)?.is_sign('!'));
    let body = rest.get(1 + inner..7 + inner)?;
    let words = ["[", "cfg", "(", "test", ")", "]"];
    let same = body.iter().zip(words).all(|(token, word)| match &token.kind {
        Kind::Word(own) => own == word,
        Kind::Sign(sign) => word.chars().eq([*sign]),
        Kind::Join => false,
    });
    (rest.first()?.is_sign('#') && same).then_some(7 + inner)
}

fn module_in_a_file(item: &[Token]) -> Option<String> {
    let start = item.iter().take(8).position(|token| token.is("mod"))?;
    let name = item.get(start + 1)?.word()?;
    item.get(start + 2)?.is_sign(';').then(|| name.to_owned())
}

/// To the end of the item: its `;`, its closing brace, or the `,` of a field.
fn item_length(item: &[Token]) -> usize {
    let mut depth = 0_i32;
    let mut is_item = false;
    let mut seen_word = false;
    for (index, token) in item.iter().enumerate() {
        if let (0, false, Some(word)) = (depth, seen_word, token.word()) {
            seen_word = true;
            is_item = ITEMS.contains(&word);
        }
        match token.kind {
            Kind::Sign('{' | '(' | '[') => depth += 1,
            Kind::Sign('}') if depth <= 1 => return if depth == 1 { index + 1 } else { index },
            Kind::Sign('}' | ')' | ']') => depth -= 1,
            Kind::Sign(';') if depth == 0 => return index + 1,
            Kind::Sign(',') if depth == 0 && !is_item => return index + 1,
            _ => {}
        }
    }
    item.len()
}

const ITEMS: [&str; 16] = [
    "pub",
    "fn",
    "mod",
    "use",
    "impl",
    "struct",
    "enum",
    "const",
    "static",
    "type",
    "trait",
    "async",
    "unsafe",
    "let",
    "extern",
    "macro_rules",
];
