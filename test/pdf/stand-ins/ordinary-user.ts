import { fileURLToPath } from 'node:url';
import { extractAll, newPool, requestFor } from '../extracting.ts';

/**
 * Runs as an ordinary user: extracts a document, has a hostile extractor try to read the file given as an argument, and
 * prints the level of the sandbox and what came of both.
 */
const [, , path = ''] = process.argv;
await using pool = newPool();
const { pages } = await extractAll(pool, requestFor('one-page'));
const script = fileURLToPath(new URL('./hostile.js', import.meta.url));
await using hostile = newPool({ script });
const tries = [['file', 'read', path]];
const request = requestFor('one-page', { password: JSON.stringify({ tries }) });
const failure = await extractAll(hostile, request).catch((error: unknown) => error);
const found = failure instanceof Error ? JSON.parse(failure.message) : null;
process.stdout.write(JSON.stringify({ level: pool.sandbox, pages: pages.length, file: found?.file }));
