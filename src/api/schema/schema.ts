import './node.ts';
import './health.ts';
import './upload/upload.ts';
import './job/jobs.ts';
import './job/page-job.ts';
import './request-error.ts';
import './result/chunk.ts';
import './search.ts';
import './job/create.ts';
import './batch/batches.ts';
import './batch/create.ts';
import './batch/change.ts';
import './job/change.ts';
import './job/progress.ts';
import './webhook/endpoint.ts';
import './webhook/change-endpoint.ts';
import './webhook/deliveries.ts';
import './viewer.ts';
import './api-key/api-keys.ts';
import './api-key/change.ts';
import './batch/progress.ts';
import { builder } from './builder.ts';

/** The whole schema; `schema.graphql` is printed from it. */
export const schema = builder.toSchema();
