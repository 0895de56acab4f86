import { isIP } from 'node:net';
import { z } from 'zod';

/** Environment variables with invalid values: one line for each of them. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Empty values count as unset: that is what `PORT= npm start` and compose files mean by them. */
function unset(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== ''),
  );
}

/** A whole number within limits. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be between ${least} and ${most}`);

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

/** The items of a list with commas, in lower case. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '');
}

/** Parses environment variables. Throws `ConfigError`. */
export function parseEnvironment<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = schema.safeParse(unset(env));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'));
}
