// BullMQ 5: two job schedulers, by a pattern and by a time, as its own list tells them.
'use strict';
const { Queue } = require('bullmq');
const h = require('./harness.js');

async function main() {
  const connection = { host: h.host, port: h.port, maxRetriesPerRequest: null };
  const mail = new Queue('mail', { connection });
  await mail.upsertJobScheduler('digest', { pattern: '0 0 1 1 *' }, { name: 'send_mail', data: { key: 'secret' } });
  await mail.upsertJobScheduler('clean', { every: 3_600_000 }, { name: 'clean', data: { key: 'secret' } });
  const found = await mail.getJobSchedulers();
  h.tell({}, { schedulers: Object.fromEntries(found.map((one) => [one.key, one.next])) });
  await h.stay();
}

h.run(main);
