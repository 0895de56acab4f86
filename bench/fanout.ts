import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTenantId } from '../src/api/context.ts';
import { openDatabase } from '../src/connections/database.ts';
import { freePort } from '../src/connections/embedded-server.ts';
import { openSecret } from '../src/connections/installation-secret.ts';
import { openRedis } from '../src/connections/redis.ts';
import { createSecrets } from '../src/connections/secrets.ts';
import { decodeId } from '../src/ids.ts';
import { createLogger } from '../src/ops/logger.ts';
import { createMessages } from '../src/progress/messages.ts';
import { createPublisher } from '../src/progress/publish.ts';
import { createCollector } from './lab/garbage.ts';
import { cli, openLab, script } from './lab/lab.ts';
import { percentile, post } from './lab/load.ts';
import { cpuSeconds, residentBytes } from './lab/process.ts';
import { uploadFixture } from './lab/upload.ts';
import { type Watchers, watchBareWebSocket, watchBySse, watchByWebSocket } from './lab/watchers.ts';

// Measures subscriptions: one job's progress to many watchers over WebSocket and SSE, and a bare ws broadcast of the
// same bytes.

const events = 100;
const sizes = (process.argv[2] ?? '1,100,1000,5000').split(',').map(Number);

await using lab = await openLab();
const [serveCollector, bareCollector] = [await createCollector(), await createCollector()];
const serve = await lab.run(cli, ['serve'], serveCollector.env);
const barePort = await freePort();
const bare = await lab.run(script('bare-ws'), [], { BARE_PORT: String(barePort), ...bareCollector.env });
const api = `${lab.config.publicUrl}/graphql`;
const logger = createLogger({ logLevel: 'silent' }, 'bench');
const redis = openRedis(lab.config.redisUrl, logger);
await redis.connect();
await using database = openDatabase({ url: lab.config.databaseUrl, name: 'bench', logger });
const messages = createMessages(createSecrets(await openSecret(database, lab.config)));
const { publish } = createPublisher(redis, lab.config.redisPrefix, messages);

const upload = await uploadFixture(lab.config.publicUrl);
const created = await post(
  api,
  `mutation { createJob(input: { source: { upload: "${upload}" } }) { job { id } } }`,
  {},
);
const { job } = created.data.createJob as { job: { id: string } };
const jobId = decodeId('job', job.id) ?? '';

/** The seq of the newest event, across all rounds: a watcher ignores anything older. */
let seq = 0;
const sentAt = new Map<number, number>();

function sendState(): void {
  seq += 1;
  sentAt.set(seq, performance.now());
  const none = {
    name: null,
    bytesDone: null,
    bytesTotal: null,
    retryCount: 0,
    nextRetryAt: null,
    failure: null,
    batchId: null,
  };
  const state = {
    jobId,
    tenantId: defaultTenantId,
    revision: 2,
    seq,
    percent: 50,
    pagesDone: seq,
    pagesTotal: 1_000_000,
    ...none,
  };
  publish({ ...state, status: 'RUNNING', stage: 'EXTRACT', at: new Date().toISOString() });
}

function sendBare(): void {
  seq += 1;
  sentAt.set(seq, performance.now());
  const payload = {
    cursor: `2.${seq}`,
    status: 'RUNNING',
    stage: 'EXTRACT',
    progressPercentage: 50,
    pagesDone: seq,
    pagesTotal: 1_000_000,
  };
  bare.send(JSON.stringify({ id: '1', type: 'next', payload: { data: { jobProgress: payload } } }));
}

interface Contender {
  name: string;
  pid: number;
  collect: () => Promise<void>;
  send: () => void;
  open: (count: number, onText: (text: string) => void) => Promise<Watchers>;
}

const contenders: Contender[] = [
  {
    name: 'bare ws',
    pid: bare.pid ?? 0,
    collect: bareCollector.collect,
    send: sendBare,
    open: (count, onText) => watchBareWebSocket(barePort, count, onText),
  },
  {
    name: 'WebSocket',
    pid: serve.pid ?? 0,
    collect: serveCollector.collect,
    send: sendState,
    open: (count, onText) => watchByWebSocket(api, job.id, count, onText),
  },
  {
    name: 'SSE',
    pid: serve.pid ?? 0,
    collect: serveCollector.collect,
    send: sendState,
    open: (count, onText) => watchBySse(api, job.id, count, onText),
  },
];

for (const count of sizes) {
  let floor = 0;
  // Watchers share the machine with the server: at a higher rate, they would measure themselves.
  const everyMs = Math.max(100, count / 10);
  for (const { name, pid, collect, send, open } of contenders) {
    const latencies: number[] = [];
    const first = seq;
    let received = 0;
    let ends = 0;
    await collect();
    const memory = residentBytes(pid);
    const watchers = await open(count, (text) => {
      const got = Number(/"pagesDone":(\d+)/.exec(text)?.[1]);
      const sent = sentAt.get(got);
      if (sent === undefined || got <= first) return;
      received += 1;
      if (got === first + events) ends += 1;
      latencies.push(performance.now() - sent);
    });
    await collect();
    const perWatcher = (residentBytes(pid) - memory) / count;
    const cpu = cpuSeconds(pid);
    for (let n = 0; n < events; n++) {
      send();
      await sleep(everyMs);
    }
    // A slow watcher gets the newest state instead of a backlog: only a missing final event counts as lost.
    for (let n = 0; n < 100 && ends < count; n++) await sleep(50);
    const cost = ((cpuSeconds(pid) - cpu) * 1e6) / received;
    if (name === 'bare ws') floor = cost;
    latencies.sort((a, b) => a - b);
    console.log(
      `${String(count).padStart(5)} ${name.padEnd(10)} p50 ${percentile(latencies, 0.5).toFixed(1)} ms  p99 ${percentile(latencies, 0.99).toFixed(1)} ms  ` +
        `${cost.toFixed(1)} µs CPU per event (${(cost / floor).toFixed(2)}× bare ws)  ${(perWatcher / 1024).toFixed(1)} KB per idle watcher  ` +
        `${received} of ${events * count} received, ${count - ends} without the last`,
    );
    watchers.close();
    sentAt.clear();
    await sleep(500);
  }
}
redis.destroy();
