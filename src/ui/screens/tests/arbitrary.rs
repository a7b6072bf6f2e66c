//! Whatever figures a server answers: every screen is drawn.

use super::{WAYS, drawn, fixture};
use crate::app::message::TargetMessage;
use crate::core::wire::decode::hostile;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_figure_of_a_server_ends_the_console(polls in hostile::polls()) {
        let mut state = fixture::console((100, 30));
        fixture::tell(&mut state, fixture::up());
        for poll in polls {
            fixture::tell(&mut state, TargetMessage::Observed(Box::new(poll)));
        }
        for way in WAYS {
            let mut state = state.clone();
            fixture::press(&mut state, way);
            drawn(&state);
        }
    }
}
