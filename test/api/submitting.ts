import { readFile } from 'node:fs/promises';
import { type GraphqlAnswer, graphql, subscribe } from '../graphql.ts';
import type { Service } from '../service.ts';

/** A file of test/fixtures, such as "links" for links.pdf. */
export function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(`../fixtures/${name}.pdf`, import.meta.url));
}

/** A fixture as the source of a job. */
export async function inline(name: string): Promise<{ base64: string }> {
  return { base64: (await fixture(name)).toString('base64') };
}

const createJob = `mutation ($input: CreateJobInput!) {
  createJob(input: $input) { deduplicated job { id revision status } }
}`;

/** Calls createJob and returns the whole response, including errors. */
export function tryCreateJob(service: Service, input: Record<string, unknown>, headers = {}): Promise<GraphqlAnswer> {
  return graphql(service.url, createJob, { input }, headers);
}

export interface Submitted {
  id: string;
  deduplicated: boolean;
}

/** Creates a job; throws if it is refused. */
export async function submit(service: Service, input: Record<string, unknown>, headers = {}): Promise<Submitted> {
  const answer = await tryCreateJob(service, input, headers);
  const { deduplicated, job } = accepted(answer).createJob;
  return { id: job.id, deduplicated };
}

/** Returns the data of a response; throws if it has errors. */
export function accepted({ data, errors }: GraphqlAnswer): GraphqlAnswer['data'] {
  if (errors !== undefined) throw new Error(`refused: ${JSON.stringify(errors)}`);
  return data;
}

/** Returns the only error of a response; throws if it has none or several. */
export function refused({ errors }: GraphqlAnswer): NonNullable<GraphqlAnswer['errors']>[number] {
  const [error, ...more] = errors ?? [];
  if (error === undefined || more.length > 0) throw new Error(`not one error: ${JSON.stringify(errors)}`);
  return error;
}

/** Waits until a job ends. */
export async function ended(service: Service, id: string): Promise<void> {
  for await (const event of subscribe(service.url, `subscription ($id: ID!) { jobProgress(id: $id) { cursor } }`, {
    id,
  })) {
    accepted(event);
  }
}

/** Waits until a job ends, then reads these fields. */
export async function endedJob(service: Service, id: string, fields: string): Promise<GraphqlAnswer['data']> {
  await ended(service, id);
  return await readJob(service, id, fields);
}

/** Reads these fields of a job. */
export async function readJob(service: Service, id: string, fields: string): Promise<GraphqlAnswer['data']> {
  return accepted(await graphql(service.url, `query ($id: ID!) { job(id: $id) { ${fields} } }`, { id })).job;
}

export async function cancel(service: Service, id: string): Promise<GraphqlAnswer> {
  return await graphql(
    service.url,
    `mutation ($id: ID!) { cancelJob(id: $id) { job { id revision status finishedAt } } }`,
    { id },
  );
}

export async function remove(service: Service, id: string): Promise<GraphqlAnswer> {
  return await graphql(service.url, `mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }`, { id });
}

/** The keys of all documents in storage. */
export async function storedKeys(service: Service): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of service.platform.storage.list()) keys.push(key);
  return keys.sort();
}
