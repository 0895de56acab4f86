import { open } from 'node:fs/promises';

/** Makes the names inside a directory survive a power cut: syncing a file alone doesn't. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Whether a call to the file system failed with one of these codes, such as ENOENT. */
export function failedWith(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
