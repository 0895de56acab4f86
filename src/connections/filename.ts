import { unescape as percentDecode } from 'node:querystring';

const maxCharacters = 200;

/** The name that an answer gives its document: by its header, else by the last part of its path; null without either. */
export function filenameOf(contentDisposition: string | undefined, url: URL): string | null {
  const named = contentDisposition === undefined ? null : dispositionName(contentDisposition);
  return safeFilename(named ?? '') ?? safeFilename(percentDecode(url.pathname.split('/').at(-1) ?? ''));
}

/** A name that is one to show and to save under, whoever made it up; null where nothing is left of it. */
export function safeFilename(name: string): string | null {
  const visible = name
    .normalize('NFC')
    .replace(/^.*[/\\]/su, '')
    // Control characters, and formatting ones that make "fdp.exe" read "exe.pdf".
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const characters = [...visible];
  if (characters.length <= maxCharacters) {
    return visible === '' ? null : visible;
  }
  const extension = /\.[a-z0-9]{1,8}$/i.exec(visible)?.[0] ?? '';
  return characters.slice(0, maxCharacters - extension.length).join('') + extension;
}

/** RFC 6266: `filename*` wins over `filename`. */
function dispositionName(header: string): string | null {
  const [, charset, encoded] = /;\s*filename\*\s*=\s*([\w-]+)'[^']*'([^\s;]+)/i.exec(header) ?? [];
  if (charset !== undefined && encoded !== undefined) {
    return /^utf-?8$/i.test(charset) ? percentDecode(encoded) : latin1Decode(encoded);
  }
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(header) ?? [];
  const plain = quoted?.replace(/\\(["\\])/g, '$1') ?? bare;
  return plain === undefined ? null : utf8Decode(plain);
}

function latin1Decode(encoded: string): string {
  return encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Node reads headers as Latin-1, but many servers send plain UTF-8. */
function utf8Decode(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
