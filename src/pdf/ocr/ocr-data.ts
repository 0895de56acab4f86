import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { JobError } from '../../errors.ts';
import type { OcrRequest } from '../model/extraction.ts';

const require = createRequire(import.meta.url);
/** Of the kinds of data in a package the one for the newer recogniser, in whole numbers: the smallest, and the most exact here. */
const variant = '4.0.0_best_int';

interface DataPackage {
  language: string;
  version: string;
  /** The data as it came, compressed. */
  path: string;
}

/** The npm package with the data of a language. */
export function dataPackage(language: string): string {
  return `@tesseract.js-data/${language}`;
}

/**
 * Makes the data of these languages ready in a folder below `directory`, from npm packages that are installed here; nothing is
 * ever downloaded. Whoever comes first unpacks it, and any number of processes may do so at once. Throws `JobError`
 * OCR_LANGUAGE_MISSING where a package is not installed.
 */
export async function prepareOcr(languages: string[], directory: string): Promise<OcrRequest> {
  const packages = await Promise.all(languages.map(findPackage));
  const key = packages.map(({ language, version }) => `${language}@${version}`).join('+');
  const dataPath = join(directory, key);
  await mkdir(dataPath, { recursive: true }).catch((error: unknown) => {
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  });
  for (const each of packages) await unpack(each, join(dataPath, `${each.language}.traineddata`));
  return { languages, dataPath, key };
}

async function findPackage(language: string): Promise<DataPackage> {
  const name = dataPackage(language);
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, 'utf8'));
    const path = join(dirname(manifest), variant, `${language}.traineddata.gz`);
    await stat(path);
    return { language, version: String(version), path };
  } catch (error) {
    const detail = `OCR has no data for the language "${language}": install the npm package ${name} where the worker runs.`;
    throw new JobError('OCR_LANGUAGE_MISSING', { detail, cause: error });
  }
}

/** By renaming, so that nobody ever sees half of it; after a power cut the size tells that it has to be done again. */
async function unpack({ path }: DataPackage, target: string): Promise<void> {
  const there = await stat(target).catch(() => null);
  if (there !== null && there.size === (await unpackedBytes(path))) return;
  const part = `${target}.${randomUUID()}.part`;
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(part));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  }
}

/** The last four bytes of what gzip makes. */
async function unpackedBytes(path: string): Promise<number> {
  await using file = await open(path);
  const { size } = await file.stat();
  const { buffer } = await file.read({ buffer: Buffer.alloc(4), position: size - 4 });
  return buffer.readUInt32LE();
}
