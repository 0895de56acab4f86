import { setTimeout as sleep } from 'node:timers/promises';
import { cli, openLab } from './lab/lab.ts';
import { load, post } from './lab/load.ts';
import { residentBytes } from './lab/process.ts';
import { uploadFixture } from './lab/upload.ts';

// Measures the memory of the API while it accepts jobs without subscribers: it must not grow with their number.

const count = Number(process.argv[2] ?? 200_000);
const parts = 10;
const clients = 16;

await using lab = await openLab();
const server = await lab.run(cli, ['serve']);
const upload = await uploadFixture(lab.config.publicUrl);
const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';
const submit = () => post(`${lab.config.publicUrl}/graphql`, createJob, { upload });

await load(clients, 2_000, submit);
for (let part = 1; part <= parts; part += 1) {
  const { all } = await load(clients, count / parts, submit);
  // Let the garbage of a burst be collected first.
  await sleep(2_000);
  const MiB = Math.round(residentBytes(server.pid ?? 0) / 1024 ** 2);
  console.log(
    `${(part * count) / parts} jobs accepted, ${Math.round(count / parts / (all / 1_000))}/s, ${MiB} MiB resident`,
  );
}
