import { RequestError } from '../errors.ts';
import type { ApiContext } from './context.ts';

/** More text than this in one field is RESULT_TOO_LARGE. */
const maxTextBytes = 8 * 1024 ** 2;
/** And so is what goes beyond this in one answer, which is made in memory: enough for the text and the Markdown of any result. */
const maxAnswerBytes = 2 * maxTextBytes;

type Column = 'text' | 'markdown';

/** The inner SELECT runs only where the text is small enough: joining first would take the memory that the limit is there to save. */
const joined = (column: Column) => `
SELECT CASE WHEN (SELECT coalesce(sum(octet_length(${column})), 0) FROM pages WHERE job_id = $1) <= $2
       THEN (SELECT coalesce(string_agg(${column}, E'\\f' ORDER BY number), '') FROM pages WHERE job_id = $1) END AS joined`;

/** What the answers that are being made may still hold. Each, also each event of a subscription, has a context of its own. */
const room = new WeakMap<ApiContext, Promise<number>>();

/**
 * The text of all pages. The texts of an answer are read one after the other, as only then it is known what the next one may
 * have; and a query for many of them leaves connections for others.
 */
export async function wholeText(context: ApiContext, jobId: string, column: Column): Promise<string> {
  const before = room.get(context) ?? Promise.resolve(maxAnswerBytes);
  const reading = before.then((bytes) => read(context, jobId, column, Math.min(bytes, maxTextBytes)));
  const after = reading.then(async (text) => (await before) - Buffer.byteLength(text ?? '')).catch(() => before);
  room.set(context, after);
  const text = await reading;
  if (text === null) throw new RequestError('RESULT_TOO_LARGE');
  return text;
}

async function read(
  { database }: ApiContext,
  jobId: string,
  column: Column,
  mostBytes: number,
): Promise<string | null> {
  const [row] = await database.query<{ joined: string | null }>(joined(column), [jobId, mostBytes]);
  return row?.joined ?? null;
}
