import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { JobError } from '../../errors.ts';
import type { OcrRequest } from '../model/extraction.ts';

const require = createRequire(import.meta.url);
/**
 * The variant of the data in a package: for the newer recogniser, with integers. The smallest, and the most accurate
 * here.
 */
const variant = '4.0.0_best_int';

interface DataPackage {
  language: string;
  version: string;
  /** The compressed data in the package. */
  path: string;
}

/** Returns the name of the npm package with the data of a language. */
export function dataPackage(language: string): string {
  return `@tesseract.js-data/${language}`;
}

/**
 * Prepares the data of these languages in a folder below `directory`, from installed npm packages; downloads nothing.
 * The first process unpacks it; concurrent calls are safe. Throws `JobError` OCR_LANGUAGE_MISSING if a package is not
 * installed.
 */
export async function prepareOcr(languages: string[], directory: string): Promise<OcrRequest> {
  const packages = await Promise.all(languages.map(findPackage));
  const key = packages.map(({ language, version }) => `${language}@${version}`).join('+');
  const dataPath = join(directory, key);
  try {
    const created = await mkdir(dataPath, { recursive: true });
    // Extractors may run as another user, and the process may create files that are closed to others.
    if (created !== undefined) await chmod(dataPath, 0o755);
  } catch (error) {
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  }
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

/**
 * Unpacks by renaming, so that the file is never visible half written. After a power failure, its size shows whether it
 * must be unpacked again.
 */
async function unpack({ path }: DataPackage, target: string): Promise<void> {
  const there = await stat(target).catch(() => null);
  if (there !== null && there.size === (await unpackedBytes(path))) return;
  const part = `${target}.${randomUUID()}.part`;
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(part));
    await chmod(part, 0o644);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  }
}

/** The uncompressed size: the last four bytes of a gzip file. */
async function unpackedBytes(path: string): Promise<number> {
  await using file = await open(path);
  const { size } = await file.stat();
  const { buffer } = await file.read({ buffer: Buffer.alloc(4), position: size - 4 });
  return buffer.readUInt32LE();
}
