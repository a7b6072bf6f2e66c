//! What stands round the screens, in the states that matter.
