import type { HealthCheck, HealthReport } from '../../ops/health.ts';
import { builder } from './builder.ts';

const HealthStatus = builder.enumType('HealthStatus', {
  description: 'How well something is.',
  values: {
    OK: { description: 'All is well.' },
    DEGRADED: { description: 'Jobs are accepted and safe, but later or slower.' },
    DOWN: { description: 'Nothing can be accepted.' },
  } as const,
});

const Check = builder.objectRef<HealthCheck>('HealthCheck').implement({
  description: 'One thing that was looked at.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'database, redis, maintenance, workers, queue, permits or canary.' }),
    status: t.expose('status', { type: HealthStatus, description: 'How well it is.' }),
    detail: t.exposeString('detail', { description: 'What was seen.' }),
    advice: t.exposeString('advice', { nullable: true, description: 'What to do about it; null when all is well.' }),
  }),
});

const Health = builder.objectRef<HealthReport>('Health').implement({
  description: 'How well this installation is, asked afresh.',
  fields: (t) => ({
    status: t.expose('status', { type: HealthStatus, description: 'The worst of the checks.' }),
    checks: t.expose('checks', { type: [Check], description: 'Each thing that was looked at.' }),
  }),
});

builder.queryField('health', (t) =>
  t.field({
    type: Health,
    description: 'How well this installation is.',
    resolve: (_, __, { checkHealth }) => checkHealth(),
  }),
);
