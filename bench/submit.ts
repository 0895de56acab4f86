import { defaultTenantId } from '../src/api/context.ts';
import { openDatabase } from '../src/connections/database.ts';
import { freePort } from '../src/connections/embedded-server.ts';
import { createLogger } from '../src/ops/logger.ts';
import { createKey } from '../src/tenants/keys.ts';
import type { Scope } from '../src/tenants/scopes.ts';
import { cli, openLab, script } from './lab/lab.ts';
import { load, percentile, post } from './lab/load.ts';
import { uploadFixture } from './lab/upload.ts';

// Measures the acceptance of a job: createJob with an upload, without and with an API key, beside a bare Yoga mutation
// with one INSERT and one save to bee-queue.

const clients = 50;
const count = Number(process.argv[2] ?? 5_000);
const rounds = 3;

await using lab = await openLab();
const barePort = await freePort();
await lab.run(cli, ['serve']);
await lab.run(script('bare-yoga'), [], { BARE_PORT: String(barePort) });

// Once a key exists, every client needs one. So the contender with a key gets its own servers.
await using keyedLab = await openLab();
// Requests are counted, but not refused.
await keyedLab.run(cli, ['serve'], { MAX_REQUESTS_PER_MINUTE: '1000000' });
const keyedUpload = await uploadFixture(keyedLab.config.publicUrl);
const authorization = `Bearer ${await issueKey(keyedLab.config.databaseUrl)}`;

const upload = await uploadFixture(lab.config.publicUrl);
const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';
const bare = 'mutation ($upload: ID!) { createJob(upload: $upload) { id } }';
const contenders = [
  ['pagehive', () => post(`${lab.config.publicUrl}/graphql`, createJob, { upload })],
  [
    'with a key',
    () => post(`${keyedLab.config.publicUrl}/graphql`, createJob, { upload: keyedUpload }, { authorization }),
  ],
  ['bare Yoga', () => post(`http://127.0.0.1:${barePort}/graphql`, bare, { upload })],
] as const;

console.log(`${clients} clients, ${count} submissions per round; milliseconds`);
// Alternates the contenders, so that both meet the same machine; the first round warms up.
for (let round = 0; round <= rounds; round++) {
  for (const [name, task] of contenders) {
    const { each, all } = await load(clients, count, task);
    if (round === 0) continue;
    const [p50, p99] = [percentile(each, 0.5), percentile(each, 0.99)];
    const rate = Math.round((count / all) * 1000);
    console.log(`round ${round}  ${name.padEnd(10)} p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)}  ${rate}/s`);
  }
}
process.exitCode = 0;

async function issueKey(url: string): Promise<string> {
  const logger = createLogger({ logLevel: 'silent' }, 'bench');
  await using database = openDatabase({ url, size: 1, name: 'bench', logger });
  const scopes: Scope[] = ['READ', 'WRITE'];
  const { secret } = await createKey(database, {
    tenantId: defaultTenantId,
    name: null,
    scopes,
    expiresAt: null,
    limits: {},
  });
  return secret;
}
