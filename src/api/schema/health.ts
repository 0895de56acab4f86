import type { HealthCheck, HealthReport } from '../../ops/health.ts';
import { cost, scope } from '../admission/declarations.ts';
import { builder } from './builder.ts';

const HealthStatus = builder.enumType('HealthStatus', {
  description: 'The health of a component.',
  values: {
    OK: { description: 'Everything works.' },
    DEGRADED: { description: 'Jobs are accepted and safe, but delayed or slower.' },
    DOWN: { description: 'Jobs cannot be accepted.' },
  } as const,
});

const HealthCheckName = builder.enumType('HealthCheckName', {
  // In lowercase, as in the report of /health/ready.
  description: 'The components that are checked.',
  values: {
    database: { description: 'PostgreSQL.' },
    redis: { description: 'Redis or Valkey.' },
    maintenance: { description: 'The maintenance process.' },
    workers: { description: 'The worker processes.' },
    sandbox: { description: 'What separates extractors from the rest of their machines.' },
    queue: { description: 'Whether waiting jobs are started.' },
    permits: { description: 'The wake-ups for workers that wait in Redis.' },
    canary: { description: 'Whether workers answer wake-ups.' },
  } as const,
});

const Check = builder.objectRef<HealthCheck>('HealthCheck').implement({
  description: 'The health of one component.',
  fields: (t) => ({
    name: t.expose('name', { type: HealthCheckName, description: 'The component.' }),
    status: t.expose('status', { type: HealthStatus, description: 'The status of the component.' }),
    detail: t.exposeString('detail', { description: 'What was observed.' }),
    advice: t.exposeString('advice', {
      nullable: true,
      description: 'What to do about a problem; null without a problem.',
    }),
  }),
});

const Health = builder.objectRef<HealthReport>('Health').implement({
  description: 'The health of the installation, checked for each request.',
  fields: (t) => ({
    status: t.expose('status', { type: HealthStatus, description: 'The worst status of all checks.' }),
    checks: t.expose('checks', {
      extensions: cost({ items: 10 }),
      type: [Check],
      description: 'The health of each component.',
    }),
  }),
});

builder.queryField('health', (t) =>
  t.field({
    type: Health,
    extensions: { ...cost({ points: 50 }), ...scope('OPERATOR') },
    description: 'The health of the installation. Needs the scope OPERATOR.',
    resolve: (_, __, { checkHealth }) => checkHealth(),
  }),
);
