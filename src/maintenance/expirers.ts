import type { Logger } from '../ops/logger.ts';
import { archiveOldJobs } from '../retention/archive-jobs.ts';
import { deleteOldDocuments, deleteOldImages, type FilesContext } from '../retention/delete-files.ts';
import { deleteExpiredJobs, type RetentionContext } from '../retention/delete-jobs.ts';
import type { Actor } from './actor.ts';

/** After this long, a shutdown gets its turn. */
const turnMs = 5_000;

/** Deletes expired jobs. An actor of its own, so that a million of them delay no other cleanup. */
export function createJobExpirer(context: RetentionContext) {
  return inParts('job-expirer', () => deleteExpiredJobs(context), context, 'deleted expired jobs');
}

/** Moves old jobs to the archive. An actor of its own, for the same reason. */
export function createJobArchiver(context: RetentionContext) {
  return inParts('job-archiver', () => archiveOldJobs(context), context, 'archived old jobs');
}

/** Deletes old documents and page images, whose jobs stay. */
export function createFileExpirer(context: FilesContext) {
  const work = async () => (await deleteOldDocuments(context)) + (await deleteOldImages(context));
  return inParts('file-expirer', work, context, 'deleted old documents and page images');
}

/** An actor that works until nothing is left, part by part. */
function inParts(name: string, work: () => Promise<number>, { logger }: { logger: Logger }, message: string) {
  return {
    name,
    everyMs: turnMs,
    async runOnce() {
      const until = performance.now() + turnMs;
      let total = 0;
      let done: number;
      do {
        done = await work();
        total += done;
      } while (done > 0 && performance.now() < until);
      if (total > 0) logger.info({ total }, message);
    },
  } satisfies Actor;
}
