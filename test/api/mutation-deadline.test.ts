import { expect, it } from 'vitest';
import { defaultOperationLimits } from '../../src/config/operation-limits.ts';
import { graphql } from '../graphql.ts';
import { startService } from '../service.ts';
import { openLocks } from './locks.ts';
import { inline } from './submitting.ts';

it('returns the mutations that ended before the deadline, and starts no further one', async () => {
  const operations = { ...defaultOperationLimits, operationSeconds: 1 };
  await using service = await startService({ worker: false, maintenance: false, config: { operations } });
  await using locks = await openLocks(service);
  const source = await inline('one-page');
  const release = await locks.hold('jobs');
  const mutation = `mutation ($source: JobSourceInput!) {
    first: createUpload(input: {}) { upload { id } }
    slow: createJob(input: { source: $source }) { job { id } }
    late: createJob(input: { source: $source, name: "late" }) { job { id } }
  }`;
  const answer = graphql(service.url, mutation, { source });
  await expect.poll(() => locks.waiting()).toBe(1);
  // This query started later, and its deadline has passed. So has that of the mutations.
  const { errors: timeout } = await graphql(service.url, '{ jobs { nodes { id } } }');
  expect(timeout).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED' } }]);
  await release();
  const { data, errors } = await answer;
  expect(data).toEqual({
    first: { upload: { id: expect.stringMatching(/^upload_/) } },
    slow: { job: { id: expect.stringMatching(/^job_/) } },
    late: null,
  });
  expect(errors).toMatchObject([{ path: ['late'], extensions: { code: 'DEADLINE_EXCEEDED' } }]);
  const { data: after } = await graphql(service.url, '{ jobs(filter: { name: "late" }) { totalCount } }');
  expect(after.jobs.totalCount).toBe(0);
});
