import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import { type InputIssue, RequestError } from '../../errors.ts';
import { budgetOf, bytesOf } from '../answers/byte-budget.ts';
import type { ApiContext } from '../context.ts';

export interface ConnectionArgs {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** Default and maximum page size. */
export const pageSize = { defaultSize: 20, maxSize: 100 };

/** Refuses what the connection specification forbids or leaves open, and reports every invalid argument. */
export function checkConnectionArgs(args: ConnectionArgs, isCursor: (text: string) => boolean): void {
  const issues: InputIssue[] = [];
  for (const name of ['first', 'last'] as const) {
    const value = args[name];
    if (value != null && (value < 0 || value > pageSize.maxSize)) {
      issues.push({ path: [name], code: 'OUT_OF_RANGE', message: `must be between 0 and ${pageSize.maxSize}` });
    }
  }
  if (args.first != null && args.last != null) {
    issues.push({ path: ['last'], code: 'CONFLICT', message: 'cannot be combined with first' });
  }
  for (const name of ['after', 'before'] as const) {
    const value = args[name];
    if (value != null && !isCursor(value)) {
      issues.push({ path: [name], code: 'INVALID_CURSOR', message: 'is not a cursor of this list' });
    }
  }
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues });
}

/** The UUID in a cursor, in PostgreSQL's format. */
export const uuidPattern = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** A part of a list, defined by the keys of its rows; an empty one has no cursors. */
export async function resolveKeyset<Row extends object>(
  context: ApiContext,
  args: ConnectionArgs,
  toCursor: (row: Row) => string,
  read: (args: ResolveCursorConnectionArgs) => Promise<Row[]>,
) {
  async function readRows(part: ResolveCursorConnectionArgs): Promise<Row[]> {
    const rows = await read(part);
    budgetOf(context).draw(bytesOf(rows));
    return rows;
  }
  const connection = await resolveCursorConnection({ args, ...pageSize, toCursor }, readRows);
  const { pageInfo, edges } = connection;
  return edges.length > 0
    ? connection
    : { ...connection, pageInfo: { ...pageInfo, startCursor: null, endCursor: null } };
}

const uuidCursor = new RegExp(`^${uuidPattern}$`);

/** What `findMany` of a Prisma model takes to read a part of a list by id. */
interface PartById {
  where: { id: { lt?: string; gt?: string } };
  orderBy: { id: 'asc' | 'desc' };
  take: number;
}

/** A part of a list of all rows of a table, newest first. Its ids are UUIDv7, which sort by their time of creation. */
export function resolveNewestFirst<Row extends { id: string }>(
  context: ApiContext,
  args: ConnectionArgs,
  read: (part: PartById) => Promise<Row[]>,
) {
  checkConnectionArgs(args, (text) => uuidCursor.test(text));
  return resolveKeyset(
    context,
    args,
    ({ id }: Row) => id,
    ({ before, after, limit, inverted }) =>
      read({
        where: { id: { ...(after ? { lt: after } : {}), ...(before ? { gt: before } : {}) } },
        orderBy: { id: inverted ? 'asc' : 'desc' },
        take: limit,
      }),
  );
}
