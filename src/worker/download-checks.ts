import type { OutboundResponse } from '../connections/outbound.ts';
import { JobError } from '../errors.ts';

type Body = AsyncIterable<Uint8Array>;

/** Number of bytes in which readers search for the PDF marker. */
const headBytes = 1024;

/** Throws PDF_EMPTY before an empty object is stored. */
export async function* refuseEmpty(body: Body): AsyncGenerator<Uint8Array> {
  let empty = true;
  for await (const chunk of body) {
    empty &&= chunk.byteLength === 0;
    yield chunk;
  }
  if (empty) {
    throw new JobError('PDF_EMPTY', { detail: 'The URL returned no bytes.' });
  }
}

/**
 * Throws NOT_A_PDF for a login or error page that was sent with a success status. Both the header and the bytes must
 * indicate HTML, because some servers also label PDFs as text/html.
 */
export function refuseWebPage(body: Body, { headers, url }: OutboundResponse): Body {
  const isPage = /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(headers['content-type'] ?? '');
  return isPage ? withCheckedHead(body, url.host) : body;
}

async function* withCheckedHead(body: Body, host: string): AsyncGenerator<Uint8Array> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of body) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.byteLength >= headBytes) {
      refuseMarkup(head, host);
      yield head;
      head = null;
    }
  }
  if (head !== null) {
    refuseMarkup(head, host);
    yield head;
  }
}

function refuseMarkup(head: Buffer, host: string): void {
  const text = head.subarray(0, headBytes).toString('latin1');
  const marked = text.includes('%PDF-');
  // A byte order mark may precede the markup.
  if (!marked && /^(\xEF\xBB\xBF)?\s*</.test(text)) {
    throw new JobError('NOT_A_PDF', { detail: `${host} returned a web page, not a PDF.` });
  }
}
