//! What a trim goes up to.

use super::*;
use crate::core::model::groups::ServerLag;

fn group(name: &str, last: u64, pending: u64) -> Group {
    Group {
        name: Name::from(name),
        consumers: Some(1),
        pending: Some(pending),
        last_delivered: Some(StreamId::new(last, 0)),
        entries_read: None,
        lag: ServerLag::Unknown,
    }
}

#[test]
fn the_group_that_is_furthest_behind_holds_the_floor() {
    let row = FirstPending::Row(StreamId::new(5, 0));
    let needs = needs(&[(group("a", 9, 2), row), (group("b", 7, 0), FirstPending::None)]);
    let holder = holder(&needs).unwrap();
    assert_eq!((holder.floor, holder.is_pending), (Floor::Known(StreamId::new(5, 0)), true));
    assert_eq!(needs[1].floor, Floor::Known(StreamId::new(7, 1)));
    assert_eq!(safe_floor(&needs), Ok(StreamId::new(5, 0)));
    assert_eq!(needs[1].text(), "group b has read up to 7-0");
}

#[test]
fn without_groups_nothing_is_safe_and_pending_rows_that_do_not_show_are_not_none() {
    assert!(safe_floor(&needs(&[])).unwrap_err().to_string().contains("a number of entries"));
    let unread = needs(&[(group("a", 9, 2), FirstPending::Unknown)]);
    assert_eq!(unread[0].floor, Floor::AtMost(StreamId::new(9, 1)));
    assert!(safe_floor(&unread).unwrap_err().to_string().contains("group a"));
    let silent = needs(&[(Group { last_delivered: None, ..group("b", 9, 0) }, FirstPending::None)]);
    assert_eq!((silent[0].floor, silent[0].floor.lowest()), (Floor::Unknown, StreamId::MIN));
    assert!(safe_floor(&silent).unwrap_err().to_string().contains("group b"));
}
