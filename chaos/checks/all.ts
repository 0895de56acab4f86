import type { Check } from '../evidence.ts';
import { completedOnce, historyIsGapless, watchersAgree } from './attempts.ts';
import { everyBatchWatcherSawTheEnd, everybodySeesTheSameCounts } from './batch-views.ts';
import {
  acknowledgedBatchesAreFinal,
  batchesAgreeWithTheirJobs,
  noChangeIsLeft,
  noDeltaIsLeft,
  oneKeyOneBatch,
} from './batches.ts';
import { filesAreThere } from './files.ts';
import { healthIsGood, noExtractorIsLeft, permitsAgreeWithRows, workersTableIsTrue } from './fleet.ts';
import {
  acknowledgedJobsAreFinal,
  cancelledStaysCancelled,
  everyJobIsFinal,
  jobsEndAsTheyShould,
  oneKeyOneJob,
  rowsMakeSense,
} from './jobs.ts';
import { pagesAreComplete } from './pages.ts';
import { storageMatchesSources } from './storage.ts';
import { everyWatcherSawTheEnd } from './watchers.ts';
import { everyEndIsTold, everyEndOfABatchIsTold, whatIsToldIsTrue } from './webhooks.ts';

/** Every promise that is held against a run, in the order in which its breach is told. */
export const checks: readonly Check[] = [
  acknowledgedJobsAreFinal,
  everyJobIsFinal,
  oneKeyOneJob,
  cancelledStaysCancelled,
  jobsEndAsTheyShould,
  rowsMakeSense,
  historyIsGapless,
  completedOnce,
  watchersAgree,
  everyWatcherSawTheEnd,
  acknowledgedBatchesAreFinal,
  batchesAgreeWithTheirJobs,
  noDeltaIsLeft,
  noChangeIsLeft,
  oneKeyOneBatch,
  everyBatchWatcherSawTheEnd,
  everybodySeesTheSameCounts,
  everyEndIsTold,
  everyEndOfABatchIsTold,
  whatIsToldIsTrue,
  pagesAreComplete,
  storageMatchesSources,
  filesAreThere,
  noExtractorIsLeft,
  workersTableIsTrue,
  permitsAgreeWithRows,
  healthIsGood,
];
