import './node.ts';
import './health.ts';
import './upload.ts';
import './jobs.ts';
import './page-job.ts';
import './request-error.ts';
import './chunk.ts';
import './search.ts';
import './create-job.ts';
import './batches.ts';
import './create-batch.ts';
import './change-batch.ts';
import './change-job.ts';
import './progress.ts';
import './webhook-endpoint.ts';
import './change-webhook-endpoint.ts';
import './webhook-deliveries.ts';
import './viewer.ts';
import './batch-progress.ts';
import { builder } from './builder.ts';

/** The whole schema; `schema.graphql` is printed from it. */
export const schema = builder.toSchema();
