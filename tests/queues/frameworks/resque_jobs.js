// Resque's keys, by node-resque: `mail` and `images`; what failed and what is late is of all queues at once. A job is
// taken off its list, and stands in its worker's own key from then on.
'use strict';
const { Queue, Worker } = require('node-resque');
const h = require('./harness.js');

const scenario = process.env.HARNESS_SCENARIO || h.scenario;
const connection = { pkg: 'ioredis', host: h.host, port: h.port, namespace: scenario === 'prefix' ? 'shop' : 'resque' };
const done = { perform: async () => 1 };
const broken = { perform: async () => { throw new Error('no such mailbox'); } };
const run = (name) => ({ perform: async (number) => (await h.done(name, number)) || h.hold() });
const jobs = { send_mail: run('send_mail'), resize: run('resize'), broken: scenario === 'run' ? run('broken') : broken, done };

async function work() {
  h.endWithOwner();
  const worker = new Worker({ connection, queues: ['mail', 'images'], timeout: 200 }, jobs);
  await worker.connect();
  await worker.start();
}

async function main() {
  const queue = new Queue({ connection }, jobs);
  queue.on('error', () => {});
  await queue.connect();
  if (scenario === 'look' || scenario === 'run') {
    const more = {};
    if (scenario === 'run') {
      h.worker();
      const busy = async () => Object.values(await queue.allWorkingOn()).some((job) => job.queue);
      const left = async () => (await queue.length('mail')) + (await queue.length('images'));
      more.ran = await h.runAll(queue.connection.redis, async () => (await left()) === 0 && !(await busy()));
    }
    return tell(queue, more);
  }
  const numbers = (n) => [...Array(n).keys()];
  // A count of jobs that are done, as Sidekiq has one.
  await queue.enqueue('mail', 'done');
  for (const number of numbers(h.DEAD)) await queue.enqueue('mail', 'broken', [number]);
  const failing = new Worker({ connection, queues: ['mail'], timeout: 100, name: 'failing' }, jobs);
  await failing.connect();
  await failing.start();
  await h.waitUntil('three have failed', async () => (await queue.failedCount()) === h.DEAD);
  await failing.end();
  for (const number of numbers(h.MAIL)) await queue.enqueue('mail', 'send_mail', [number]);
  for (const number of numbers(h.IMAGES)) await queue.enqueue('images', 'resize', [number]);
  for (const number of numbers(h.LATER)) await queue.enqueueIn(h.HOUR_MS, 'mail', 'send_mail', [number]);
  if (scenario === 'working' || scenario === 'killed') {
    const started = h.worker();
    const busy = async () => Object.values(await queue.allWorkingOn()).filter((job) => job.queue).length === 1;
    await h.waitUntil('a job runs', busy);
    if (scenario === 'killed') await h.kill(started);
  }
  await tell(queue);
}

async function tell(queue, more = {}) {
  const working = Object.values(await queue.allWorkingOn()).filter((job) => job.queue);
  const failed = await queue.failed(0, -1);
  const later = Object.values(await queue.allDelayed()).flat();
  const workers = Object.values(await queue.workers());
  const rows = {};
  for (const name of await queue.queues()) {
    const ready = await queue.queued(name, 0, -1);
    rows[name] = {
      ready: await queue.length(name),
      in_flight: working.filter((job) => job.queue === name).length,
      orphaned: null,
      delayed: later.filter((job) => job.queue === name).length,
      dead: failed.filter((job) => job.queue === name).length,
      oldest_enqueued_ms: null,
      workers: workers.filter((queues) => queues.split(',').includes(name)).length,
      paused: null,
      classes: h.count(ready.map((job) => job.class)),
    };
  }
  h.tell(rows, { workers: workers.length, held_by_killed: scenario === 'killed' ? working.length : 0, ...more });
  await h.stay();
}

h.run(h.scenario === 'worker' ? work : main);
