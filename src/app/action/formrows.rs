//! One form for several marked rows: its title, its lines, and the request of each row.
//!
//! Knows forms; asks no server. Invariant: a line that nobody has changed is what each row would have there by itself.

use super::ActionSetup;
use super::form::{About, Choice, Form, FormInput};
use super::order::{BatchOrder, Exclusion, FormOrder};

/// What stands in a line of a form where each row has its own.
pub const EACH_OWN: &str = "(each its own)";

impl Form {
    /// One form for several rows; none without any.
    pub fn of_rows(rows: Vec<(String, About)>, left_out: Vec<Exclusion>) -> Option<Self> {
        let first = rows.first().map(|(_, about)| about.clone())?;
        let mut form = Self { rows, left_out, ..Self::new(first) };
        form.select(form.selected);
        Some(form)
    }

    /// Its title.
    pub fn title(&self) -> String {
        if self.rows.is_empty() {
            return self.about.title();
        }
        let number = self.rows.len();
        let (what, noun) = match &self.about {
            About::Trim(_) => ("Trim".to_owned(), "streams"),
            About::Reclaim { consumer: None, .. } => ("Reclaim from".to_owned(), "groups"),
            About::Reclaim { .. } => ("Reclaim from".to_owned(), "consumers"),
            About::RemoveGroups { group: None, .. } => ("Remove groups of".to_owned(), "streams"),
            About::RemoveGroups { .. } => ("Remove".to_owned(), "groups"),
            About::RemoveConsumers { .. } => ("Remove consumers of".to_owned(), "groups"),
            About::Invalidate(_) => ("Invalidate keys of".to_owned(), "patterns"),
            About::Jobs(_) => {
                let title = self.about.title();
                (title.split(" of ").next().map_or_else(String::new, |what| format!("{what} of")), "rows")
            }
        };
        format!("{what} {number} marked {noun}")
    }

    /// Its choices; a line in which the rows differ says so.
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices = self.about.choices();
        for (_, about) in &self.rows {
            for (choice, own) in choices.iter_mut().zip(about.choices()) {
                for ((_, text), (_, own)) in choice.lines.iter_mut().zip(own.lines) {
                    if *text != own {
                        EACH_OWN.clone_into(text);
                    }
                }
            }
        }
        choices
    }

    /// What comes of it as it stands.
    ///
    /// # Errors
    /// What is wrong with a line, where it is wrong for every row.
    pub fn order(&self, setup: &ActionSetup) -> Result<FormOrder, String> {
        if self.rows.is_empty() {
            return self.request(setup).map(FormOrder::One);
        }
        let mut order = BatchOrder { left_out: self.left_out.clone(), ..BatchOrder::default() };
        let mut wrong = None;
        for (subject, about) in &self.rows {
            let own = about.choices().into_iter().nth(self.selected).map_or_else(Vec::new, |own| own.lines);
            let typed = |(at, line): (usize, &FormInput)| match line.input.value() {
                EACH_OWN => own.get(at).map_or_else(String::new, |(_, text)| text.clone()),
                typed => typed.to_owned(),
            };
            let lines: Vec<String> = self.inputs.iter().enumerate().map(typed).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            match about.request(self.selected, &lines, setup) {
                Ok(request) => order.add(subject.clone(), request),
                Err(why) => {
                    wrong.get_or_insert_with(|| why.clone());
                    order.leave_out(subject.clone(), why);
                }
            }
        }
        match wrong {
            Some(why) if order.requests.is_empty() => Err(why),
            _ => Ok(FormOrder::Several(order)),
        }
    }
}
