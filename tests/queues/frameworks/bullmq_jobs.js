// BullMQ 5: queues `mail` and `images`; 5 of the 30 in `mail` have a priority, so they lie in a set of their own.
'use strict';
const { Queue, Worker } = require('bullmq');
const h = require('./harness.js');

const scenario = process.env.HARNESS_SCENARIO || h.scenario;
const connection = { host: h.host, port: h.port, maxRetriesPerRequest: null };
const prefix = scenario === 'prefix' ? 'shop' : 'bull';
const hasty = scenario === 'killed' ? { lockDuration: 1000, stalledInterval: 600_000 } : {};

async function work() {
  h.endWithOwner();
  for (const name of ['mail', 'images']) {
    new Worker(name, async (job) => (await h.done(job.name, job.data.number)) || h.hold(), { connection, prefix, concurrency: name === 'mail' ? 2 : 1, name: 'first', ...hasty });
  }
}

async function row(queue) {
  const counts = await queue.getJobCounts();
  const ready = await queue.getJobs(['waiting', 'prioritized', 'paused'], 0, -1, true);
  const active = await queue.getActive();
  const client = await queue.client;
  const locks = await Promise.all(active.map((job) => client.exists(queue.toKey(`${job.id}:lock`))));
  return {
    ready: counts.waiting + counts.prioritized + counts.paused,
    in_flight: counts.active,
    orphaned: locks.filter((lock) => !lock).length,
    delayed: counts.delayed,
    dead: counts.failed,
    oldest_enqueued_ms: ready.length ? Math.min(...ready.map((job) => job.timestamp)) : null,
    workers: await queue.getWorkersCount(),
    paused: await queue.isPaused(),
    classes: h.count(ready.map((job) => job.name)),
    counts,
  };
}

/** What is there of what another script made, and what a worker does of it. */
async function again(mail, images) {
  const more = {};
  if (scenario === 'run') {
    h.worker();
    const left = async (queue) => (await queue.getWaitingCount()) + (await queue.getPrioritizedCount()) + (await queue.getActiveCount());
    more.ran = await h.runAll(await mail.client, async () => (await left(mail)) + (await left(images)) === 0);
  }
  h.tell({ mail: await row(mail), images: await row(images) }, more);
  await h.stay();
}

async function main() {
  const mail = new Queue('mail', { connection, prefix });
  const images = new Queue('images', { connection, prefix });
  if (scenario === 'look' || scenario === 'run') return again(mail, images);
  const numbers = (n) => [...Array(n).keys()];
  await mail.addBulk(numbers(h.DEAD).map((number) => ({ name: 'broken', data: { number } })));
  const failing = new Worker('mail', () => { throw new Error('no such mailbox'); }, { connection, prefix });
  failing.on('error', () => {});
  await h.waitUntil('three have failed', async () => (await mail.getFailedCount()) === h.DEAD);
  await failing.close();
  for (const number of numbers(h.MAIL)) await mail.add('send_mail', { number, tenant: `t${number % 3}` }, number < 5 ? { priority: 10 - number } : {});
  for (const number of numbers(h.IMAGES)) await images.add('resize', { number });
  for (const number of numbers(h.LATER)) await mail.add('send_mail', { number }, { delay: h.HOUR_MS });
  if (scenario === 'paused') await images.pause();
  if (scenario === 'working' || scenario === 'killed') {
    const started = h.worker();
    await h.waitUntil('three jobs run', async () => (await mail.getActiveCount()) + (await images.getActiveCount()) === 3);
    if (scenario === 'killed') {
      await h.kill(started);
      await h.waitUntil('their locks are gone', async () => (await row(mail)).orphaned === 2 && (await row(images)).orphaned === 1);
    } else await h.waitUntil('workers are named', async () => (await row(images)).workers === 1);
  }
  const rows = { mail: await row(mail), images: await row(images) };
  h.tell(rows, { workers: Math.max(rows.mail.workers, rows.images.workers) });
  await h.stay();
}

h.run(h.scenario === 'worker' ? work : main);
