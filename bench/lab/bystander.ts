import { setTimeout as sleep } from 'node:timers/promises';
import { post } from './load.ts';

// Another client beside an attack, in its own process so that building the attack does not delay it. It alternates
// three ordinary requests, and answers each message with its slowest request since the previous message.

const url = `${process.env.API_URL}/graphql`;
const upload = process.env.UPLOAD;
const requests: [string, string, object][] = [
  ['typename', '{ __typename }', {}],
  ['jobs', '{ jobs(first: 1) { nodes { id } } }', {}],
  [
    'createJob',
    'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }',
    { upload },
  ],
];

let slowest = { name: 'none', ms: 0, failed: 0, answers: 0 };

process.on('message', () => {
  process.send?.(slowest);
  slowest = { name: 'none', ms: 0, failed: 0, answers: 0 };
});
process.on('disconnect', () => process.exit(0));

process.stderr.write('ready\n');
for (;;) {
  for (const [name, query, variables] of requests) {
    const since = performance.now();
    const failed = await post(url, query, variables).then(
      () => false,
      () => true,
    );
    const ms = performance.now() - since;
    slowest.answers += 1;
    if (failed) slowest.failed += 1;
    if (ms > slowest.ms) slowest = { ...slowest, name, ms };
    await sleep(5);
  }
}
