import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a server program is installed; null without it. Servers are often outside of a user's PATH. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
