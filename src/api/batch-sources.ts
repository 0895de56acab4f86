import { type InputIssue, RequestError } from '../errors.ts';
import type { SourceOfJob } from '../jobs/submit.ts';
import type { ApiContext } from './context.ts';
import type { CreateBatchInput } from './inputs.ts';
import { createPauses } from './pauses.ts';
import { checkSource, discardSource, storeSource } from './sources.ts';

type CheckedSource = Awaited<ReturnType<typeof checkSource>>;

/** Writes at once: each waits for the disk. */
const storing = 8;

function pathOf(index: number): InputIssue['path'] {
  return ['input', 'items', index, 'source'];
}

/** What a request error of one item is among the issues of all. */
function issuesOf(error: unknown, index: number): InputIssue[] {
  if (!(error instanceof RequestError)) throw error;
  const { code, message, issues } = error;
  return issues ?? [{ path: [...pathOf(index), 'upload'], code, message }];
}

/** Uploads that cannot be used, for the same reasons as with `createJob`, at every item that names them. */
async function uploadIssues({ database, tenantId }: ApiContext, uploads: Map<string, number[]>): Promise<InputIssue[]> {
  if (uploads.size === 0) return [];
  const now = new Date();
  const where = { id: { in: [...uploads.keys()] }, tenantId, kind: 'UPLOAD' as const };
  const select = { id: true, status: true, expiresAt: true, _count: { select: { jobs: true } } };
  const rows = await database.prisma.source.findMany({ where, select });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...uploads].flatMap(([id, indexes]) => {
    const upload = byId.get(id);
    const isOver = upload?.expiresAt != null && upload.expiresAt <= now && upload._count.jobs === 0;
    const code =
      upload === undefined
        ? 'NOT_FOUND'
        : upload.status === 'EXPIRED' || isOver
          ? 'UPLOAD_EXPIRED'
          : upload.status === 'WAITING'
            ? 'UPLOAD_INCOMPLETE'
            : null;
    if (code === null) return [];
    const { message } = new RequestError(code);
    return indexes.map((index) => ({ path: [...pathOf(index), 'upload'], code, message }));
  });
}

/**
 * The sources of all items, in their order. Everything is looked at before anything is stored: one error names every item
 * that cannot be accepted.
 */
export async function receiveSources(context: ApiContext, items: CreateBatchInput['items']): Promise<SourceOfJob[]> {
  const issues: InputIssue[] = [];
  const uploads = new Map<string, number[]>();
  const checked: CheckedSource[] = [];
  const pause = createPauses();
  for (const [index, { source }] of items.entries()) {
    await pause();
    try {
      const each = await checkSource(context, source, pathOf(index));
      checked.push(each);
      if (!('uploadId' in each)) continue;
      const indexes = uploads.get(each.uploadId) ?? [];
      indexes.push(index);
      uploads.set(each.uploadId, indexes);
    } catch (error) {
      issues.push(...issuesOf(error, index));
    }
  }
  issues.push(...(await uploadIssues(context, uploads)));
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues: issues.sort(byItem) });
  return await storeAll(context, checked);
}

function byItem(a: InputIssue, b: InputIssue): number {
  return Number(a.path[2]) - Number(b.path[2]);
}

async function storeAll(context: ApiContext, sources: CheckedSource[]): Promise<SourceOfJob[]> {
  const stored: { index: number; source: SourceOfJob }[] = [];
  const queue = sources.entries();
  async function work(): Promise<void> {
    for (const [index, source] of queue) stored.push({ index, source: await storeSource(context, source) });
  }
  const results = await Promise.allSettled(Array.from({ length: storing }, work));
  const inOrder = stored.sort((a, b) => a.index - b.index).map(({ source }) => source);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return inOrder;
  await discardSources(context, inOrder);
  throw failed.reason;
}

export async function discardSources(context: ApiContext, sources: SourceOfJob[]): Promise<void> {
  for (const source of sources) await discardSource(context, source);
}
