import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createApi } from './api.ts';
import { checks } from './checks/all.ts';
import { startClients } from './clients.ts';
import { startDocumentServer } from './document-server.ts';
import { type DocumentKind, documentKinds } from './documents.ts';
import { describeSubject, type Evidence, gatherEvidence, uuidOf } from './evidence.ts';
import { type FaultOutcome, injectFaults } from './faults.ts';
import { type Breach, Journal } from './journal.ts';
import { errorsInLogs, keepLogs } from './logs.ts';
import { startObserver } from './observer.ts';
import { createRandom } from './random.ts';
import { startReceiver } from './receiver.ts';
import { recoverFleet, untilChanged, untilCounted, untilSettled, untilTold } from './recovery.ts';
import { makeReferences } from './reference.ts';
import { describeFault, type FaultKind, planFaults } from './schedule.ts';
import { openWorld, type World } from './world.ts';

export interface ChaosOptions {
  seed: number;
  /** How long faults are injected. */
  seconds: number;
  /** All of them by default. */
  faults?: readonly FaultKind[];
  kinds?: readonly DocumentKind[];
  log(line: string): void;
  /** Ends it all at once. */
  signal: AbortSignal;
}

export interface ChaosReport {
  breaches: (Breach & { evidence: string[] })[];
  counts: [string, number][];
  /** Where the logs of the processes are, and the errors in them; null if all promises held. */
  logs: { place: string; errors: [string, number][] } | null;
}

const viewerShape = z.object({ viewer: z.object({ webhookSecret: z.string() }) });
/** Starting, the reference run, recovery and checks take no longer than this, or something hangs. */
const boundMs = 8 * 60_000;

/** One run: a system that works, disturbed for a while, then left to recover, and everything that was promised checked. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, log, kinds = documentKinds } = options;
  const journal = new Journal();
  const random = createRandom(seed);
  const plan = planFaults(random.fork(), { seconds, kinds: options.faults });
  using over = endOfRun();
  const signal = AbortSignal.any([options.signal, over.signal, AbortSignal.timeout(seconds * 1000 + boundMs)]);
  // Every client of hundreds listens to it.
  setMaxListeners(0, signal);
  const onBreach = (detail: string) => journal.breach('no process ends by itself, or hangs', detail);
  log(`seed ${seed}: ${plan.length} faults in ${seconds} s`);
  for (const { atSeconds, fault } of plan)
    log(`  planned at ${atSeconds.toFixed(1).padStart(6)} s  ${describeFault(fault)}`);

  await using world = await openWorld({ random: random.fork(), onBreach });
  await using documents = await startDocumentServer(random.fork());
  using observer = startObserver(world);
  const api = createApi(world.apiUrls, random.fork());
  await using receiver = await startReceiver(random.fork());
  await world.heal(signal);
  receiver.trust((await api.ask('{ viewer { webhookSecret } }', {}, viewerShape)).viewer.webhookSecret);
  log('everything runs; making the reference');
  const references = await makeReferences(world, { api, documents, kinds, signal });

  documents.misbehave(true);
  receiver.misbehave(true);
  log('the disturbance begins');
  const clients = startClients({
    api,
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
  // Whichever fails first ends the run.
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
  log('waiting for every job to become final');
  for (const detail of await untilSettled(world, signal)) journal.breach('every job reaches a final state', detail);
  for (const detail of await untilCounted(world, signal)) journal.breach('every batch reaches a final state', detail);
  const waiting = await clients.missingTheEnd(60_000);
  if (waiting > 0) journal.breach('nobody misses the final state', `${waiting} watchers still wait`);
  log('waiting for every end to be told');
  for (const detail of await untilTold(world, api, signal)) journal.breach('every end is told', detail);
  for (const detail of await recoverFleet(world, { api, observer, signal }))
    journal.breach('every worker works again', detail);

  log('checking');
  journal.count('intents', journal.intents.length);
  const evidence = await gatherEvidence({ world, journal, observer, references, receiver, kinds });
  for (const check of checks) journal.breaches.push(...(await check(evidence)));
  const breaches = withEvidence(evidence);
  const { dataDir } = world;
  log('stopping everything');
  const logs = breaches.length === 0 ? null : { place: keepLogs(dataDir), errors: errorsInLogs(dataDir) };
  return { breaches, counts: countsOf(evidence), logs };
}

/** Whoever still does something when a run ends, however it does, stops then. */
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
  for (const { fault, done } of outcomes) journal.count(`fault: ${fault.kind}${done ? '' : ' (met nothing)'}`);
  const lost = world.lostReplies.filter(({ at }) => at !== null);
  for (const { statement, ending } of lost) journal.count(`reply lost: ${statement} by ${ending}`);
}

/** The first few of each promise, with all there is to know about the job or batch. */
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
