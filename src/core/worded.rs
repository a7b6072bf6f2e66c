//! Enums whose variants have a word each, for machines and people: one row has both.
//!
//! Knows how such a table is written; not what it is about. Invariant: no variant is without its word.

/// An enum of rows `Variant "word",`, and a list of all; below them the name of what gives the word, with its doc.
macro_rules! worded {
    (
        $(#[$of:meta])* $vis:vis enum $name:ident { $($(#[$meta:meta])* $variant:ident $text:literal,)+ }
        $(#[$doc:meta])* fn $word:ident
    ) => {
        $(#[$of])*
        $vis enum $name {
            $($(#[$meta])* $variant,)+
        }

        impl $name {
            /// All of them, in the order of their rows.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            $(#[$doc])*
            $vis const fn $word(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

pub(crate) use worded;
