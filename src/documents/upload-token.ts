import type { Secrets } from '../connections/secrets.ts';

const purpose = 'upload';

/** Signs the permission to send the bytes of an upload until a given time. */
export function signUpload(secrets: Secrets, id: string, expiresAt: Date): string {
  return secrets.sign(purpose, id, expiresAt);
}

/** Checks a token that `signUpload` returned. `now` is the time of the database. */
export function isUploadToken(secrets: Secrets, id: string, token: string, now: Date): boolean {
  return secrets.verify(purpose, id, token, now);
}
