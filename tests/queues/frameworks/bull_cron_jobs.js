// Bull: two repeated jobs, by a rule and by a time, as its own list tells them.
'use strict';
const Queue = require('bull');
const h = require('./harness.js');

async function main() {
  const mail = new Queue('mail', h.url);
  await mail.add('digest', { key: 'secret' }, { repeat: { cron: '0 0 1 1 *' } });
  await mail.add('clean', { key: 'secret' }, { repeat: { every: 3_600_000 } });
  const found = await mail.getRepeatableJobs();
  h.tell({}, { schedulers: Object.fromEntries(found.map((one) => [one.name, one.next])) });
  await h.stay();
}

h.run(main);
