//! What keys are about: the selected row, what its finding asks for, and a line where nothing is there for them.

use super::*;

#[test]
fn idle_time_is_a_line_of_every_reclaim_and_begins_at_the_limit_of_the_verdict() {
    let mut state = armed();
    state.active.setup.watched.thresholds.consumer_dead.warning_ms = 8_000;
    state.active.trail = vec![View::Group(Name::from("orders"), Name::from("billing"))];
    let begin = |state: &mut State, more: &str| {
        // Nobody lives there to whom it could be given: the form begins below.
        let effects = keys(state, &format!("R up {more}"));
        let request = effects.into_iter().find_map(|effect| match effect {
            Effect::Plan(_, Request::Reclaim(request)) => Some(request),
            _ => None,
        });
        keys(state, "esc");
        request
    };
    let handed = begin(&mut state, "ctrl-u w 1 enter").unwrap();
    assert_eq!((handed.verb, handed.min_idle_ms), (ReclaimVerb::HandOver(Name::from("w1")), 8_000));
    let dead_letter = begin(&mut state, "down down down enter").unwrap();
    assert!(matches!(dead_letter.verb, ReclaimVerb::DeadLetter { .. }) && dead_letter.min_idle_ms == 0);
    // Tab goes to the second line, which can be changed.
    let changed = begin(&mut state, "down down down tab ctrl-u 3 s enter").unwrap();
    assert_eq!(changed.min_idle_ms, 3_000);
    for down in [1, 2, 4, 5] {
        assert_eq!(begin(&mut state, &format!("{}enter", "down ".repeat(down))).unwrap().min_idle_ms, 8_000);
    }
    assert!(begin(&mut state, "down ctrl-u x enter").is_none());
}

#[test]
fn a_way_to_free_memory_is_the_subject_of_its_own_action() {
    let state = armed();
    let name = |text: &str| Name::from(text);
    let saving = |subject| RowId::Saving("way", subject);
    let orders = saving(FindingSubject::Stream(name("orders")));
    assert_eq!(stream(&state, Some(&orders)), Some(name("orders")));
    let billing = saving(FindingSubject::Group(name("orders"), name("billing")));
    assert_eq!(rows(&state, Some(&billing)), Some((name("orders"), name("billing"), None)));
    assert_eq!(pattern(&state, Some(&saving(FindingSubject::Pattern(name("kpi:*"))))), Some(name("kpi:*")));
    assert_eq!(pattern(&state, Some(&RowId::Pattern(name("")))), None);
    let lines = |glob: &str| {
        let choices = About::Invalidate(Some(name(glob))).choices();
        choices.into_iter().flat_map(|choice| choice.lines).map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert_eq!(lines("kpi:*"), ["kpi:*", "kpi:", "kpi:*"]);
    // What is no plain beginning is none.
    assert_eq!(lines("user:*:cart"), ["user:*:cart", "", "user:*:cart"]);
}

#[test]
fn no_key_is_silent_on_any_screen() {
    let keymap = crate::commands::KeyMap::default();
    let bound = crate::commands::COMMANDS.iter().flat_map(|command| keymap.keys_of(command.id).to_vec());
    let mut all: Vec<Key> =
        bound.chain("xyzZYJQo§".chars().map(|c| c.to_string().parse().unwrap())).collect();
    all.sort_by_key(ToString::to_string);
    all.dedup();
    for way in ["1", "2", "2 enter", "2 enter enter", "2 e", "3", "4", "5", "6", "7", "8", "9", "0"] {
        for key in &all {
            let mut state = armed();
            keys(&mut state, way);
            state.active.notice = None;
            let command = state.setup.keymap.lookup(&state.places(), *key);
            let has_effect = command.is_some_and(|command| crate::app::works::works(&state, command));
            tell(&mut state, Message::Key(*key));
            let is_told = state.active.notice.as_ref().is_some_and(|notice| notice.text.len() > 10);
            let is_asked = state.active.modal.is_some();
            assert!(has_effect || is_told || is_asked, "{key} on {way}: {:?}", state.active.notice);
        }
    }
    let mut state = armed();
    keys(&mut state, "0 T");
    assert_eq!(notice(&state), "nothing to trim here: select a stream");
    keys(&mut state, "esc P");
    assert_eq!(notice(&state), "P probe is for: Fan-out");
    keys(&mut state, "esc Q");
    assert_eq!(notice(&state), "Q does nothing here: ? shows the keys");
}

#[test]
fn the_key_of_a_finding_does_what_the_finding_asks_for() {
    use crate::core::reading::cure::{Cure, CureDeed};
    let mut state = armed();
    keys(&mut state, "1");
    // Memory is about the server; what it asks for is about a stream.
    let id = RowId::Finding("memory.full_soon", FindingSubject::Server);
    let rows = vec![crate::app::cell::Row { id, cells: Vec::new(), mark: Default::default() }];
    state.active.tables.get_mut(&crate::app::cell::TableId::Findings).unwrap().rows = rows;
    let cure = |deed| Some(Cure { deed, effect: String::new() });
    let name = |text: &str| Name::from(text);
    state.active.cure = cure(CureDeed::Trim(name("telemetry")));
    assert_eq!(wanted(&state, CommandId::Trim), Ok(Begin::Form(About::Trim(name("telemetry")))));
    assert!(wanted(&state, CommandId::KillClient).is_err());
    state.active.cure = cure(CureDeed::KillClient(188));
    assert!(
        matches!(wanted(&state, CommandId::KillClient), Ok(Begin::Request(Request::KillClient(kill))) if kill.id == 188)
    );
    state.active.cure = cure(CureDeed::Sweep(name("orders"), name("g")));
    let Ok(Begin::Form(form)) = wanted(&state, CommandId::Reclaim) else { panic!() };
    assert_eq!(Form::new(form).selected, crate::app::action::ReclaimChoice::Sweep as usize);
}

#[test]
fn enter_on_a_way_to_free_memory_shows_its_preview_or_its_form() {
    let way = |kind: &'static str| {
        let mut state = armed();
        keys(&mut state, "4");
        let id = RowId::Saving(kind, FindingSubject::Stream(Name::from("orders")));
        let rows = vec![crate::app::cell::Row { id, cells: Vec::new(), mark: Default::default() }];
        state.active.tables.get_mut(&crate::app::cell::TableId::Savings).unwrap().rows = rows;
        let effects = keys(&mut state, "enter");
        (state, effects)
    };
    let (_, effects) = way("trim");
    let is_safe = |effect: &Effect| matches!(effect, Effect::Plan(_, Request::Trim(trim)) if trim.to == crate::core::ops::TrimTo::Safe);
    assert!(effects.iter().any(is_safe), "{effects:?}");
    let (state, effects) = way("trim-unread");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Plan(..))));
    assert!(matches!(
        &state.active.modal,
        Some(Modal::Action(ActionModal { stage: ActionStage::Form(form), .. })) if form.about == About::Trim(Name::from("orders"))
    ));
    let (state, _) = way("purge");
    assert!(notice(&state).contains("does not help against maxmemory"));
}
