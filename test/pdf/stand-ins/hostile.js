// Stands in for an extractor that a document has taken over. Its orders are in the password of the request: it tries
// what they say and reports, as the text of a failure, what the machine let it do.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { link, open, readdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';

/** Writes to the connection to the pool without Node.js, which would write messages only. */
function raw(text) {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(4, bytes, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const send = (message) => raw(`${JSON.stringify(message)}\n`);
const report = (found) =>
  send({ type: 'failed', code: 'PDF_DAMAGED', detail: JSON.stringify(found), page: null, trace: null });

/** Returns whether something worked, with what it returned. */
async function attempt(work) {
  try {
    const value = await work();
    return { done: true, value: typeof value === 'string' ? value.slice(0, 50) : value };
  } catch (error) {
    return { done: false, value: error.code ?? error.message };
  }
}

const reach = (target) =>
  new Promise((resolve, reject) => {
    const socket = connect(target);
    socket.once('connect', () => resolve(socket.destroy() && 'connected'));
    socket.once('error', reject);
    setTimeout(() => reject(new Error('timeout')), 2_000);
  });

const run = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { detached: true, stdio: 'inherit' });
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid));
  });

/** Runs a program and returns its exit code. */
const exitCode = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });

/** Fills a file until the machine refuses. */
async function fill(path, most) {
  const file = await open(path, 'w');
  const block = Buffer.alloc(1024 ** 2);
  try {
    for (let written = 0; written < most; written += block.length) await file.write(block);
  } finally {
    await file.close();
  }
}

async function openMany(path, most) {
  const files = [];
  try {
    while (files.length < most) files.push(await open(path, 'r'));
  } finally {
    for (const file of files) await file.close();
  }
}

const attacks = {
  connect: (target) => reach(target),
  read: async (path) => (await readFile(path)).toString('latin1', 0, 200),
  list: (path) => readdir(path),
  write: (path) => writeFile(path, 'hostile'),
  remove: (path) => unlink(path),
  link: ([from, to]) => link(from, to),
  symlink: ([from, to]) => symlink(from, to),
  rename: ([from, to]) => rename(from, to),
  signal: ([pid, signal]) => process.kill(pid, signal),
  run: ([command, ...args]) => run(command, args),
  exitCode: ([command, ...args]) => exitCode(command, args),
  fill: ([path, most]) => fill(path, most),
  openMany: ([path, most]) => openMany(path, most),
  environment: () => process.env,
  ids: () => ({ pid: process.pid, ppid: process.ppid, uid: process.getuid() }),
};

/** Ways to misuse the connection to the pool. */
const abuses = {
  invalid: () => raw('{"cmd":"NODE_HANDLE"}\n'),
  garbage: () => raw('\0\xff}{\n'),
  endless: () => setInterval(() => raw('a'.repeat(1024 ** 2)), 0),
  longReading: () => {
    const reading = { type: 'reading', engine: 'PDFIUM', page: 1, pages: 1, pagesReady: null };
    send({ type: 'event', event: { ...reading, more: 'a'.repeat(1024 ** 2) } });
  },
  emptyGroups: () => {
    const facts = { pageCount: 1 };
    const opened = { engine: 'PDFIUM', key: 'k', facts, attachmentsFile: null, pagesStored: 0, pagesTotal: 1 };
    send({ type: 'event', event: { type: 'opened', ...opened } });
    const group = { engine: 'PDFIUM', range: { first: 1, last: 1 }, pages: [], images: null };
    send({ type: 'event', event: { type: 'group', ...group } });
  },
  pongs: () => setInterval(() => send({ type: 'pong' }), 1),
  manyPages: () => {
    const facts = { pageCount: 1 };
    const opened = { engine: 'PDFIUM', key: 'k', facts, attachmentsFile: null, pagesStored: 0, pagesTotal: 1 };
    send({ type: 'event', event: { type: 'opened', ...opened } });
    const group = { engine: 'PDFIUM', range: { first: 1, last: 1 }, pages: [{ number: 1 }], images: null };
    for (let n = 0; n < 3; n += 1) send({ type: 'event', event: { type: 'group', ...group } });
  },
  otherFile: ({ path }) => {
    const facts = { pageCount: 1 };
    const opened = { engine: 'PDFIUM', key: 'k', facts, attachmentsFile: path, pagesStored: 0, pagesTotal: 1 };
    send({ type: 'event', event: { type: 'opened', ...opened } });
  },
  stderr: () => {
    process.stderr.write(`\u001b[2Jforged\n`);
    for (let n = 0; n < 5_000; n += 1) process.stderr.write(`noise ${n}\n`);
    process.stderr.write('a'.repeat(1024 ** 2), () => report({}));
  },
};

let remembered = null;

process.on('message', async ({ type, request }) => {
  if (type === 'ping') send({ type: 'pong' });
  if (type !== 'extract') return;
  const { abuse, tries = [], ...orders } = JSON.parse(request.password);
  if (abuse !== undefined) return abuses[abuse](orders);
  // It can ask for the paths of this document and for what it remembers of an earlier one.
  const own = (value) =>
    typeof value === 'string'
      ? value.replace('DOCUMENT', request.path).replace('SCRATCH', request.scratch)
      : Array.isArray(value)
        ? value.map(own)
        : value;
  const found = {};
  for (const [name, attack, target] of tries) found[name] = await attempt(() => attacks[attack](own(target)));
  report({ ...found, remembered, paths: { document: request.path, scratch: request.scratch } });
  remembered = request.path;
});
// A hostile process also ignores the end of its parent.
process.on('SIGTERM', () => {});
send({ type: 'ready' });
