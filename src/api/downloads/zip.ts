import { finished, PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file in an archive. `content` is called when its turn has come. */
export interface ZipEntry {
  path: string;
  modifiedAt: Date;
  content: () => AsyncIterable<string | Uint8Array>;
  /** It is packed already: to do so again would take long and gain nothing. */
  isPacked?: boolean;
}

/**
 * The bytes of a ZIP archive while its files are read, one after the other and only as fast as the bytes are taken. Of a file
 * that is done, its line in the directory is kept. Who leaves early ends the reading; an error of it is thrown here.
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
    // Nothing moves any more once nobody reads: without this it would be waited for.
    giveUp(new Error('nobody reads the archive any more'));
    destroy(reading);
    await filling;
  }
}

function destroy(stream: Readable | null): void {
  stream?.destroy();
}

/** Numbers what would have the same name, also where capitals do not count. */
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
