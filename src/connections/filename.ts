import { unescape as percentDecode } from 'node:querystring';

const maxCharacters = 200;

/** The filename of a response: from its header, else from the last part of its path; null without either. */
export function filenameOf(contentDisposition: string | undefined, url: URL): string | null {
  const named = contentDisposition === undefined ? null : dispositionName(contentDisposition);
  return safeFilename(named ?? '') ?? safeFilename(percentDecode(url.pathname.split('/').at(-1) ?? ''));
}

/** Makes a name safe to display and to save under; null if nothing is left of it. */
export function safeFilename(name: string): string | null {
  const visible = name
    .normalize('NFC')
    .replace(/^.*[/\\]/su, '')
    // Control characters, and formatting characters that make "fdp.exe" look like "exe.pdf".
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

/** RFC 6266: `filename*` takes precedence over `filename`. */
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

/** Node.js decodes headers as Latin-1, but many servers send UTF-8. */
function utf8Decode(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}

/** Leaves room for a number and an extension within the 255 bytes that file systems allow. */
const maxStemBytes = 200;

/** Windows device names, which apply with any extension. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** The name of a file, without extension, for a document or label; null if nothing is left of it. */
export function fileStem(name: string): string | null {
  let stem = name
    .normalize('NFC')
    .replace(/\.pdf$/i, '')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .replace(device, '_$&');
  while (Buffer.byteLength(stem) > maxStemBytes) stem = [...stem].slice(0, -1).join('');
  return stem || null;
}

/** Splits a safe filename. Text after the last dot that does not look like an extension belongs to the stem. */
export function splitFilename(name: string): { stem: string | null; extension: string } {
  const extension = /\.[a-z0-9]{1,16}$/i.exec(name)?.[0] ?? '';
  return { stem: fileStem(name.slice(0, name.length - extension.length)), extension };
}

/** A header that makes a browser save or show a response under this name (RFC 6266), with an ASCII fallback. */
export function contentDisposition(filename: string, kind: 'attachment' | 'inline' = 'attachment'): string {
  const plain = filename.replace(/[^ -~]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
