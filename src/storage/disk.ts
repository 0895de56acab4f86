import { statfs } from 'node:fs/promises';

/** Returns how full the disk of a folder is for its user, in percent. */
export async function usedPercent(folder: string): Promise<number> {
  const { blocks, bfree, bavail } = await statfs(folder);
  const used = blocks - bfree;
  return used + bavail === 0 ? 0 : (100 * used) / (used + bavail);
}
