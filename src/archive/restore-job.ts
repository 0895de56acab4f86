import { z } from 'zod';
import type { Query } from '../connections/database.ts';
import type { ArchivedJob } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { ObjectMissingError } from '../storage/storage.ts';
import { readColumns } from './columns.ts';
import type { ArchiveContext } from './context.ts';
import { type ArchivedTable, type ArchiveHeader, archiveFormat, tableOf } from './file-format.ts';
import { ArchiveCorruptError, checkFile, readLines } from './read-lines.ts';
import { endRestore, keepArchivedDocument, lockArchived } from './sql/archived-jobs.ts';
import { insertLines } from './sql/lines.ts';

/** Characters of lines that are inserted by one statement, besides the last line. */
const charactersAtOnce = 256 * 1024;

type Locked = Pick<ArchivedJob, 'id' | 'storageKey' | 'sha256' | 'webhookId'>;

/**
 * Moves the rows of an archived job back, in one transaction. Restoring a job that is not archived, because it was
 * restored before, changes nothing. Returns false if there is no such job.
 */
export async function restoreJob(context: ArchiveContext, id: string): Promise<boolean> {
  const { database, storage, logger } = context;
  try {
    await checkArchived(context, id);
    const storageKey = await database.transaction(async (query) => {
      await query(keepArchivedDocument, [id]);
      const [locked] = await query<Locked>(lockArchived, [id]);
      if (locked === undefined) return null;
      await insertRows(context, query, locked);
      await query(endRestore, [id, locked.webhookId]);
      return locked.storageKey;
    });
    if (storageKey === null) return await explainUnlocked(context, id);
    await storage.remove(storageKey).catch((error: unknown) => {
      logger.warn({ err: error, job: encodeId('job', id) }, 'a file was left behind; the janitor removes it');
    });
    return true;
  } catch (error) {
    throw problemOf(context, id, error);
  }
}

/** Reads the whole file before anything is locked: what has the recorded hash can be inserted. */
async function checkArchived({ database, storage }: ArchiveContext, id: string): Promise<void> {
  const archived = await database.prisma.archivedJob.findUnique({ where: { id } });
  if (archived === null) return;
  try {
    await checkFile(await storage.get(archived.storageKey), archived.sha256);
  } catch (error) {
    // Another call may have restored the job meanwhile, and removed the file.
    const isThere = (await database.prisma.archivedJob.count({ where: { id } })) > 0;
    if (isThere || !(error instanceof ObjectMissingError)) throw error;
  }
}

async function insertRows({ storage }: ArchiveContext, query: Query, archived: Locked): Promise<void> {
  const columns = await readColumns(query);
  let header: ArchiveHeader | null = null;
  const statements = new Map<ArchivedTable, string>();
  let table: ArchivedTable = 'jobs';
  let waiting: string[] = [];
  let characters = 0;

  async function insert(): Promise<void> {
    if (waiting.length === 0) return;
    const statement = statements.get(table) ?? statementFor(table);
    statements.set(table, statement);
    await query(statement, [`[${waiting.join()}]`]);
    waiting = [];
    characters = 0;
  }

  /** Columns that were added since get their defaults. The webhook is added at the end. */
  function statementFor(table: ArchivedTable): string {
    const inFile = new Set(header?.columns[table].filter((name) => name !== 'webhook_id'));
    return insertLines(
      table,
      columns[table].filter(({ name }) => inFile.has(name)),
    );
  }

  for await (const line of readLines(await storage.get(archived.storageKey))) {
    if (header === null) {
      header = parseHeader(line, archived.id);
      continue;
    }
    const next = tableOf(line);
    if (next === null) throw new ArchiveCorruptError('a line is not a row');
    if (next !== table || characters > charactersAtOnce) await insert();
    table = next;
    waiting.push(line);
    characters += line.length;
  }
  await insert();
}

const headerShape = z.object({
  format: z.literal(archiveFormat),
  job: z.string(),
  columns: z.object({
    jobs: z.array(z.string()),
    job_attempts: z.array(z.string()),
    pages: z.array(z.string()),
  }),
}) satisfies z.ZodType<ArchiveHeader>;

function parseHeader(line: string, job: string): ArchiveHeader {
  let parsed: ArchiveHeader;
  try {
    parsed = headerShape.parse(JSON.parse(line));
  } catch (error) {
    throw new ArchiveCorruptError('its first line is not a header that this version understands', error);
  }
  if (parsed.job !== job) throw new ArchiveCorruptError('it belongs to another job');
  return parsed;
}

/** Returns whether a job that could not be locked exists. Throws if it is being restored. */
async function explainUnlocked({ database: { prisma } }: ArchiveContext, id: string): Promise<boolean> {
  const archived = await prisma.archivedJob.findUnique({ where: { id }, select: { id: true } });
  if (archived !== null) throw new RequestError('RESTORE_IN_PROGRESS');
  return (await prisma.job.findUnique({ where: { id }, select: { id: true } })) !== null;
}

/** Returns the error for the client, and logs what only operators can repair. */
function problemOf({ logger }: ArchiveContext, id: string, error: unknown): unknown {
  if (!(error instanceof ArchiveCorruptError) && !(error instanceof ObjectMissingError)) return error;
  logger.error({ err: error, job: encodeId('job', id) }, 'the file of an archived job is damaged');
  const reason = error instanceof ObjectMissingError ? 'it is missing' : error.message;
  return new RequestError('ARCHIVE_CORRUPT', {
    message: `The file of the archived job is damaged: ${reason}.`,
    cause: error,
  });
}
