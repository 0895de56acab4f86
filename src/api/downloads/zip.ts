import { finished, PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file in an archive. `content` is called when the file is due. */
export interface ZipEntry {
  path: string;
  modifiedAt: Date;
  content: () => AsyncIterable<string | Uint8Array>;
  /** Whether it is already compressed: compressing it again would be slow and gain nothing. */
  isPacked?: boolean;
}

/**
 * Streams a ZIP archive while its files are read, one by one and only as fast as the archive is read. Keeps only the
 * directory entry of a finished file. If the reader leaves early, reading stops; a read error is thrown here.
 */
export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer, void, undefined> {
  const archive = new ZipFile();
  const output = archive.outputStream.pipe(new PassThrough());
  let reading: Readable | null = null;
  let left = false;
  let giveUp: (reason: Error) => void = () => undefined;

  function add({ path, modifiedAt, content, isPacked = false }: ZipEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      giveUp = reject;
      archive.addReadStreamLazy(path, { mtime: modifiedAt, compress: !isPacked }, (give) => {
        reading = Readable.from(content());
        finished(reading, (error) => (error == null ? resolve() : reject(error)));
        give(null, reading);
      });
    });
  }
  async function fill(): Promise<void> {
    for await (const entry of entries) {
      if (left) return;
      await add(entry);
    }
    archive.end();
  }

  const filling = fill().catch((error: Error) => output.destroy(error));
  try {
    for await (const chunk of output) yield chunk;
  } finally {
    left = true;
    // Ends the archive, which would wait forever without a reader.
    giveUp(new Error('the archive is no longer read'));
    destroy(reading);
    await filling;
  }
}

function destroy(stream: Readable | null): void {
  stream?.destroy();
}

/** Numbers duplicate names, ignoring case. */
export function uniqueNames(): (stem: string, extension: string) => string {
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return (stem, extension) => {
    const key = `${stem}${extension}`.toLowerCase();
    let unique = `${stem}${extension}`;
    let number = numbers.get(key) ?? 1;
    while (taken.has(unique.toLowerCase())) unique = `${stem}-${++number}${extension}`;
    numbers.set(key, number);
    taken.add(unique.toLowerCase());
    return unique;
  };
}
