import type { Secrets } from '../connections/secrets.ts';

const purpose = 'source-credentials';

/** Removes the user name and password from a URL. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
}

/** Removes them from any text that an earlier version stored as a URL, together with the `@`. */
export function stripCredentials(address: string): string {
  if (!URL.canParse(address)) return address.replace(/^([^:]*:[/\\\s]*)[^/\\?#]*@/, '$1');
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

/** Returns the user name and password of a URL, encrypted for its row; null if it has none. */
export function sealCredentials(secrets: Secrets, address: string): string | null {
  const { username, password } = new URL(address);
  return username === '' && password === '' ? null : secrets.seal(purpose, JSON.stringify([username, password]));
}

/** Returns the URL with the credentials that `sealCredentials` encrypted. */
export function withCredentials(secrets: Secrets, address: string, sealed: string | null): string {
  if (sealed === null) return address;
  const [username, password]: [string, string] = JSON.parse(secrets.open(purpose, sealed));
  const url = new URL(address);
  // As they were written: encoded already.
  url.username = username;
  url.password = password;
  return url.href;
}
