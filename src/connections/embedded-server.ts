import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { SupervisedProcess } from '../supervisor/supervised-process.ts';

/** An embedded server that cannot run here. The message is one line that says what to do. */
export class EmbeddedServerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedServerError';
  }
}

/** A database server of our own on a private loopback port. */
export interface EmbeddedServer extends SupervisedProcess, AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

export interface EmbeddedServerOptions {
  dataDir: string;
  /** Reports a slow step, in one line. */
  log(line: string): void;
  /** A port that must be used, because other processes already know the server's URL. */
  port?: number;
  signal?: AbortSignal;
}

const settingsSchema = z.object({ port: z.number(), password: z.string().min(1) });

export type EmbeddedSettings = z.infer<typeof settingsSchema>;

/** Returns the port and password that a server had last time, or new ones. Only this user can read the file. */
export async function readSettings(dataDir: string, name: string): Promise<EmbeddedSettings> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const known = findSettings(dataDir, name);
  if (known !== null) return known;
  const settings = { port: await freePort(), password: randomBytes(24).toString('base64url') };
  writeSettings(dataDir, name, settings);
  return settings;
}

/** Returns the port and password that a server had last time. */
export function readKnownSettings(dataDir: string, name: string): EmbeddedSettings {
  const known = findSettings(dataDir, name);
  if (known !== null) return known;
  throw new EmbeddedServerError(`there is no database in ${dataDir} yet: run \`npm start\` first, or set DATABASE_URL`);
}

/** Reads the settings of an embedded server; null if it never ran. */
export function findSettings(dataDir: string, name: string): EmbeddedSettings | null {
  const path = settingsPath(dataDir, name);
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return null;
    const advice =
      code === 'EACCES'
        ? 'belongs to another user: start as that user, or set DATA_DIR to a directory of your own'
        : `cannot be read: restore it, or move it and ${join(dataDir, name)} away to start without data`;
    throw new EmbeddedServerError(`${path} ${advice}`, { cause: error });
  }
}

export function writeSettings(dataDir: string, name: string, settings: EmbeddedSettings): void {
  const path = settingsPath(dataDir, name);
  writeFileSync(`${path}.new`, JSON.stringify(settings), { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

function settingsPath(dataDir: string, name: string): string {
  return join(dataDir, `${name}.json`);
}

/** Returns a port on the loopback address that is free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the probe has no port'));
      });
    });
  });
}

/** Returns the lines of a log that describe the problem, as one line. */
export function lastWords(output: string, pattern: RegExp): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const matching = lines.filter((line) => pattern.test(line));
  return (matching.length > 0 ? matching : lines).slice(-3).join(' · ') || 'no output';
}
