import type { UploadState } from './sql/named-documents.ts';

/** Returns why a job cannot use an upload; null if it can. */
export function uploadProblem(
  upload: UploadState | undefined,
): 'NOT_FOUND' | 'UPLOAD_EXPIRED' | 'UPLOAD_INCOMPLETE' | null {
  if (upload === undefined) return 'NOT_FOUND';
  if (upload.status === 'EXPIRED' || upload.expired) return 'UPLOAD_EXPIRED';
  return upload.status === 'WAITING' ? 'UPLOAD_INCOMPLETE' : null;
}
