import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Api, untilKnown } from './api.ts';
import type { DocumentServer } from './document-server.ts';
import { bytesOf, type DocumentKind } from './documents.ts';
import type { World } from './world.ts';

/** The outcome of a kind of document without disturbance. */
export interface Reference {
  status: 'COMPLETED' | 'FAILED';
  failureCode: string | null;
  engine: string | null;
  /** A digest of each page, by its number. */
  pages: ReadonlyMap<number, string>;
}

/** The outcomes as sent, and by pdfjs alone, which continues after a crash of PDFium. */
export interface References {
  asSent: Reference;
  byPdfjs: Reference;
}

/** A digest of everything stored about a page. */
export const pageDigest = `md5(concat_ws('|', p.number, p.label, p.width, p.height, p.rotation, p.text, p.markdown, p.links::text))`;

const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
const shape = z.object({ createJob: z.object({ job: z.object({ id: z.string() }) }) });
export const referencePrefix = 'reference: ';

/** Runs every kind of document once in an undisturbed system. */
export async function makeReferences(
  world: World,
  {
    api,
    documents,
    kinds,
    signal,
  }: { api: Api; documents: DocumentServer; kinds: readonly DocumentKind[]; signal: AbortSignal },
): Promise<Map<string, References>> {
  const submit = async (kind: DocumentKind, engine: 'PDFJS' | undefined) => {
    const name = `${referencePrefix}${kind.name}${engine ? ' by pdfjs' : ''}`;
    const bytes = bytesOf(kind, 0);
    const url = kind.missing || bytes.length === 0;
    // The time limit applies only in the stream.
    const { timeoutSeconds: _, ...options } = kind.options;
    const input = {
      name,
      source: url ? { url: documents.urlOf(kind.name, 0) } : { base64: bytes.toString('base64') },
      options: { ...options, ...(engine ? { engine } : {}) },
      idempotencyKey: name,
    };
    await untilKnown(() => api.ask(createJob, { input }, shape), { signal });
    return name;
  };
  const names = new Map<string, [string, string]>();
  for (const kind of kinds) names.set(kind.name, [await submit(kind, undefined), await submit(kind, 'PDFJS')]);
  await untilAllFinal(world, signal);
  const found = new Map<string, References>();
  for (const [kind, [asSent, byPdfjs]] of names) {
    found.set(kind, { asSent: await readReference(world, asSent), byPdfjs: await readReference(world, byPdfjs) });
  }
  return found;
}

export async function untilAllFinal(world: World, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [row] = await world.query<{ n: number }>('SELECT count(*)::int AS n FROM jobs WHERE finished_at IS NULL');
    if (row?.n === 0) return;
    await sleep(50, undefined, { signal });
  }
}

async function readReference(world: World, name: string): Promise<Reference> {
  const [job] = await world.query<{ id: string; status: string; failureCode: string | null; engine: string | null }>(
    `SELECT id, status, failure_code AS "failureCode", engine FROM jobs WHERE name = $1`,
    [name],
  );
  if (job === undefined || (job.status !== 'COMPLETED' && job.status !== 'FAILED')) {
    throw new Error(`the reference run of ${name} is ${job?.status}`);
  }
  const pages = await world.query<{ number: number; digest: string }>(
    `SELECT p.number, ${pageDigest} AS digest FROM pages p WHERE p.job_id = $1`,
    [job.id],
  );
  const { status, failureCode, engine } = job;
  return { status, failureCode, engine, pages: new Map(pages.map(({ number, digest }) => [number, digest])) };
}
