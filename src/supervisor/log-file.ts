import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const maxBytes = 20 * 1024 ** 2;

/** The log of a child's output. */
export interface LogFile {
  readonly path: string;
  readonly fd: number;
  /** Returns what was written since it was opened, at most the last 64 KiB. */
  read(): string;
  close(): void;
}

/** Opens a log for appending. First renames a large one to `<path>.1`, replacing the previous. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a+', 0o600);
  const start = fstatSync(fd).size;
  return {
    path,
    fd,
    read() {
      const reader = openSync(path, 'r');
      try {
        const end = fstatSync(reader).size;
        const from = Math.max(start, end - 65_536);
        const buffer = Buffer.alloc(Math.max(0, end - from));
        return buffer.toString('utf8', 0, readSync(reader, buffer, 0, buffer.length, from));
      } finally {
        closeSync(reader);
      }
    },
    close: () => closeSync(fd),
  };
}
