// What harness.py is to scripts in Python: the command line, workers that end with their owner, how the truth is told.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const net = require('net');

const [, script, url, scenario] = process.argv;
const { hostname: host, port } = new URL(url);
const PATIENCE_MS = 50_000;
const workers = [];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a job is to be done at once: then it writes down that it was. */
async function done(name, number) {
  if ((process.env.HARNESS_SCENARIO || scenario) !== 'run') return false;
  const reply = await command(`RPUSH harness:ran ${name}:${number}`);
  return reply.startsWith(':');
}

/** The reply to one command, as it is sent. */
function command(line) {
  return new Promise((resolve, reject) => {
    const link = net.connect(Number(port), host, () => link.write(line + '\r\n'));
    let text = '';
    link.on('data', (data) => {
      text += data;
      link.end();
    });
    link.on('end', () => resolve(text));
    link.on('error', reject);
  });
}

/** Waits until nothing is left to be done, or for some seconds in which nothing was; what was done. */
async function runAll(client, isOver, quietMs = 6000, startMs = 20_000) {
  let [ran, end] = [-1, 0];
  while (!(await isOver())) {
    const count = await client.llen('harness:ran');
    if (count !== ran) [ran, end] = [count, Date.now() + (count ? quietMs : startMs)];
    if (Date.now() > end) break;
    await sleep(100);
  }
  return client.lrange('harness:ran', 0, -1);
}

/** What a job does that a test finds at work: nothing, until the script that started its worker is gone. */
async function hold() {
  const end = Date.now() + 120_000;
  while (Date.now() < end && alive(Number(process.env.HARNESS_PID))) await sleep(200);
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Ends a worker whose owner is gone. */
function endWithOwner() {
  setInterval(() => alive(Number(process.env.HARNESS_PID)) || process.exit(0), 200);
}

/** Starts this script again as a worker. */
function worker() {
  const log = process.env.HARNESS_LOG ? fs.openSync(process.env.HARNESS_LOG, 'a') : 'ignore';
  const env = { ...process.env, HARNESS_PID: String(process.pid), HARNESS_SCENARIO: scenario };
  const started = spawn(process.execPath, [script, url, 'worker'], { env, stdio: ['ignore', log, log] });
  started.gone = new Promise((resolve) => started.on('exit', resolve));
  workers.push(started);
  return started;
}

async function kill(started) {
  started.kill('SIGKILL');
  await started.gone;
}

async function waitUntil(what, holds) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(50);
  }
}

function count(names) {
  const classes = {};
  for (const name of names) classes[name] = (classes[name] || 0) + 1;
  return classes;
}

/** The truth: a row a queue, and what they come to. */
function tell(rows, more = {}) {
  const all = Object.values(rows);
  const total = (column) => (all.some((row) => row[column] == null) ? null : all.reduce((sum, row) => sum + row[column], 0));
  const truth = Object.fromEntries(['ready', 'in_flight', 'orphaned', 'delayed', 'dead'].map((column) => [column, total(column)]));
  const oldest = all.map((row) => row.oldest_enqueued_ms).filter((at) => at != null);
  truth.oldest_enqueued_ms = oldest.length ? Math.min(...oldest) : null;
  truth.workers = null;
  truth.paused = all.some((row) => row.paused == null) ? null : all.some((row) => row.paused);
  truth.queues = Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.ready]));
  truth.classes = {};
  for (const row of all) for (const [name, n] of Object.entries(row.classes)) truth.classes[name] = (truth.classes[name] || 0) + n;
  process.stdout.write(JSON.stringify({ ...truth, rows, ...more }) + '\n');
}

/** Waits for the end of input, and ends the workers. */
async function stay() {
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.on('end', resolve));
  for (const started of workers) if (started.exitCode === null) started.kill('SIGKILL');
  process.exit(0);
}

/** Runs a script's main, and ends with its error. */
function run(main) {
  main().catch((error) => {
    console.error(error);
    for (const started of workers) started.kill('SIGKILL');
    process.exit(1);
  });
}

const MAIL = 30, IMAGES = 10, LATER = 5, DEAD = 3, HOUR_MS = 3_600_000;
module.exports = { url, scenario, host, port: Number(port), sleep, hold, done, runAll, endWithOwner, worker, kill, waitUntil, count, tell, stay, run, MAIL, IMAGES, LATER, DEAD, HOUR_MS };
