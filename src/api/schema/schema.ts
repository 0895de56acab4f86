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
import './watch-token/create.ts';
import './viewer.ts';
import './worker/worker.ts';
import './api-key/api-keys.ts';
import './api-key/change.ts';
import './batch/progress.ts';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { RequestError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { builder } from './builder.ts';

/** The whole schema; `schema.graphql` is printed from it. */
export const schema = withinTime(builder.toSchema());

/**
 * Of several mutations in one request, none begins when the time of the request is up. Those before are answered: their
 * clients would otherwise lose the ids of what was done.
 */
function withinTime(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context: ApiContext, info) => {
      if (context.deadline.aborted) throw new RequestError('DEADLINE_EXCEEDED');
      return resolve(source, args, context, info);
    };
  }
  return schema;
}
