//! Reads for the plans about queues: whether the queue is there, and which jobs an action would be about.
//!
//! Knows which reads; decides nothing. Invariants: a queue that its framework's own keys do not show is refused; a count that
//! reached its bound is "at least", and no payload crosses the network for a plan.

use super::pause;
use super::plan::{JobsFacts, JobsSeen, plan};
use super::request::{DropRequest, ErrorWanted, JobsRequest, PauseRequest};
use crate::core::limits::{JOBS_LOOKED_AT, JOBS_SAMPLED};
use crate::core::model::Name;
use crate::core::model::keys::KeyKind;
use crate::core::model::queues::{QueueColumn, QueueId};
use crate::core::ops::guard::Guard;
use crate::core::ops::plan::{ActionKind, Plan};
use crate::core::ops::refusal::Refusal;
use crate::core::ops::survey::Reader;
use crate::core::queues::adapter::QueueSign;
use crate::core::queues::allowed;
use crate::core::queues::deeds::DeedName;
use crate::core::queues::{QueueLead, adapter, names};
use crate::core::wire::read::{QueueAsk, QueueRead};
use crate::core::wire::{Inspect, JobsRead, ReadCmd, Resp};

/// The plan to make orphans ready again.
pub(in crate::core::ops) async fn requeue(reader: Reader, request: JobsRequest) -> Result<Plan, Refusal> {
    moved(&reader, &super::REQUEUE, &request, vec![DeedName::Requeue]).await
}

/// The plan to make dead jobs ready again.
pub(in crate::core::ops) async fn revive(reader: Reader, request: JobsRequest) -> Result<Plan, Refusal> {
    if allowed::deed(request.of.site.framework, DeedName::Revive).is_ok() {
        by_error(&request, QueueColumn::Dead)?;
    }
    moved(&reader, &super::REVIVE, &request, vec![DeedName::Revive]).await
}

/// The plan to drop jobs.
pub(in crate::core::ops) async fn dropped(reader: Reader, request: DropRequest) -> Result<Plan, Refusal> {
    let (framework, part) = (request.jobs.of.site.framework, request.part);
    let found = allowed::drops(framework, part).map_err(|why| no(&request.jobs.of, why))?;
    by_error(&request.jobs, part)?;
    moved(&reader, &super::DROP, &request.jobs, found).await
}

/// The plan to pause a queue.
pub(in crate::core::ops) async fn pause(reader: Reader, request: PauseRequest) -> Result<Plan, Refusal> {
    paused(&reader, request.of, false).await
}

/// The plan to let a queue go on.
pub(in crate::core::ops) async fn resume(reader: Reader, request: PauseRequest) -> Result<Plan, Refusal> {
    paused(&reader, request.of, true).await
}

/// Whether jobs of a part can be chosen by their error, where one is wanted.
fn by_error(request: &JobsRequest, part: QueueColumn) -> Result<(), Refusal> {
    match request.error {
        Some(_) => allowed::errors(request.of.site.framework, part).map_err(|why| no(&request.of, why)),
        None => Ok(()),
    }
}

/// Why the framework does not allow it.
fn no(of: &QueueId, why: &str) -> Refusal {
    let title = adapter(of.site.framework).map_or("", |adapter| adapter.title);
    Refusal::because(format!("{title}: {why}"))
}

async fn paused(reader: &Reader, of: QueueId, resumes: bool) -> Result<Plan, Refusal> {
    let deed = adapter(of.site.framework).map(|adapter| adapter.deeds.pause.get());
    let deed = deed.ok_or_else(|| no(&of, "not known"))?.map_err(|why| no(&of, why))?;
    let (guard, key) = there(reader, &of).await?;
    Ok(pause::plan(deed, (of, key), resumes, (guard, reader.moment().now_us)))
}

async fn moved(
    reader: &Reader,
    kind: &'static ActionKind,
    request: &JobsRequest,
    deeds: Vec<DeedName>,
) -> Result<Plan, Refusal> {
    for deed in &deeds {
        allowed::deed(request.of.site.framework, *deed).map_err(|why| no(&request.of, why))?;
    }
    let (guard, key) = there(reader, &request.of).await?;
    let mut facts = JobsFacts {
        kind,
        key,
        error: None,
        seen: JobsSeen::default(),
        is_exact: true,
        held_ms: held_ms(reader, &request.of, &deeds),
        guard,
        deeds,
        at_us: 0,
    };
    // Of what an error may mean the first is meant that a job has.
    let wanted = match &request.error {
        Some(error) => error.meanings().into_iter().map(Some).collect(),
        None => vec![None],
    };
    let with_none = |meaning| (meaning, JobsSeen::default());
    let mut meanings: Vec<(Option<ErrorWanted>, JobsSeen)> = wanted.into_iter().map(with_none).collect();
    for deed in facts.deeds.clone() {
        count(reader, request, deed, (&mut facts, &mut meanings)).await?;
    }
    let last = meanings.pop();
    let found = meanings.into_iter().find(|(_, seen)| seen.jobs > 0).or(last);
    found.into_iter().for_each(|(error, seen)| (facts.error, facts.seen) = (error, seen));
    facts.at_us = reader.moment().now_us;
    Ok(plan(request, facts))
}

/// After how long a worker counts as gone: as the config says, else as is usual; 0 where keys tell, or nothing rests on it.
fn held_ms(reader: &Reader, of: &QueueId, deeds: &[DeedName]) -> u64 {
    let silence = adapter(of.site.framework).and_then(|adapter| adapter.deeds.silence.as_ref());
    // Nothing rests on a time: keys tell, or nobody has to be gone.
    let Some(silence) = silence.filter(|_| deeds.contains(&DeedName::Requeue)) else { return 0 };
    match silence.setting {
        "" => silence.usual_ms,
        _ => reader.place().held.of(of.site.framework),
    }
}

/// Counts the jobs of one place.
async fn count(
    reader: &Reader,
    request: &JobsRequest,
    deed: DeedName,
    (facts, meanings): (&mut JobsFacts, &mut [(Option<ErrorWanted>, JobsSeen)]),
) -> Result<(), Refusal> {
    let known = adapter(request.of.site.framework);
    let errors = request.error.is_some();
    let mut from = 0_u64;
    loop {
        let (of, key) = (request.of.clone(), facts.key.clone());
        let (count, held_ms) = (JOBS_SAMPLED, facts.held_ms);
        let read = JobsRead { of, key, deed, from, count, whole: false, held_ms, errors };
        let reply = reader.one(ReadCmd::Inspect(Inspect::Jobs(read))).await?;
        let page = known.and_then(|adapter| super::run::page(&reply, adapter, errors));
        let page = page.ok_or_else(|| Refusal::because("EVAL: a reply that streamgauge does not know"))?;
        for job in &page.jobs {
            for (error, seen) in meanings.iter_mut() {
                seen.take(job, job.is_of(request.class.as_ref(), error.as_ref()));
            }
        }
        from = from.saturating_add(page.looked_at);
        reader.tell("jobs", from, None);
        if page.is_too_deep || reader.moment().is_late || from >= JOBS_LOOKED_AT {
            facts.is_exact = false;
            return Ok(());
        }
        if page.looked_at == 0 {
            return Ok(());
        }
    }
}

/// What has to be as it was, and a key of the queue: where its framework's keys show that it is there.
async fn there(reader: &Reader, of: &QueueId) -> Result<(Guard, Name), Refusal> {
    let ground = reader.ground(None).await?;
    let known = adapter(of.site.framework).ok_or_else(|| no(of, "this framework is not known"))?;
    for (at, sign) in known.signs.iter().enumerate() {
        for key in sign_keys(of, (sign, known.usual)) {
            let lead = QueueLead { of: of.clone(), sign: at, key };
            if shows(reader, &lead, sign.proof.is_some()).await? {
                return Ok((ground.guard, lead.key));
            }
        }
    }
    let title = known.title;
    let queue = of.queue.as_ref().map_or_else(String::new, Name::to_string);
    Err(Refusal::because(format!(
        "nothing shows a queue {queue} of {title} whose keys begin with {:?}: --prefix says what they begin with",
        of.site.prefix.to_string()
    )))
}

/// Keys that may show the queue: those of the template with its name, and with what the framework usually has there.
fn sign_keys(of: &QueueId, (sign, usual): (&QueueSign, &[&str])) -> Vec<Name> {
    let mut keys = vec![names::key(sign.key, of, None)];
    if sign.key.contains("{x}") {
        let places = usual.iter().filter_map(|key| names::parts(sign.key, key.as_bytes())?.1);
        let named = |place: &[u8]| QueueId { queue: Some(Name::new(place)), ..of.clone() };
        keys.extend(places.map(|place| names::key(sign.key, &named(place), None)));
    }
    keys
}

async fn shows(reader: &Reader, lead: &QueueLead, is_proved: bool) -> Result<bool, Refusal> {
    let Some(sign) = lead.sign() else { return Ok(false) };
    let read = |ask| ReadCmd::Queue(QueueRead { of: lead.of.clone(), ask });
    let kinds = std::iter::once((lead.key.clone(), sign.kind)).chain(lead.beside());
    let (keys, wanted): (Vec<Name>, Vec<KeyKind>) = kinds.unzip();
    let replies = reader.ask(keys.into_iter().map(|key| read(QueueAsk::Kind(key))).collect()).await?;
    let is_kind = |(reply, wanted): (&Resp, &KeyKind)| {
        reply.text().is_some_and(|word| KeyKind::named(word.as_bytes()) == Some(*wanted))
    };
    let mut kinds = replies.iter().zip(&wanted).map(is_kind);
    let is_there = kinds.next() == Some(true) && (wanted.len() == 1 || kinds.any(|is_so| is_so));
    if !is_there || !is_proved {
        return Ok(is_there);
    }
    let (sign, key) = (lead.sign, lead.key.clone());
    let proof = reader.one(read(QueueAsk::Proof { sign, key, read_only: false })).await?;
    Ok(proof.int() == Some(1))
}
