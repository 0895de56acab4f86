import type { Evidence } from '../evidence.ts';
import type { Breach } from '../journal.ts';
import { pageDigest, type Reference } from '../reference.ts';

/** The pages of every completed job are identical to those of an undisturbed run. */
export async function pagesAreComplete({ world, jobs, kindOf, references, journal }: Evidence): Promise<Breach[]> {
  const promise = 'a result is identical to that of an undisturbed run';
  const breaches: Breach[] = [];
  for (const row of jobs.values()) {
    const kind = kindOf(row);
    const reference = kind && references.get(kind.name);
    if (row.status !== 'COMPLETED' || reference === undefined) continue;
    const pages = await world.query<{ number: number; digest: string }>(
      `SELECT p.number, ${pageDigest} AS digest FROM pages p WHERE p.job_id = $1`,
      [row.id],
    );
    const candidates = [reference.asSent, reference.byPdfjs].filter(({ engine }) => engine === row.engine);
    const differences = candidates.map((candidate) => difference(candidate, pages));
    journal.count('results compared');
    if (differences.length === 0) breaches.push({ promise, detail: `no reference by ${row.engine}`, about: row.id });
    else if (!differences.includes(null)) breaches.push({ promise, detail: differences.join('; or: '), about: row.id });
  }
  return breaches;
}

/** Describes the differences; null if the pages are equal. */
function difference(reference: Reference, pages: { number: number; digest: string }[]): string | null {
  const found = new Map(pages.map(({ number, digest }) => [number, digest]));
  const missing = [...reference.pages.keys()].filter((number) => !found.has(number));
  const more = [...found.keys()].filter((number) => !reference.pages.has(number));
  const other = [...found].filter(
    ([number, digest]) => !more.includes(number) && reference.pages.get(number) !== digest,
  );
  if (missing.length + more.length + other.length === 0) return null;
  const list = (numbers: number[]) => `${numbers.length} (${numbers.slice(0, 8).join()})`;
  return `${list(missing)} missing, ${list(more)} too many, ${list(other.map(([number]) => number))} different`;
}
