//! What real frameworks leave behind: keys that their own code writes without an end.
//!
//! Knows what a script has made; what the layouts of others leave is in `trouble`.

use crate::frameworks::{CELERY_RESULTS, Scenario};
use crate::rows::snapshot_with;
use crate::server::{Options, Server, kinds};

#[test]
fn results_that_celery_keeps_for_ever_are_told_and_those_with_an_end_are_not() {
    for kind in kinds() {
        let server = Server::start(Options { port: true, ..Options::with(kind, &[]) });
        let made = CELERY_RESULTS.start(Scenario::Backlog, &server).unwrap();
        let kept = made.truth["kept"].as_u64().unwrap();
        let seen = snapshot_with(&server, "[thresholds]\nqueue_leaks = 100\n");
        assert!(!seen.to_string().contains("secret"));
        let findings = seen["findings"].as_array().unwrap().iter();
        let told: Vec<_> = findings.filter(|finding| finding["id"] == "queue.leaks").collect();
        assert_eq!(told.len(), 1, "{kind:?}: {told:?}");
        let text = told[0]["text"].as_str().unwrap();
        assert!(text.contains(&format!("celery: {kept} results without an end")), "{kind:?}: {text}");
    }
}
