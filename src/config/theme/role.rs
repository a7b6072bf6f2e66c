//! What a theme can paint: the closed set of roles, each with its name in the file, the role it takes after
//! when the file leaves it out, and the attributes that tell it apart where there is no colour.
//!
//! Does not know colours or terminals. Invariant: following `after` always ends at `Role::Base`.

use super::paint::Attrs;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident $name:literal after $after:ident plain $plain:expr;)*) => {
        /// What a thing on the screen is, as far as its colour is concerned.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            /// Every role, in the order of the enum.
            pub const ALL: &'static [Role] = &[$(Role::$role,)*];

            /// The name in a theme file.
            pub const fn name(self) -> &'static str {
                match self { $(Role::$role => $name,)* }
            }

            /// The role whose paint is taken when a theme does not name this one. `Base` takes after itself.
            pub const fn after(self) -> Role {
                match self { $(Role::$role => Role::$after,)* }
            }

            /// The attributes that stand for this role where there is no colour (`NO_COLOR`, a terminal without).
            pub const fn plain(self) -> Attrs {
                match self { $(Role::$role => $plain,)* }
            }
        }
    };
}

const NONE: Attrs = Attrs::NONE;

roles! {
    /// The screen itself: the ground everything is drawn on.
    Base "base" after Base plain NONE;
    /// Ordinary text and figures.
    Text "text" after Base plain NONE;
    /// What may be overlooked: units, zeros, notes.
    Dim "dim" after Text plain Attrs { dim: true, ..NONE };
    /// Titles of panels and dialogs.
    Title "title" after Text plain Attrs { bold: true, ..NONE };
    /// The one accent: the current screen, the sorted column, the cursor.
    Accent "accent" after Text plain Attrs { bold: true, ..NONE };
    /// All is well.
    Ok "ok" after Text plain NONE;
    /// Look at this soon.
    Warning "warning" after Text plain Attrs { bold: true, underline: true, ..NONE };
    /// Look at this now.
    Critical "critical" after Text plain Attrs { bold: true, reverse: true, ..NONE };
    /// A figure that is not known.
    Unknown "unknown" after Dim plain Attrs { dim: true, ..NONE };
    /// The selected row, and text that stands in it.
    Selection "selection" after Accent plain Attrs { reverse: true, ..NONE };
    /// The header line.
    Header "header" after Text plain Attrs { bold: true, ..NONE };
    /// The header line of a production target.
    Production "production" after Critical plain Attrs { bold: true, reverse: true, ..NONE };
    /// The footer line.
    Footer "footer" after Dim plain NONE;
    /// Lines round and under things.
    Border "border" after Dim plain Attrs { dim: true, ..NONE };
    /// The same for what has the focus.
    BorderFocus "border_focus" after Accent plain Attrs { bold: true, ..NONE };
    /// A dialog's ground.
    Dialog "dialog" after Base plain NONE;
    /// The first series of a graph, the first part of a stack.
    Graph1 "graph_1" after Accent plain NONE;
    /// The second series or part.
    Graph2 "graph_2" after Graph1 plain Attrs { bold: true, ..NONE };
    /// The third series or part.
    Graph3 "graph_3" after Graph2 plain Attrs { dim: true, ..NONE };
    /// The fourth series or part.
    Graph4 "graph_4" after Graph3 plain NONE;
    /// The fifth part of a stack.
    Graph5 "graph_5" after Graph4 plain Attrs { bold: true, ..NONE };
    /// The sixth part of a stack.
    Graph6 "graph_6" after Graph5 plain Attrs { dim: true, ..NONE };
    /// The area under the line of the first series; where a theme does not say it, a shade of that line.
    GraphFill "graph_fill" after Graph1 plain NONE;
    /// Axis labels.
    Axis "axis" after Dim plain Attrs { dim: true, ..NONE };
    /// A key to press, in the footer and in help.
    Key "key" after Accent plain Attrs { bold: true, ..NONE };
    /// Figures that are older than they should be.
    Stale "stale" after Warning plain Attrs { underline: true, ..NONE };
    /// The used part of a bar.
    BarUsed "bar_used" after Accent plain Attrs { bold: true, ..NONE };
    /// The rest of a bar.
    BarRest "bar_rest" after Border plain Attrs { dim: true, ..NONE };
    /// Column titles.
    TableHeader "table_header" after Dim plain Attrs { underline: true, ..NONE };
    /// The word that says that the screen stands still.
    Paused "paused" after Warning plain Attrs { reverse: true, ..NONE };
    /// What a filter or a search has matched.
    Match "match" after Accent plain Attrs { bold: true, underline: true, ..NONE };
}

impl Role {
    /// The role of this name, if there is one.
    pub fn of(name: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// Whether the ground is what tells this role: where its colour would vanish, it is reversed instead.
    pub const fn lives_by_its_ground(self) -> bool {
        matches!(self, Role::Selection | Role::Production | Role::Paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_after_another_role_always_ends_at_the_base() {
        for &role in Role::ALL {
            let mut at = role;
            for _ in 0..Role::ALL.len() {
                at = at.after();
            }
            assert_eq!(at, Role::Base, "{role:?}");
        }
    }

    #[test]
    fn every_role_is_found_by_its_name() {
        for &role in Role::ALL {
            assert_eq!(Role::of(role.name()), Some(role));
        }
    }
}
