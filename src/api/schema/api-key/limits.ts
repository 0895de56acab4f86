import { type KeyLimits, storedKeyLimits } from '../../../tenants/limits.ts';
import { builder } from '../builder.ts';

const texts = {
  requestsPerMinute:
    'Requests per minute. They refill evenly, and a client that paused may send this many at once. An operation is one request, even with many mutations. 1 to 1,000,000.',
  timeoutSeconds: 'Maximum of `options.timeoutSeconds` of its jobs, 1 to 86,400.',
  memoryBytes: 'Memory for reading a document of its jobs, in bytes; at least 536,870,912. More is MEMORY_LIMIT.',
  minPriority: 'The lowest `priority` that its jobs may have, 0 to 9; 0 starts first.',
  maxPriority: 'The highest `priority` that its jobs may have, 0 to 9.',
};

export const ApiKeyLimits = builder.objectRef<KeyLimits>('ApiKeyLimits').implement({
  description: 'The limits of a key. Null stands for the default. Limits of the tenant apply in addition.',
  fields: (t) => ({
    requestsPerMinute: t.exposeInt('requestsPerMinute', { nullable: true, description: texts.requestsPerMinute }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { nullable: true, description: texts.timeoutSeconds }),
    memoryBytes: t.expose('memoryBytes', { type: 'BigInt', nullable: true, description: texts.memoryBytes }),
    minPriority: t.exposeInt('minPriority', { nullable: true, description: texts.minPriority }),
    maxPriority: t.exposeInt('maxPriority', { nullable: true, description: texts.maxPriority }),
  }),
});

export const ApiKeyLimitsInput = builder.inputType('ApiKeyLimitsInput', {
  description: 'Limits of a key. A field that is left out stays as it is; null restores the default.',
  fields: (t) => ({
    requestsPerMinute: t.int({ description: texts.requestsPerMinute }),
    timeoutSeconds: t.int({ description: texts.timeoutSeconds }),
    memoryBytes: t.field({ type: 'BigInt', description: texts.memoryBytes }),
    minPriority: t.int({ description: texts.minPriority }),
    maxPriority: t.int({ description: texts.maxPriority }),
  }),
});

/** Reads the limits of a key's row. */
export function limitsOfKey({ limits }: { limits: unknown }): KeyLimits {
  return storedKeyLimits(limits);
}
