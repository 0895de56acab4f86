import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from '../connections/secrets.ts';
import type { FailedAttempts } from '../tenants/failed-attempts.ts';
import type { KeyHolder, KeyRing } from '../tenants/key-ring.ts';
import { parseKeyText, proofOfKey } from '../tenants/key-text.ts';
import type { Proof } from '../tenants/proof.ts';
import { allScopes, type Scope } from '../tenants/scopes.ts';
import { generationOf, isWatchToken, proofOfToken, readWatchToken } from '../tenants/watch-token.ts';
import type { Caller } from './caller.ts';
import { defaultTenantId } from './context.ts';

/** The caller's credentials: headers, and over WebSocket the payload of `connection_init`, as browsers set no headers there. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  connectionParams: Record<string, unknown>;
  /** The address of the client. */
  address: string;
}

/** A caller who was let in. */
export interface Admission {
  caller: Caller;
  /** Calls back when the credentials no longer count: open connections end then. */
  whenEnded(end: () => void): Disposable;
}

/**
 * Null refuses for good: HTTP status 401 or close code 4401, and clients give up. An error refuses for now, because the
 * caller cannot be identified: close code 4403, and clients try again.
 */
export type Authenticate = (credentials: Credentials) => Promise<Admission | null>;

export interface AuthenticateOptions {
  keyRing: KeyRing;
  failedAttempts: FailedAttempts;
  secrets: Secrets;
}

const readOnly: ReadonlySet<Scope> = new Set<Scope>(['READ']);

/**
 * Admits callers with a valid key or watch token and, as long as no key is required, callers without credentials.
 */
export function createAuthenticate({ keyRing, failedAttempts, secrets }: AuthenticateOptions): Authenticate {
  async function admitAnonymous(): Promise<Admission | null> {
    if (await keyRing.isRequired()) return null;
    const caller = { tenantId: defaultTenantId, scopes: allScopes, key: null, watch: null };
    return { caller, whenEnded: (end) => keyRing.whenEnded(null, end) };
  }

  async function admitKey(text: string, address: string): Promise<Admission | null> {
    const key = parseKeyText(text);
    const proof = key && proofOfKey(key);
    const holder = (proof && keyRing.findKnown(proof)) ?? (await lookUp(proof, address));
    if (key === null || holder === null) return null;
    const { tenantId, scopes } = holder;
    const caller = { tenantId, scopes, key: { id: key.id, generation: generationOf(key.hash) }, watch: null };
    return { caller, whenEnded: (end) => keyRing.whenEnded(holder, end) };
  }

  async function lookUp(proof: Proof | null, address: string): Promise<KeyHolder | null> {
    await failedAttempts.check(address);
    const found = proof && (await keyRing.find(proof));
    if (found === null) await failedAttempts.note(address);
    return found;
  }

  /** A forged token costs no read, so failed attempts are not counted. */
  async function admitWatch(text: string): Promise<Admission | null> {
    const token = readWatchToken(secrets, text);
    if (token === null) return null;
    const { key, subject, download, expiresAt } = token;
    const watch = { subject, download };
    if (key === null) {
      const anonymous = await admitAnonymous();
      return anonymous && until(expiresAt, { ...anonymous, caller: { ...anonymous.caller, scopes: readOnly, watch } });
    }
    const proof = proofOfToken(key);
    const holder = keyRing.findKnown(proof) ?? (await keyRing.find(proof));
    if (holder === null) return null;
    const caller = { tenantId: holder.tenantId, scopes: readOnly, key, watch };
    return until(expiresAt, { caller, whenEnded: (end) => keyRing.whenEnded(holder, end) });
  }

  return async ({ headers, connectionParams, address }) => {
    const shown = connectionParams.authorization ?? connectionParams.Authorization ?? headers.authorization;
    if (shown === undefined) return await admitAnonymous();
    const secret = secretOf(shown);
    return isWatchToken(secret) ? await admitWatch(secret) : await admitKey(secret, address);
  };
}

/** The same admission, which ends at this time at the latest. */
function until(expiresAt: Date, { caller, whenEnded }: Admission): Admission {
  return {
    caller,
    whenEnded(end) {
      const watcher = whenEnded(end);
      const timer = setTimeout(end, expiresAt.getTime() - Date.now());
      return {
        [Symbol.dispose]() {
          clearTimeout(timer);
          watcher[Symbol.dispose]();
        },
      };
    },
  };
}

const bearer = /^bearer +(\S+)$/i;
const basic = /^basic +([\w+/=-]+)$/i;

/**
 * The secret in a header or a connection parameter: a bearer token (RFC 6750), or the password of any user (RFC 7617), which
 * is the only form that a browser sends when it opens a page. Empty if there is none.
 */
function secretOf(authorization: unknown): string {
  if (typeof authorization !== 'string') return '';
  const [, token] = bearer.exec(authorization) ?? [];
  if (token !== undefined) return token;
  const [, encoded] = basic.exec(authorization) ?? [];
  if (encoded === undefined) return '';
  const pair = Buffer.from(encoded, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}
