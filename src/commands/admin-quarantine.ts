import { LiftQuarantineDocument, QuarantineDocument } from '../client/generated/graphql.ts';
import { payloadOf } from '../client/payload.ts';
import type { ClientConfig } from '../config/client-config.ts';
import type { AdminOptions } from './admin-queue.ts';
import { printAnswer } from './print-answer.ts';
import { printable } from './printable.ts';

/** `pagehive admin quarantine`: prints the documents that crashed an engine, newest first. Returns the exit code. */
export function showQuarantine(
  config: ClientConfig,
  { limit, ...options }: AdminOptions & { limit: number },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => (await client.request(QuarantineDocument, { first: limit })).quarantine.nodes,
    (documents) =>
      documents.map(({ sha256, tenantId, engine, jobId, detail, createdAt }) =>
        [sha256, tenantId, jobId, createdAt, engine, printable(detail)].join('  '),
      ),
  );
}

/** `pagehive admin lift`: lets all engines read a document again. Returns the exit code. */
export function liftQuarantine(
  config: ClientConfig,
  sha256: string,
  { tenant, ...options }: AdminOptions & { tenant?: string },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => payloadOf((await client.request(LiftQuarantineDocument, { sha256, tenant })).liftQuarantine),
    ({ lifted }) => [`lifted ${lifted} ${lifted === 1 ? 'quarantine' : 'quarantines'}; retry the jobs of the document`],
  );
}
