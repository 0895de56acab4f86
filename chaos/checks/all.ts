import type { Check } from '../evidence.ts';
import { completedOnce, historyIsGapless, watchersAgree } from './attempts.ts';
import { everyBatchWatcherSawTheEnd, everyoneSeesTheSameState } from './batch-views.ts';
import {
  acknowledgedBatchesAreFinal,
  batchesAgreeWithTheirJobs,
  noChangeIsLeft,
  noDeltaIsLeft,
  oneKeyOneBatch,
} from './batches.ts';
import { filesExist } from './files.ts';
import { healthIsGood, noExtractorIsLeft, permitsAgreeWithRows, workersTableIsAccurate } from './fleet.ts';
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
import { auditIsComplete, tenantsAreSeparate } from './tenants.ts';
import { everyWatcherSawTheEnd } from './watchers.ts';
import { everyBatchEndIsDelivered, everyJobEndIsDelivered, webhooksAreGenuine } from './webhooks.ts';

/** Every checked promise, in the order of the report. */
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
  everyoneSeesTheSameState,
  everyJobEndIsDelivered,
  everyBatchEndIsDelivered,
  webhooksAreGenuine,
  pagesAreComplete,
  storageMatchesSources,
  filesExist,
  noExtractorIsLeft,
  workersTableIsAccurate,
  permitsAgreeWithRows,
  healthIsGood,
  tenantsAreSeparate,
  auditIsComplete,
];
