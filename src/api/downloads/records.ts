import type { Batch, Job, Source } from '../../connections/prisma/client.ts';
import { withoutCredentials } from '../../documents/url-credentials.ts';
import { failures } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { failureOf } from '../../job-row/job.ts';
import { isRetryable } from '../../jobs/retry-policy.ts';
import { needsOcr } from '../../pdf/content/needs-ocr.ts';
import type { Box } from '../../pdf/model/box.ts';
import type { Attachment, ExtractedPage } from '../../pdf/model/document.ts';
import { pageFailureMessages } from '../../pdf/model/unreadable-page.ts';
import { annotationKind } from '../../results/annotation-kinds.ts';
import { storedDocument } from '../../results/stored-json.ts';
import { attachmentType, omissionOf } from './attachment-file.ts';

// The representation of jobs and batches in downloads, with the names of the schema.

/** The columns of a job that it needs. */
export const jobSelection = {
  id: true,
  revision: true,
  status: true,
  name: true,
  metadata: true,
  batchIndex: true,
  createdAt: true,
  finishedAt: true,
  engine: true,
  document: true,
  failureCode: true,
  failureMessage: true,
  failurePage: true,
  source: { select: { kind: true, url: true, filename: true, bytes: true, sha256: true } },
} as const;

export type ListedJob = Pick<Job, Exclude<keyof typeof jobSelection, 'source'>> & {
  source: Pick<Source, 'kind' | 'url' | 'filename' | 'bytes' | 'sha256'>;
};

/** The identity of the job: its name, metadata and source. */
export function jobRecord({ id, name, metadata, createdAt, finishedAt, source }: ListedJob) {
  const { kind, url, filename, bytes, sha256 } = source;
  return {
    id: encodeId('job', id),
    name,
    metadata,
    source: {
      kind,
      url: url && withoutCredentials(url),
      filename,
      bytes: bytes === null ? null : Number(bytes),
      sha256,
    },
    createdAt,
    finishedAt,
  };
}

/** The metadata of a result, without its pages. */
export function resultRecord({ document, engine }: Pick<ListedJob, 'document' | 'engine'>) {
  const { pageCount, fallback, notices, metadata, attachments, outline } = storedDocument(document);
  return { pageCount, engine, fallback, notices, metadata, attachments: attachments.map(attachmentRecord), outline };
}

function attachmentRecord(attachment: Attachment) {
  const { name, description, bytes, pageNumber } = attachment;
  const contentType = attachmentType(attachment);
  return { name, description, contentType, bytes, pageNumber, omitted: omissionOf(attachment) };
}

/** A page with all its details. */
export function pageRecord({ details, failure, ...page }: ExtractedPage) {
  const { engine, fallback, ocrReason, ocr, language, hidden, annotations, formFields, blocks } = details;
  return {
    ...page,
    failure: failure && { code: failure, message: pageFailureMessages[failure] },
    engine,
    fallback,
    needsOcr: needsOcr(details),
    ocrReason,
    ocr,
    language,
    hiddenText: hidden,
    annotations: annotations.map(({ kind, ...annotation }) => placed({ kind: annotationKind(kind), ...annotation })),
    formFields: formFields.map(placed),
    blocks: blocks.map(placed),
  };
}

function placed<Part extends Box>({ x, y, width, height, ...part }: Part) {
  return { ...part, box: { x, y, width, height } };
}

export function failureRecord(job: Pick<ListedJob, 'failureCode' | 'failureMessage' | 'failurePage'>) {
  const failure = failureOf(job);
  if (failure === null) return null;
  const { code, message, page } = failure;
  const { category, advice } = failures[code];
  return { code, category, message, advice, page, retryable: isRetryable(code) };
}

export function batchRecord(batch: Batch) {
  const { id, name, status, total, pending, running, completed, failed, cancelled, createdAt, finishedAt } = batch;
  return {
    id: encodeId('batch', id),
    name,
    status,
    total,
    pending,
    running,
    completed,
    failed,
    cancelled,
    createdAt,
    finishedAt,
  };
}
