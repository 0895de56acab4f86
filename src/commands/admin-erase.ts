import { EraseTenantDocument, TenantErasuresDocument } from '../client/generated/graphql.ts';
import { payloadOf } from '../client/payload.ts';
import type { ClientConfig } from '../config/client-config.ts';
import type { AdminOptions } from './admin-queue.ts';
import { printAnswer } from './print-answer.ts';

/** `pagehive admin erase`: begins to erase a tenant. Returns the exit code. */
export function eraseTenant(
  config: ClientConfig,
  id: string,
  { name, ...options }: AdminOptions & { name: string },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => payloadOf((await client.request(EraseTenantDocument, { id, name })).eraseTenant),
    ({ erasure }) => [`${erasure.id} began; see pagehive admin erasures`],
  );
}

/** `pagehive admin erasures`: prints the receipts of erased tenants, newest first. Returns the exit code. */
export function showErasures(
  config: ClientConfig,
  { limit, ...options }: AdminOptions & { limit: number },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => (await client.request(TenantErasuresDocument, { first: limit })).tenantErasures.nodes,
    (erasures) =>
      erasures.map(({ id, tenantId, createdAt, finishedAt, jobs, pages, documents, batches, apiKeys }) => {
        const counts = `${jobs} jobs, ${pages} pages, ${documents} documents, ${batches} batches, ${apiKeys} keys`;
        return [id, tenantId, createdAt, finishedAt === null ? 'in progress' : `to ${finishedAt}`, counts].join('  ');
      }),
  );
}
