//! What patterns are found in names.

use super::*;
use crate::core::model::Name;
use proptest::prelude::*;

fn tree(names: impl IntoIterator<Item = String>) -> KeyTree {
    let mut tree = KeyTree::default();
    for name in names {
        tree.add(&KeyFacts { bytes: Some(10), ..KeyFacts::new(Name::from(name.as_str()), 0) }, b":");
    }
    tree
}

fn patterns(tree: &KeyTree) -> Vec<(String, u64)> {
    let text = |found: FoundPattern| (String::from_utf8_lossy(&found.pattern).into_owned(), found.tally.keys);
    tree.patterns().into_iter().map(text).collect()
}

fn found(names: impl IntoIterator<Item = String>) -> Vec<(String, u64)> {
    patterns(&tree(names))
}

#[test]
fn numbers_and_ids_are_stars_and_words_stay() {
    let numbered = (0..50).flat_map(|n| [format!("user:{n}:cart"), format!("user:{n}:profile")]);
    assert_eq!(found(numbered), [("user:*:cart".to_owned(), 50), ("user:*:profile".to_owned(), 50)]);
    let uuids = (0..9_u64).map(|n| format!("celery-task-meta-{n:08x}-9a1b-4c2d-8e3f-00{n:010x}"));
    assert_eq!(found(uuids), [("celery-task-meta-*".to_owned(), 9)]);
    let dated = (1..=28).map(|day| format!("report:2026-11-{day:02}"));
    assert_eq!(found(dated), [("report:*".to_owned(), 28)]);
}

#[test]
fn words_that_are_too_many_become_a_star_and_a_deeper_pattern_beside_them_stays() {
    let names = (0..200).map(|n| format!("sess:{}", word(n)));
    assert_eq!(found(names), [("sess:*".to_owned(), 200)]);
    let mixed = (0..90).map(|n| format!("charts:{n}")).chain((0..40).map(|n| format!("charts:report:{n}")));
    assert_eq!(found(mixed), [("charts:*".to_owned(), 90), ("charts:report:*".to_owned(), 40)]);
}

#[test]
fn single_keys_go_with_their_neighbours_and_names_without_a_separator_by_themselves() {
    let names = ["dashboard:stats", "militantes:list", "militantes:page", "orders"];
    let expected = [("", 1), ("dashboard:*", 1), ("militantes:*", 2)];
    assert_eq!(found(names.map(str::to_owned)), expected.map(|(text, keys)| (text.to_owned(), keys)));
}

/// A word without digits that is like no other.
fn word(number: usize) -> String {
    let letter = |n: usize| char::from(b'g' + (n % 20) as u8);
    [letter(number), letter(number / 20), letter(number / 400)].iter().collect::<String>() + "zz"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_key_is_in_one_pattern_and_the_tree_is_bounded(
        names in proptest::collection::vec("[a-c0-9:._-]{0,12}|[a-z]{1,3}(:[a-z]{1,3}){0,8}", 0..900)
    ) {
        let tree = tree(names.iter().cloned());
        let keys: u64 = patterns(&tree).iter().map(|(_, keys)| keys).sum();
        prop_assert_eq!(keys, names.len() as u64);
        prop_assert!(tree.nodes <= limits::FOUND_PATTERNS + 200, "{}", tree.nodes);
    }
}
