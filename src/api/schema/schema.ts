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
import './queue/queue.ts';
import './queue/pause.ts';
import './quarantine/quarantine.ts';
import './alert/alert.ts';
import './operation/operations.ts';
import './operation/change.ts';
import './api-key/api-keys.ts';
import './api-key/change.ts';
import './tenant/change.ts';
import './tenant/tenants.ts';
import './tenant/erase.ts';
import './archive/archived-jobs.ts';
import './archive/restore.ts';
import './audit/audit-log.ts';
import './batch/progress.ts';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { RequestError } from '../../errors.ts';
import { audited } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { builder } from './builder.ts';

/** The whole schema; `schema.graphql` is printed from it. */
export const schema = withMutations(builder.toSchema());

/**
 * Records every mutation in the audit log. Starts no further mutation of a request whose time limit has passed. The
 * response contains the earlier ones; otherwise the client would lose the ids of the objects they created.
 */
function withMutations(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context: ApiContext, info) => {
      if (context.deadline.aborted) throw new RequestError('DEADLINE_EXCEEDED');
      return audited(context, info.fieldName, args, () => resolve(source, args, context, info));
    };
  }
  return schema;
}
