//! Every name that a reading can show, for a mask.
//!
//! Knows where names stand; not how they are masked. Invariant: what a screen can draw a name of is gone through here.

use super::Reading;
use super::fanout::layers;
use crate::core::diagnose::finding::FindingSubject;
use crate::core::model::Name;
use crate::core::model::clients::Client;
use crate::core::model::glob::glob_text;
use crate::core::model::mask::{Mask, MaskKind};
use crate::core::model::queues::QueueId;
use std::collections::BTreeSet;

/// Learns every name of a reading.
pub fn learn(reading: &Reading, mask: &mut Mask) {
    streams(reading, mask);
    server(reading, mask);
    keys(reading, mask);
    fanout(reading, mask);
    queues(reading, mask);
    for counter in reading.counters().rows() {
        mask.learn(MaskKind::Counter, &counter.spec.name);
        mask.learn(MaskKind::Key, &counter.spec.key.to_string());
    }
}

fn one(mask: &mut Mask, kind: MaskKind, name: &Name) {
    mask.learn(kind, &name.to_string());
}

fn pattern(mask: &mut Mask, name: &Name) {
    one(mask, MaskKind::Pattern, name);
    mask.learn(MaskKind::Pattern, &glob_text(name));
}

fn streams(reading: &Reading, mask: &mut Mask) {
    for stream in reading.streams().values() {
        one(mask, MaskKind::Stream, &stream.key);
        for group in stream.groups.values() {
            one(mask, MaskKind::Group, &group.facts.name);
            for consumer in group.consumers.iter().flat_map(|consumers| &consumers.value) {
                one(mask, MaskKind::Consumer, &consumer.name);
            }
            for row in group.pending.iter().flat_map(|rows| &rows.value) {
                one(mask, MaskKind::Consumer, &row.consumer);
            }
        }
    }
    for family in reading.folded_streams(&BTreeSet::new()) {
        if let super::families::FoldedStream::Family(family) = family {
            pattern(mask, &family.name);
        }
    }
}

fn client(mask: &mut Mask, client: &Client) {
    // Our own connections are nobody's secret.
    if !client.name.as_bytes().starts_with(b"streamgauge:") {
        one(mask, MaskKind::Client, &client.name);
    }
    mask.learn_address(&client.address.to_string());
    if let Some(user) = client.user.as_ref().filter(|user| user.as_bytes() != b"default") {
        one(mask, MaskKind::User, user);
    }
}

fn server(reading: &Reading, mask: &mut Mask) {
    let node = reading.this_node();
    node.clients.iter().flat_map(|clients| &clients.value).for_each(|one| client(mask, one));
    for entry in node.slowlog.entries().into_iter().flatten() {
        entry.address.iter().for_each(|address| mask.learn_address(&address.to_string()));
        entry.client.iter().for_each(|name| one(mask, MaskKind::Client, name));
    }
    if let Some(info) = &node.info {
        info.value.replication.primary.iter().for_each(|primary| mask.learn_address(primary));
    }
}

fn keys(reading: &Reading, mask: &mut Mask) {
    for found in &reading.keys().keyspace().patterns {
        pattern(mask, &found.glob);
        found.name.iter().for_each(|name| mask.learn(MaskKind::Pattern, name));
        found.tally.biggest().into_iter().for_each(|key| one(mask, MaskKind::Key, &key.name));
    }
    reading.biggest_keys().iter().for_each(|key| one(mask, MaskKind::Key, &key.facts.name));
    reading.findings().iter().for_each(|finding| subject(mask, &finding.subject));
}

/// Whom a finding is about may be gone by now.
fn subject(mask: &mut Mask, subject: &FindingSubject) {
    match subject {
        FindingSubject::Server | FindingSubject::Client(_) => {}
        FindingSubject::Stream(key) => one(mask, MaskKind::Stream, key),
        FindingSubject::Group(key, group) => {
            one(mask, MaskKind::Stream, key);
            one(mask, MaskKind::Group, group);
        }
        FindingSubject::Consumer(key, group, consumer) => {
            one(mask, MaskKind::Stream, key);
            one(mask, MaskKind::Group, group);
            one(mask, MaskKind::Consumer, consumer);
        }
        FindingSubject::Pattern(glob) => pattern(mask, glob),
        FindingSubject::Channel(name) => one(mask, MaskKind::Channel, name),
        FindingSubject::Queue(id) => queue(mask, id),
    }
}

fn fanout(reading: &Reading, mask: &mut Mask) {
    let track = reading.fanout();
    track.subscribers.list().into_iter().flat_map(|list| &list.value).for_each(|one| client(mask, one));
    for gone in track.subscribers.vanished() {
        one(mask, MaskKind::Client, &gone.name);
        mask.learn_address(&gone.address.to_string());
    }
    track.channels().for_each(|channel| one(mask, MaskKind::Channel, channel.name));
    for layer in layers::layers(track, reading.this_node().at_us) {
        one(mask, MaskKind::Pattern, &layer.prefix);
        layer.groups.iter().for_each(|group| one(mask, MaskKind::Group, &group.name));
        for channel in &layer.channels {
            one(mask, MaskKind::Channel, &channel.name);
            // Its key has the prefix before it.
            mask.learn(MaskKind::Channel, &format!("{}{}", layer.prefix, channel.name));
        }
    }
}

fn queue(mask: &mut Mask, id: &QueueId) {
    one(mask, MaskKind::Pattern, &id.site.prefix);
    id.queue.iter().for_each(|name| one(mask, MaskKind::Queue, name));
}

fn queues(reading: &Reading, mask: &mut Mask) {
    for view in reading.queues() {
        queue(mask, &view.id);
        view.classes
            .iter()
            .filter_map(|class| class.name.as_ref())
            .for_each(|name| one(mask, MaskKind::Job, name));
        view.tenants
            .iter()
            .filter_map(|of| of.name.as_ref())
            .for_each(|name| one(mask, MaskKind::Tenant, name));
        for failure in &view.failures {
            failure.error.iter().for_each(|error| one(mask, MaskKind::Failure, error));
            failure.class.iter().for_each(|class| one(mask, MaskKind::Job, class));
        }
    }
    for schedule in reading.schedules().entries {
        queue(mask, &schedule.of);
        one(mask, MaskKind::Job, &schedule.entry.name);
    }
}
