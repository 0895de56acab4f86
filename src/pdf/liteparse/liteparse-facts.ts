import type {
  DocumentMetadata as DocumentMetadataOfLiteparse,
  LiteParseConfig,
  ParseResult,
} from '@llamaindex/liteparse';
import { cleanFact } from '../content/clean-text.ts';
import { readDate } from '../content/pdf-date.ts';
import { readPermissions } from '../content/permissions.ts';
import type { DocumentMetadata, Permissions } from '../model/document.ts';

/** What LiteParse can tell of a document by itself: less than pdfjs, but it opens some that pdfjs refuses. */
export interface LiteparseFacts {
  pageCount: number;
  metadata: DocumentMetadata;
}

/** For the facts of the document alone: there is no such page. */
export const factsOnly: Partial<LiteParseConfig> = { extractDocumentMetadata: true, targetPages: '0' };

export function toFacts(result: ParseResult): LiteparseFacts {
  return { pageCount: result.totalPages, metadata: toMetadata(result) };
}

function toPermissions(meta: DocumentMetadataOfLiteparse | undefined): Permissions | null {
  const flags = meta?.permissions;
  return meta?.isEncrypted !== true || flags === undefined
    ? null
    : readPermissions((bit) => Math.floor(flags / 2 ** (bit - 1)) % 2 === 1);
}

function toMetadata(result: ParseResult): DocumentMetadata {
  const version = result.docMeta?.fileVersion;
  return {
    title: null,
    author: null,
    subject: null,
    keywords: null,
    creator: cleanFact(result.creator),
    producer: cleanFact(result.producer),
    createdAt: readDate(result.docMeta?.creationDate),
    modifiedAt: readDate(result.docMeta?.modDate),
    pdfVersion: version === undefined ? null : `${Math.floor(version / 10)}.${version % 10}`,
    tagged: false,
    encrypted: result.docMeta?.isEncrypted === true,
    permissions: toPermissions(result.docMeta),
    language: null,
    xmp: cleanFact(result.docMeta?.xmp),
  };
}
