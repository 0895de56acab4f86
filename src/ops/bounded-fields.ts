import { pino } from 'pino';

/** Maximum characters of one text. */
const maxTextLength = 8_000;
/** Approximate maximum characters of one line. */
const maxLineLength = 32_000;
const maxEntries = 50;
const deepest = 6;

/** Names of fields that must never reach a log, at any depth of a logged object, in any case and spelling. */
const secretNames = new Set([
  ...['password', 'passphrase', 'secret', 'clientsecret', 'secretkey', 'webhooksecret', 'token', 'accesstoken'],
  ...['apikey', 'authorization', 'proxyauthorization', 'cookie', 'setcookie'],
]);

/** Whether a field holds a secret: `apiKey`, `API_KEY` and `api-key` are the same name. */
function isSecret(name: string): boolean {
  return secretNames.has(name.replace(/[-_]/g, '').toLowerCase());
}

type Fields = Record<string, unknown>;

/**
 * Returns the fields of a log line without secrets and with a bounded length: an error may hold a request of megabytes.
 */
export function boundedFields(fields: object): Fields {
  let left = maxLineLength;

  function text(value: string): string {
    const most = Math.max(0, Math.min(maxTextLength, left));
    left -= Math.min(value.length, most);
    return value.length <= most ? value : `${value.slice(0, most)}… (${value.length} characters)`;
  }

  function bound(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    if (left <= 0 || depth > deepest) return '…';
    if (Array.isArray(value)) return list(value, depth);
    if (value instanceof Error) return object(pino.stdSerializers.err(value), depth);
    if (ArrayBuffer.isView(value)) return `… (${value.byteLength} bytes)`;
    if ('toJSON' in value && typeof value.toJSON === 'function') return bound(value.toJSON(), depth + 1);
    return object(value, depth);
  }

  function list(values: unknown[], depth: number): unknown[] {
    const kept = values.slice(0, maxEntries).map((each) => bound(each, depth + 1));
    return values.length <= maxEntries ? kept : [...kept, `… (${values.length} entries)`];
  }

  function object(value: object, depth: number): Fields {
    const bounded: Fields = {};
    for (const key of Object.keys(value).slice(0, maxEntries)) {
      left -= key.length;
      bounded[key] = isSecret(key) ? '[redacted]' : bound(Reflect.get(value, key), depth + 1);
    }
    return bounded;
  }

  return object(fields, 0);
}
