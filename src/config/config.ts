import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type AlertSettings, alertSettingsOf, alertVariables } from './alert-settings.ts';
import { type ClientLimits, clientLimitsOf, clientLimitVariables } from './client-limits.ts';
import {
  bytes,
  ConfigError,
  isNetwork,
  isOrigin,
  isPort,
  list,
  oneOf,
  parseEnvironment,
  secretKey,
  secretKeys,
  urlHost,
  urlOf,
  wholeNumber,
} from './environment.ts';
import { type OperationLimits, operationLimitsOf, operationLimitVariables } from './operation-limits.ts';
import { type Retention, retentionOf, retentionVariables } from './retention.ts';
import { type TracingConfig, tracingOf, tracingVariables } from './tracing.ts';

/**
 * The typed configuration. Only `readConfig` reads the environment; tests pass plain objects. Names of durations end
 * with their unit; sizes are in bytes.
 */
export interface Config {
  /** PostgreSQL. Null: `pagehive start` provides an embedded one under `dataDir`. */
  databaseUrl: string | null;
  /**
   * The same database for requests of clients, under a role that row-level security limits to one tenant. Null:
   * requests use `databaseUrl`, and the filters of the code are the only wall between tenants.
   */
  databaseApiUrl: string | null;
  /** Maximum number of PostgreSQL connections of one process. */
  databaseConnections: number;
  /** Redis or Valkey. Null: `pagehive start` runs a private one. */
  redisUrl: string | null;
  /** Prefix of every Redis key and channel, so that several installations can share one Redis. */
  redisPrefix: string;
  dataDir: string;
  /** The master key, which encrypts the secret of the installation. Null: the key is in a file of `dataDir`. */
  secretKey: Buffer | null;
  /** Earlier master keys, to change the key. */
  previousSecretKeys: Buffer[];
  host: string;
  /**
   * `required`: every client needs an API key, even if no key exists yet. `auto`: from the first key on, and always
   * while other machines can reach the API.
   */
  auth: 'auto' | 'required';
  port: number;
  /** Where each process serves its metrics without a key; null: nowhere. */
  metrics: { host: string; port: number } | null;
  /** How clients reach this server; the base of every URL handed out. */
  publicUrl: string;
  /** Other origins whose pages may call the API from a browser. The origin of `publicUrl` always may. */
  corsOrigins: string[];
  /** Hosts that documents may be downloaded from and webhooks sent to, also on private addresses and other ports. */
  privateHostsAllowed: string[];
  /** The ports of all other hosts that documents may be downloaded from and webhooks sent to. */
  outboundPorts: number[];
  /** Addresses and networks (CIDR) of reverse proxies that are trusted to report the addresses of clients. */
  trustedProxies: string[];
  /** `auto`: extractors run in the strongest sandbox that works. `off`: in none. */
  sandbox: 'auto' | 'off';
  /** Number of documents that one worker process extracts at the same time. */
  concurrency: number;
  /** Where traces are sent, by OTLP over HTTP; null: no traces are recorded. */
  tracing: TracingConfig | null;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  limits: Limits;
  operations: OperationLimits;
  retention: Retention;
  alerts: AlertSettings;
  clientLimits: ClientLimits;
}

export interface Limits {
  /** Of one document, from a URL or an upload. */
  documentBytes: number;
  /** Of a document inside the request: Base64 or multipart. */
  inlineBytes: number;
  pages: number;
  /** Total size of the stored attachments of one document. */
  attachmentBytes: number;
  /** Total duration of a download. */
  downloadSeconds: number;
  /** Resident memory of one extractor process before it is killed. */
  extractorMemoryBytes: number;
  /** Resident memory above which an idle extractor process is replaced. */
  extractorRecycleBytes: number;
  /** Bytes of GraphQL request bodies that the API may hold in memory at the same time. */
  bodyBytesInFlight: number;
  /** Sockets of one client address, and the requests, streams and WebSockets open on them. */
  connectionsPerAddress: number;
}

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

export const defaultLimits: Limits = {
  documentBytes: GiB,
  inlineBytes: 25 * MiB,
  pages: 20_000,
  attachmentBytes: 128 * MiB,
  downloadSeconds: 300,
  extractorMemoryBytes: 4 * GiB,
  extractorRecycleBytes: 768 * MiB,
  bodyBytesInFlight: 48 * MiB,
  connectionsPerAddress: 500,
};

/** Size limit of a GraphQL request: Base64 adds a third to the document, and the operation itself needs some space. */
export function maxRequestBytes({ inlineBytes }: Pick<Limits, 'inlineBytes'>): number {
  return Math.ceil((inlineBytes * 4) / 3) + MiB;
}

/** The ports of web servers, and what they commonly listen on behind or beside those. */
export const defaultOutboundPorts: readonly number[] = [80, 443, 8080, 8443];

export const defaultDatabaseConnections = 10;
/** At least one for each pool of a process. */
export const minDatabaseConnections = 3;

const environment = z.object({
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/pagehive').optional(),
  DATABASE_API_URL: urlOf(['postgres:', 'postgresql:'], 'postgresql://api:password@host:5432/pagehive')
    .refine((url) => !URL.canParse(url) || new URL(url).username !== '', 'must name the user')
    .optional(),
  DATABASE_CONNECTIONS: wholeNumber(minDatabaseConnections, 10_000).default(defaultDatabaseConnections),
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^([\w.-]+|\{[\w.-]+\})$/, 'may contain only letters, digits, - _ and .')
    // Braces keep all keys on one node of a cluster, because scripts use several keys.
    .transform((prefix) => (prefix.startsWith('{') ? prefix : `{${prefix}}`))
    .default('{pagehive}'),
  DATA_DIR: z.string().default('./data'),
  SECRET_KEY: secretKey.optional(),
  SECRET_KEY_PREVIOUS: secretKeys.optional(),
  HOST: z.string().default('127.0.0.1'),
  AUTH: oneOf('auto', 'required').default('auto'),
  PORT: wholeNumber(0, 65_535).default(4000),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: wholeNumber(1, 65_535).optional(),
  PUBLIC_URL: urlOf(['http:', 'https:'], 'https://pages.example.com').optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform(list)
    .refine((all) => all.every(isOrigin), 'must be origins such as https://app.example.com,http://localhost:5173'),
  PRIVATE_HOSTS_ALLOWED: z.string().default('').transform(list),
  OUTBOUND_PORTS: z
    .string()
    .default(defaultOutboundPorts.join(','))
    .transform(list)
    .refine((all) => all.every(isPort), 'must be ports such as 80,443,8080,8443')
    .transform((all) => all.map(Number)),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(list)
    .refine((all) => all.every(isNetwork), 'must be IP addresses or networks such as 127.0.0.1,10.0.0.0/8,fd00::/8'),
  SANDBOX: oneOf('auto', 'off').default('auto'),
  CONCURRENCY: wholeNumber(1, 256).optional(),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  MAX_DOCUMENT_BYTES: bytes.default(defaultLimits.documentBytes),
  MAX_INLINE_BYTES: bytes.default(defaultLimits.inlineBytes),
  MAX_PAGES: wholeNumber(1, 10_000_000).default(defaultLimits.pages),
  MAX_ATTACHMENT_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(defaultLimits.attachmentBytes),
  DOWNLOAD_SECONDS: wholeNumber(1, 86_400).default(defaultLimits.downloadSeconds),
  EXTRACTOR_MEMORY_BYTES: bytes.default(defaultLimits.extractorMemoryBytes),
  EXTRACTOR_RECYCLE_BYTES: bytes.default(defaultLimits.extractorRecycleBytes),
  MAX_BODY_BYTES_IN_FLIGHT: bytes.optional(),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).default(defaultLimits.connectionsPerAddress),
  ...retentionVariables,
  ...alertVariables,
  ...tracingVariables,
  ...operationLimitVariables,
  ...clientLimitVariables,
});

/** The budget must fit at least one body of the maximum size. Otherwise, such a body could never be accepted. */
function bodyBytesInFlight(given: number | undefined, largest: number): number {
  if (given === undefined) return Math.max(defaultLimits.bodyBytesInFlight, largest);
  if (given >= largest) return given;
  throw new ConfigError(
    `MAX_BODY_BYTES_IN_FLIGHT must be at least ${largest}, the size of one request under MAX_INLINE_BYTES`,
  );
}

function apiUrlOf(given: string | undefined, databaseUrl: string | undefined): string | null {
  if (given !== undefined && databaseUrl === undefined) throw new ConfigError('DATABASE_API_URL needs DATABASE_URL');
  return given ?? null;
}

export function readConfig(env?: NodeJS.ProcessEnv): Config {
  const values = parseEnvironment(environment, env);
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    databaseApiUrl: apiUrlOf(values.DATABASE_API_URL, values.DATABASE_URL),
    databaseConnections: values.DATABASE_CONNECTIONS,
    redisUrl: values.REDIS_URL ?? null,
    redisPrefix: values.REDIS_PREFIX,
    dataDir: resolve(values.DATA_DIR),
    secretKey: values.SECRET_KEY ?? null,
    previousSecretKeys: values.SECRET_KEY_PREVIOUS ?? [],
    host: values.HOST,
    auth: values.AUTH,
    port: values.PORT,
    metrics: values.METRICS_PORT === undefined ? null : { host: values.METRICS_HOST, port: values.METRICS_PORT },
    publicUrl: (values.PUBLIC_URL ?? `http://${urlHost(values.HOST)}:${values.PORT}`).replace(/\/+$/, ''),
    corsOrigins: values.CORS_ORIGINS,
    privateHostsAllowed: values.PRIVATE_HOSTS_ALLOWED,
    outboundPorts: values.OUTBOUND_PORTS,
    trustedProxies: values.TRUSTED_PROXIES,
    sandbox: values.SANDBOX,
    concurrency: values.CONCURRENCY ?? availableParallelism(),
    tracing: tracingOf(values),
    logLevel: values.LOG_LEVEL,
    limits: {
      documentBytes: values.MAX_DOCUMENT_BYTES,
      inlineBytes: values.MAX_INLINE_BYTES,
      pages: values.MAX_PAGES,
      attachmentBytes: values.MAX_ATTACHMENT_BYTES,
      downloadSeconds: values.DOWNLOAD_SECONDS,
      extractorMemoryBytes: values.EXTRACTOR_MEMORY_BYTES,
      extractorRecycleBytes: values.EXTRACTOR_RECYCLE_BYTES,
      bodyBytesInFlight: bodyBytesInFlight(
        values.MAX_BODY_BYTES_IN_FLIGHT,
        maxRequestBytes({ inlineBytes: values.MAX_INLINE_BYTES }),
      ),
      connectionsPerAddress: values.MAX_CONNECTIONS_PER_ADDRESS,
    },
    operations: operationLimitsOf(values),
    retention: retentionOf(values),
    alerts: alertSettingsOf(values),
    clientLimits: clientLimitsOf(values),
  };
}
