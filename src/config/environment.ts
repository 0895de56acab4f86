import { isIP } from 'node:net';
import { z } from 'zod';

/** An environment variable has an invalid value. The message has one line per variable. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Removes empty values, which count as unset: that is what `PORT= npm start` and compose files intend. */
function unset(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== ''),
  );
}

/** A whole number between two limits. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be between ${min} and ${max}`);

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, { error: `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}` });

/** A URL with one of these protocols. */
export function urlOf(protocols: string[], example: string) {
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL such as ${example}`,
    );
}

/** A size in bytes. */
export const bytes = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** Returns a key of 32 bytes, written in base64 or hexadecimal; null for any other text. */
export function parseSecretKey(text: string): Buffer | null {
  const isHex = /^[0-9a-f]{64}$/i.test(text);
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const key = Buffer.from(text, isHex ? 'hex' : 'base64');
  return key.byteLength === 32 ? key : null;
}

const keyFormat = 'must be 32 random bytes, such as `openssl rand -base64 32` prints';

/** A key of 32 bytes. */
export const secretKey = z.string().transform((text, context) => {
  const key = parseSecretKey(text.trim());
  if (key !== null) return key;
  context.addIssue({ code: 'custom', message: keyFormat });
  return z.NEVER;
});

/** Keys of 32 bytes with commas between them. */
export const secretKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((each) => parseSecretKey(each.trim()));
  const valid = keys.filter((key) => key !== null);
  if (valid.length === keys.length) return valid;
  context.addIssue({ code: 'custom', message: `${keyFormat}; several with commas between them` });
  return z.NEVER;
});

/** An IP address, or a network (CIDR). */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return longest >= 0 && rest.length === 0 && (prefix === undefined || (/^\d+$/.test(prefix) && +prefix <= longest));
}

/** An origin as browsers write it: scheme, host and port, without a path. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:[^*]*$/.test(text) && new URL(text).origin === text;
}

/** A port that a server can listen on. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** Splits a comma-separated list; returns the items in lower case. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '');
}

/** Parses environment variables. Throws `ConfigError`. */
export function parseEnvironment<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv = process.env): T {
  const parsed = schema.safeParse(unset(env));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'));
}

/** Formats a host for a URL: an IPv6 address needs brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Returns the setting by which other machines reach the API, directly or through a proxy; null if none can. */
export function exposureOf({ host, publicUrl }: { host: string; publicUrl: string }): string | null {
  if (!isLoopback(host)) return `HOST=${host}`;
  return isLoopback(new URL(publicUrl).hostname) ? null : `PUBLIC_URL=${publicUrl}`;
}

/** Whether a host name or address always means this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|\[?::1\]?|127(\.\d{1,3}){3})$/.test(host);
}
