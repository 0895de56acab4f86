import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import BeeQueue from 'bee-queue';
import { createSchema, createYoga } from 'graphql-yoga';
import pg from 'pg';

// The baseline of a submission: Yoga with one awaited INSERT and one awaited bee-queue save, the obvious first version.

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(
  'CREATE TABLE IF NOT EXISTS bare_jobs (id uuid PRIMARY KEY, upload text NOT NULL, created_at timestamptz DEFAULT now())',
);
const redis: object = { url: process.env.REDIS_URL };
const queue = new BeeQueue('bare', { redis, isWorker: false, getEvents: false, storeJobs: false });
await queue.ready();

const yoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: 'type Query { ok: Boolean } type Job { id: ID! } type Mutation { createJob(upload: ID!): Job! }',
    resolvers: {
      Mutation: {
        async createJob(_: unknown, { upload }: { upload: string }) {
          const id = randomUUID();
          await pool.query({
            name: 'insert',
            text: 'INSERT INTO bare_jobs (id, upload) VALUES ($1, $2)',
            values: [id, upload],
          });
          await queue.createJob({ id }).setId(id).save();
          return { id };
        },
      },
    },
  }),
});
createServer(yoga).listen(Number(process.env.BARE_PORT), '127.0.0.1', () => process.stderr.write('ready\n'));
