import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openAccounts } from './account.ts';
import { checks } from './checks/all.ts';
import { startDocumentServer } from './document-server.ts';
import { type DocumentKind, documentKinds } from './documents.ts';
import { describeSubject, type Evidence, gatherEvidence, uuidOf } from './evidence.ts';
import { type FaultOutcome, injectFaults } from './faults.ts';
import { type Breach, Journal } from './journal.ts';
import { KeyWatchers } from './key-watchers.ts';
import { errorsInLogs, keepLogs } from './logs.ts';
import { startObserver } from './observer.ts';
import { createRandom } from './random.ts';
import { startReceiver } from './receiver.ts';
import { recoverFleet, untilChanged, untilCounted, untilDelivered, untilOperated, untilSettled } from './recovery.ts';
import { makeReferences } from './reference.ts';
import { describeFault, type FaultKind, planFaults } from './schedule.ts';
import { startTenants } from './tenants.ts';
import { openWorld, type World } from './world.ts';

export interface ChaosOptions {
  seed: number;
  /** How long faults are injected, in seconds. */
  seconds: number;
  /** The kinds of faults; all by default. */
  faults?: readonly FaultKind[];
  kinds?: readonly DocumentKind[];
  log(line: string): void;
  /** Aborts the run. */
  signal: AbortSignal;
}

export interface ChaosReport {
  breaches: (Breach & { evidence: string[] })[];
  counts: [string, number][];
  /** The folder with the process logs, and the errors in them; null if all promises held. */
  logs: { place: string; errors: [string, number][] } | null;
}

/** The tenants whose clients work at the same time. */
const tenantNames = ['red', 'blue'];

const viewerShape = z.object({ viewer: z.object({ webhookSecret: z.string() }) });
/**
 * Maximum time for start, reference run, recovery and checks together, in milliseconds. After that, something hangs.
 */
const boundMs = 8 * 60_000;

/** One run: disturbs a working system for a while, lets it recover, then checks every promise. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, log, kinds = documentKinds } = options;
  const journal = new Journal();
  const random = createRandom(seed);
  const plan = planFaults(random.fork(), { seconds, kinds: options.faults });
  using over = endOfRun();
  const signal = AbortSignal.any([options.signal, over.signal, AbortSignal.timeout(seconds * 1000 + boundMs)]);
  // Hundreds of clients listen to it.
  setMaxListeners(0, signal);
  const onBreach = (detail: string) => journal.breach('no process exits unexpectedly or hangs', detail);
  log(`seed ${seed}: ${plan.length} faults in ${seconds} s`);
  for (const { atSeconds, fault } of plan)
    log(`  planned at ${atSeconds.toFixed(1).padStart(6)} s  ${describeFault(fault)}`);

  await using world = await openWorld({ random: random.fork(), onBreach });
  await using documents = await startDocumentServer(random.fork());
  using observer = startObserver(world);
  await using receiver = await startReceiver(random.fork());
  await world.heal(signal);
  const { apiUrls: urls } = world;
  const accounts = await openAccounts(urls, { random: random.fork(), names: tenantNames });
  const { api } = accounts.operator;
  for (const { name, api } of accounts.tenants) {
    receiver.trust(name, (await api.ask('{ viewer { webhookSecret } }', {}, viewerShape)).viewer.webhookSecret);
  }
  log('everything runs; making the reference results');
  const references = await makeReferences(world, { api, documents, kinds, signal });

  documents.misbehave(true);
  receiver.misbehave(true);
  log('injecting faults');
  const keyWatchers = new KeyWatchers({ urls, journal, random: random.fork(), signal });
  const clients = startTenants({
    accounts,
    keyWatchers,
    journal,
    documents,
    receiver,
    kinds,
    random: random.fork(),
    backlog: () => observer.backlog,
    storageKeyOf: (id) => readStorageKey(world, id),
    changesDone: (id) => untilChanged(world, id, signal),
    signal,
  });
  const faults = injectFaults(world, plan, { signal, log });
  // The first failure ends the run.
  await Promise.race([
    Promise.all([faults, sleep(seconds * 1000, undefined, { signal })]),
    clients.done.then(() => faults),
  ]);
  countFaults(journal, await faults, world);

  clients.stop();
  documents.misbehave(false);
  receiver.misbehave(false);
  log('healing');
  await world.heal(signal);
  await clients.done;
  await keyWatchers.finished();
  log('waiting for every job to become final');
  for (const detail of await untilOperated(world, signal)) journal.breach('every bulk operation ends', detail);
  for (const detail of await untilSettled(world, signal)) journal.breach('every job reaches a final state', detail);
  for (const detail of await untilCounted(world, signal)) journal.breach('every batch reaches a final state', detail);
  const waiting = await clients.missingTheEnd(60_000);
  if (waiting > 0) journal.breach('no watcher misses the final state', `${waiting} watchers still wait`);
  log('waiting for all webhooks');
  for (const detail of await untilDelivered(world, accounts.tenants, signal))
    journal.breach('every end is delivered', detail);
  for (const detail of await recoverFleet(world, { api, observer, signal }))
    journal.breach('every worker works again', detail);

  log('checking');
  journal.count('intents', journal.intents.length);
  const evidence = await gatherEvidence({ world, accounts, journal, observer, references, receiver, kinds });
  for (const check of checks) journal.breaches.push(...(await check(evidence)));
  const breaches = withEvidence(evidence);
  const { dataDir } = world;
  log('stopping everything');
  const logs = breaches.length === 0 ? null : { place: keepLogs(dataDir), errors: errorsInLogs(dataDir) };
  return { breaches, counts: countsOf(evidence), logs };
}

/** Stops everything that still runs when a run ends in any way. */
function endOfRun(): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  return { signal: controller.signal, [Symbol.dispose]: () => controller.abort(new Error('the run is over')) };
}

async function readStorageKey(world: World, id: string): Promise<string | null> {
  const sql = 'SELECT s.storage_key AS key FROM jobs j JOIN sources s ON s.id = j.source_id WHERE j.id = $1';
  const [row] = await world.query<{ key: string | null }>(sql, [uuidOf(id)]).catch(() => []);
  return row?.key ?? null;
}

function countFaults(journal: Journal, outcomes: readonly FaultOutcome[], world: World): void {
  for (const { fault, done } of outcomes) journal.count(`fault: ${fault.kind}${done ? '' : ' (had no target)'}`);
  const lost = world.lostReplies.filter(({ at }) => at !== null);
  for (const { statement, ending } of lost) journal.count(`reply lost: ${statement} by ${ending}`);
}

/** Adds everything known about the job or batch to each breach. */
function withEvidence(evidence: Evidence): ChaosReport['breaches'] {
  return evidence.journal.breaches.map((breach) => ({
    ...breach,
    evidence: breach.about === undefined ? [] : describeSubject(evidence, breach.about),
  }));
}

function countsOf({ journal, jobs, attempts }: Evidence): [string, number][] {
  for (const { status, failure_code } of jobs.values()) journal.count(`jobs ${status} ${failure_code ?? ''}`.trim());
  for (const { failure_code } of [...attempts.values()].flat())
    journal.count(`attempts: ${failure_code ?? 'no failure'}`);
  return [...journal.counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
