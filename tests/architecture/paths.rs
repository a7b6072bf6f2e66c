//! Paths as they are written (`crate::core::model::Name`, `use std::{fs, env}`), spelled out and resolved.
//!
//! Does not know what a name means: only `crate`, `self` and `super` are resolved, everything else stays as
//! written. A group in braces becomes one path for each of its members.

use crate::tokens::{Kind, Token};

/// One path as written, with groups spelled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its segments; `*` stands for a glob.
    pub segments: Vec<String>,
    /// Line of its first word.
    pub line: usize,
    /// Inline modules around it, outermost first.
    pub inside: Vec<String>,
    /// Whether a `!` follows: a macro call.
    pub is_macro: bool,
    /// Whether it begins with `::`, so that the first segment is a crate for sure.
    pub is_rooted: bool,
}

impl Written {
    /// Whether the path begins with these segments; a glob may stand for what is left of them.
    pub fn begins(&self, start: &[&str]) -> bool {
        let own = self.segments.iter().map(String::as_str);
        let same = own.clone().zip(start).take_while(|(own, wanted)| own == *wanted).count();
        same == start.len() || (same > 0 && self.segments.get(same).is_some_and(|next| next == "*"))
    }

    /// Whether these segments stand somewhere in the path.
    pub fn holds(&self, part: &[&str]) -> bool {
        self.segments.windows(part.len()).any(|window| window.iter().zip(part).all(|(a, b)| a == b))
    }

    /// As it would be written in full.
    pub fn text(&self) -> String {
        self.segments.join("::")
    }

    /// From the crate's root, if it begins with `crate`, `self` or `super` and stands in `module`.
    pub fn absolute(&self, module: &[String]) -> Option<Vec<String>> {
        let (first, rest) = self.segments.split_first()?;
        if rest.is_empty() {
            return None; // `pub(crate)`, `&self`
        }
        let mut base: Vec<String> = match first.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => module.iter().chain(&self.inside).cloned().collect(),
            _ => return None,
        };
        let mut rest = rest.iter();
        if first == "super" {
            base.pop();
        }
        let mut next = rest.next();
        while next.is_some_and(|segment| segment == "super") {
            base.pop();
            next = rest.next();
        }
        base.extend(next.into_iter().chain(rest).cloned());
        Some(base)
    }
}

/// Every path of these tokens.
pub fn written(tokens: &[Token]) -> Vec<Written> {
    let mut found = Vec::new();
    let mut modules: Vec<(String, usize)> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Sign('{') => depth += 1,
            Kind::Sign('}') => {
                depth = depth.saturating_sub(1);
                modules.retain(|(_, opened)| *opened < depth + 1);
            }
            Kind::Word(word) if word == "mod" => {
                let name = tokens.get(at + 1).and_then(Token::word);
                if let (Some(name), true) = (name, tokens.get(at + 2).is_some_and(|t| t.is_sign('{'))) {
                    modules.push((name.to_owned(), depth + 1));
                }
            }
            Kind::Word(_) if !continues(tokens, at) => {
                let inside = modules.iter().map(|(name, _)| name.clone()).collect();
                let is_rooted = at > 0 && tokens.get(at - 1).is_some_and(|t| t.kind == Kind::Join);
                let model =
                    Written { segments: Vec::new(), line: token.line, inside, is_macro: false, is_rooted };
                at = tree(tokens, at, &model, &mut found);
                continue;
            }
            Kind::Word(_) | Kind::Join | Kind::Sign(_) => {}
        }
        at += 1;
    }
    found
}

/// Whether the word at `at` is the rest of a path that began before (`Vec::<u8>::new`) or a field or method.
fn continues(tokens: &[Token], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|index| tokens.get(index));
    match before(1).map(|token| &token.kind) {
        Some(Kind::Sign('.')) => !before(2).is_some_and(|token| token.is_sign('.')),
        Some(Kind::Join) => before(2).is_some_and(|token| token.is_sign('>') || token.word().is_some()),
        _ => false,
    }
}

/// Reads one path, or the group it ends in, from `at`; gives back where to go on.
fn tree(tokens: &[Token], mut at: usize, model: &Written, found: &mut Vec<Written>) -> usize {
    let mut path = model.clone();
    loop {
        match tokens.get(at).map(|token| &token.kind) {
            Some(Kind::Word(word)) => {
                let is_group_itself = word == "self" && !path.segments.is_empty();
                if !is_group_itself {
                    path.segments.push(word.clone());
                }
                at += 1;
            }
            Some(Kind::Sign('*')) => {
                path.segments.push("*".to_owned());
                found.push(path);
                return at + 1;
            }
            Some(Kind::Sign('{')) => return group(tokens, at + 1, &path, found),
            _ => {
                found.push(path);
                return at.max(1);
            }
        }
        let is_join = tokens.get(at).is_some_and(|token| token.kind == Kind::Join);
        let goes_on = tokens.get(at + 1).is_some_and(|token| match &token.kind {
            Kind::Word(_) => true,
            Kind::Sign(sign) => matches!(sign, '{' | '*'),
            Kind::Join => false,
        });
        if !(is_join && goes_on) {
            path.is_macro = tokens.get(at).is_some_and(|token| token.is_sign('!'))
                && !tokens.get(at + 1).is_some_and(|token| token.is_sign('='));
            found.push(path);
            return at;
        }
        at += 1;
    }
}

/// Reads the members of `{a, b::c}` after its brace; gives back where to go on after the closing one.
fn group(tokens: &[Token], mut at: usize, prefix: &Written, found: &mut Vec<Written>) -> usize {
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Sign('}') => return at + 1,
            Kind::Word(word) if word == "as" => at += 2,
            Kind::Word(_) | Kind::Sign('*') => {
                at = tree(tokens, at, &Written { line: token.line, ..prefix.clone() }, found);
            }
            Kind::Join | Kind::Sign(_) => at += 1,
        }
    }
    at
}
