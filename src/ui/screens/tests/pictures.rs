//! The pictures of the table screens in their telling states: the words at both sizes, the roles at one.

use crate::app::State;
use crate::app::message::TargetMessage;
use crate::ui::dump;
use crate::ui::screens::fixture::{self, SIZES, drawn, drawn_with, press, tell};
use crate::ui::theme::roles;

fn check(name: &str, made: fn((u16, u16)) -> State, keys: &str) {
    check_with(name, made, keys, |_| {});
}

fn check_with(name: &str, made: fn((u16, u16)) -> State, keys: &str, then: fn(&mut State)) {
    for size in SIZES {
        let mut state = made(size);
        press(&mut state, keys);
        then(&mut state);
        let name = format!("{name}_{}x{}", size.0, size.1);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, picture(&state));
        });
    }
}

/// The words at 80 columns; wider, the roles too: colours follow from the state, not from the size.
fn picture(state: &State) -> String {
    if state.size == SIZES[0] {
        dump::text(&drawn(state))
    } else {
        dump::described(&drawn_with(state, &roles::skin()), roles::role)
    }
}

pub(super) fn answer(state: &mut State) {
    let key = state.active.entries.as_ref().unwrap().key.clone();
    let from = crate::app::entries::Page::Newest;
    let question = crate::app::entries::EntriesQuestion { key, from };
    tell(state, TargetMessage::Entries(question, Ok(fixture::entries())));
}

#[test]
fn streams_of_a_busy_server() {
    check("streams_busy", fixture::busy, "2 > > > > > >");
}

#[test]
fn streams_of_an_empty_server() {
    check("streams_empty", fixture::empty, "2");
}

#[test]
fn streams_that_may_not_be_searched_for() {
    check("streams_denied", fixture::denied, "2");
}

#[test]
fn streams_of_before_the_outage() {
    check("streams_down", fixture::down, "2");
}

#[test]
fn a_server_that_was_never_reached() {
    check("waiting", fixture::waiting, "2");
}

#[test]
fn a_stream_and_its_groups() {
    check("stream", fixture::busy, "2 / ^ o r d enter enter");
}

#[test]
fn a_group_that_falls_behind() {
    check("group", fixture::busy, "2 / ^ o r d enter enter G enter");
}

#[test]
fn pending_entries_of_a_dead_consumer() {
    check("pending", fixture::busy, "3 / m a i l enter enter");
}

#[test]
fn consumers_of_all_groups() {
    check("consumers", fixture::busy, "3");
}

#[test]
fn clients_by_memory() {
    check("clients", fixture::busy, "8");
}

#[test]
fn clients_that_may_not_be_listed() {
    check("clients_denied", fixture::denied, "8");
}

#[test]
fn entries_with_their_values_hidden() {
    check_with("entries_hidden", fixture::busy, "2 / ^ o r d enter e", answer);
}

#[test]
fn entries_with_their_values_shown() {
    check_with("entries_shown", fixture::busy, "2 / ^ o r d enter e v", answer);
}

#[test]
fn help_over_the_streams_of_the_demo() {
    check("help", fixture::demo, "2 ?");
}

#[test]
fn queues_that_are_flooded_paused_and_not_listened_to() {
    check("queues", fixture::queues::queued, "7");
}

#[test]
fn a_queue_with_the_classes_of_its_jobs() {
    check("queue", fixture::queues::queued, "7 / ^ m a i l enter enter");
}

#[test]
fn jobs_that_failed_by_what_went_wrong() {
    check("failures", fixture::queues::queued, "7 w");
}

#[test]
fn what_begins_jobs_again_and_again() {
    check("schedulers", fixture::queues::queued, "7 w w");
}

#[test]
fn for_whom_jobs_are() {
    check("tenants", fixture::queues::queued, "7 w w w");
}

#[test]
fn queues_of_a_server_that_has_none() {
    check("queues_empty", fixture::empty, "7");
}

#[test]
fn fan_out_with_a_subscriber_that_stopped_reading() {
    check("fanout", fixture::fanout::listening, "6");
}

#[test]
fn fan_out_of_streams_by_group() {
    check("fanout_groups", fixture::busy, "6");
}

#[test]
fn channel_layers_of_both_forms() {
    check("fanout_layers", fixture::fanout::listening, "6 w w w");
}

#[test]
fn fan_out_on_a_server_where_nobody_subscribes() {
    check("fanout_empty", fixture::empty, "6");
}

#[test]
fn a_probe_with_its_percentiles_and_its_histogram() {
    check("fanout_probe", fixture::fanout::probed, "6");
}

#[test]
fn what_a_probe_will_cost_is_said_before_it_begins() {
    check("fanout_prompt", fixture::fanout::listening, "6 P backspace 1 0 0");
}

fn armed(size: (u16, u16)) -> State {
    let mut state = fixture::busy(size);
    state.setup.actions.unlock_ms = 600_000;
    press(&mut state, "2 W tab enter");
    state.active.notice = None;
    state
}

pub(super) fn planned(state: &mut State) {
    let mut plan = crate::core::ops::plan::tests::plan();
    plan.facts = vec![
        ("stream", "1,000 entries, about 120.0 KiB".to_owned()),
        ("removes", "600 entries, all below 5-0".to_owned()),
        ("held by", "group billing has not acknowledged 2-0".to_owned()),
    ];
    plan.warnings =
        vec!["group billing loses 400 that it has not read and 3 that it has not acknowledged".to_owned()];
    plan.typed = Some("entries go that a group has not read or not acknowledged".to_owned());
    plan.made_us = state.now_us;
    tell(state, TargetMessage::Planned(state.active.operations.plan, Ok(Box::new(plan))));
}

#[test]
fn what_to_trim_and_up_to_where() {
    check("trim_form", armed, "T down");
}

#[test]
fn a_lossy_trim_before_its_name_is_typed() {
    check_with("trim_question", armed, "T enter", planned);
}
