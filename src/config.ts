import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { bytes, ConfigError, isNetwork, isOrigin, list, parseEnvironment, urlOf, wholeNumber } from './environment.ts';

/**
 * Everything that can be set from outside, typed. `readConfig` is the only reader of the environment; tests pass plain
 * objects. Times in seconds or milliseconds say so in their names, sizes are bytes.
 */
export interface Config {
  /** PostgreSQL. Null: `pagehive start` provides an embedded one under `dataDir`. */
  databaseUrl: string | null;
  /** Maximum number of PostgreSQL connections of one process. */
  databaseConnections: number;
  /** Redis or Valkey. Null: `pagehive start` runs a private one. */
  redisUrl: string | null;
  /** Prefix of every Redis key and channel, so that several installations can share one Redis. */
  redisPrefix: string;
  dataDir: string;
  host: string;
  /** `required`: every client needs an API key, even if no key exists yet. `auto`: from the first key on. */
  auth: 'auto' | 'required';
  port: number;
  /** How clients reach this server; the base of every URL handed out. */
  publicUrl: string;
  /** Origins whose pages may call the API from a browser, beside that of `publicUrl`. */
  corsOrigins: string[];
  /** Hosts on private addresses that documents may be downloaded from all the same. */
  privateHostsAllowed: string[];
  /** Addresses and networks (CIDR) of reverse proxies whose word on the client's address counts. */
  trustedProxies: string[];
  /** Documents that one worker process extracts at the same time. */
  concurrency: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  limits: Limits;
  operations: OperationLimits;
}

/** Limits of one GraphQL operation, over any transport, and of what a process spends on operations. */
export interface OperationLimits {
  /** Bytes of a query text. */
  queryBytes: number;
  /** Lexical tokens of a query text. */
  queryTokens: number;
  /** Levels of nested fields. */
  queryDepth: number;
  /** Aliases in a document. */
  queryAliases: number;
  /** Root fields of an operation, those of its fragments included. */
  queryRootFields: number;
  /** Points that an operation may cost, as estimated before it runs. */
  queryCost: number;
  /** Operations at the same time on one WebSocket. */
  socketOperations: number;
  /** Memory for parsed documents, in bytes. */
  documentCacheBytes: number;
  /** Time that a query or mutation may take, in seconds. */
  operationSeconds: number;
  /** Bytes of one answer. */
  answerBytes: number;
}

export interface Limits {
  /** Of one document, however it arrives (but for inline ones). */
  documentBytes: number;
  /** Of a document inside the request: base64 or multipart. */
  inlineBytes: number;
  pages: number;
  /** Of the attachments of one document that are kept, in all. */
  attachmentBytes: number;
  /** Of a download, in all. */
  downloadSeconds: number;
  /** Resident memory of one extractor process before it is killed. */
  extractorMemoryBytes: number;
  /** Resident memory of an idle extractor process above which it is replaced by a fresh one. */
  extractorRecycleBytes: number;
  /** Bytes of GraphQL request bodies that the API holds in memory at the same time. */
  bodyBytesInFlight: number;
  /** Sockets that one client address may hold, and requests, streams and WebSockets it may have open on them. */
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

export const defaultOperationLimits: OperationLimits = {
  queryBytes: 64 * 1024,
  queryTokens: 10_000,
  queryDepth: 20,
  queryAliases: 250,
  queryRootFields: 100,
  queryCost: 50_000,
  socketOperations: 100,
  documentCacheBytes: 16 * MiB,
  operationSeconds: 30,
  answerBytes: 16 * MiB,
};

/** Size limit of a GraphQL request: base64 is a third larger than its bytes, and the operation itself takes some. */
export function maxRequestBytes({ inlineBytes }: Pick<Limits, 'inlineBytes'>): number {
  return Math.ceil((inlineBytes * 4) / 3) + MiB;
}

export const defaultDatabaseConnections = 10;
/** One for each pool of a process. */
export const fewestDatabaseConnections = 3;

const environment = z.object({
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/pagehive').optional(),
  DATABASE_CONNECTIONS: wholeNumber(fewestDatabaseConnections, 10_000).default(defaultDatabaseConnections),
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^([\w.-]+|\{[\w.-]+\})$/, 'may hold letters, digits, - _ and . only')
    // Braces keep all keys on one node of a cluster, because scripts use several keys.
    .transform((prefix) => (prefix.startsWith('{') ? prefix : `{${prefix}}`))
    .default('{pagehive}'),
  DATA_DIR: z.string().default('./data'),
  HOST: z.string().default('127.0.0.1'),
  AUTH: z.enum(['auto', 'required']).default('auto'),
  PORT: wholeNumber(0, 65_535).default(4000),
  PUBLIC_URL: urlOf(['http:', 'https:'], 'https://pages.example.com').optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform(list)
    .refine((all) => all.every(isOrigin), 'must be origins such as https://app.example.com,http://localhost:5173'),
  PRIVATE_HOSTS_ALLOWED: z.string().default('').transform(list),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(list)
    .refine((all) => all.every(isNetwork), 'must be IP addresses or networks such as 127.0.0.1,10.0.0.0/8,fd00::/8'),
  CONCURRENCY: wholeNumber(1, 256).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  MAX_DOCUMENT_BYTES: bytes.default(defaultLimits.documentBytes),
  MAX_INLINE_BYTES: bytes.default(defaultLimits.inlineBytes),
  MAX_PAGES: wholeNumber(1, 10_000_000).default(defaultLimits.pages),
  MAX_ATTACHMENT_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(defaultLimits.attachmentBytes),
  DOWNLOAD_SECONDS: wholeNumber(1, 86_400).default(defaultLimits.downloadSeconds),
  EXTRACTOR_MEMORY_BYTES: bytes.default(defaultLimits.extractorMemoryBytes),
  EXTRACTOR_RECYCLE_BYTES: bytes.default(defaultLimits.extractorRecycleBytes),
  MAX_QUERY_BYTES: wholeNumber(1_024, 16 * MiB).default(defaultOperationLimits.queryBytes),
  MAX_QUERY_TOKENS: wholeNumber(100, 1_000_000).default(defaultOperationLimits.queryTokens),
  MAX_QUERY_DEPTH: wholeNumber(1, 100).default(defaultOperationLimits.queryDepth),
  MAX_QUERY_ALIASES: wholeNumber(0, 100_000).default(defaultOperationLimits.queryAliases),
  MAX_QUERY_ROOT_FIELDS: wholeNumber(1, 100_000).default(defaultOperationLimits.queryRootFields),
  MAX_QUERY_COST: wholeNumber(100, 1_000_000_000).default(defaultOperationLimits.queryCost),
  MAX_SOCKET_OPERATIONS: wholeNumber(1, 100_000).default(defaultOperationLimits.socketOperations),
  DOCUMENT_CACHE_BYTES: bytes.default(defaultOperationLimits.documentCacheBytes),
  OPERATION_SECONDS: wholeNumber(1, 3_600).default(defaultOperationLimits.operationSeconds),
  MAX_ANSWER_BYTES: wholeNumber(64 * 1024, GiB).default(defaultOperationLimits.answerBytes),
  MAX_BODY_BYTES_IN_FLIGHT: bytes.optional(),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).default(defaultLimits.connectionsPerAddress),
});

/** The budget holds at least one body of the largest size, or such a body could never be accepted. */
function bodyBytesInFlight(given: number | undefined, largest: number): number {
  if (given === undefined) return Math.max(defaultLimits.bodyBytesInFlight, largest);
  if (given >= largest) return given;
  throw new ConfigError(
    `MAX_BODY_BYTES_IN_FLIGHT must be at least ${largest}, the size of one request under MAX_INLINE_BYTES`,
  );
}

export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const values = parseEnvironment(environment, env);
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    databaseConnections: values.DATABASE_CONNECTIONS,
    redisUrl: values.REDIS_URL ?? null,
    redisPrefix: values.REDIS_PREFIX,
    dataDir: resolve(values.DATA_DIR),
    host: values.HOST,
    auth: values.AUTH,
    port: values.PORT,
    publicUrl: (values.PUBLIC_URL ?? `http://${urlHost(values.HOST)}:${values.PORT}`).replace(/\/+$/, ''),
    corsOrigins: values.CORS_ORIGINS,
    privateHostsAllowed: values.PRIVATE_HOSTS_ALLOWED,
    trustedProxies: values.TRUSTED_PROXIES,
    concurrency: values.CONCURRENCY ?? availableParallelism(),
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
    operations: {
      queryBytes: values.MAX_QUERY_BYTES,
      queryTokens: values.MAX_QUERY_TOKENS,
      queryDepth: values.MAX_QUERY_DEPTH,
      queryAliases: values.MAX_QUERY_ALIASES,
      queryRootFields: values.MAX_QUERY_ROOT_FIELDS,
      queryCost: values.MAX_QUERY_COST,
      socketOperations: values.MAX_SOCKET_OPERATIONS,
      documentCacheBytes: values.DOCUMENT_CACHE_BYTES,
      operationSeconds: values.OPERATION_SECONDS,
      answerBytes: values.MAX_ANSWER_BYTES,
    },
  };
}

/** What commands need that talk to a running server. */
export interface ClientConfig {
  /** Where the server is. */
  url: string;
  /** The API key that they send; null for none. */
  apiKey: string | null;
}

const clientEnvironment = z.object({
  PAGEHIVE_URL: urlOf(['http:', 'https:'], 'http://127.0.0.1:4000').default('http://127.0.0.1:4000'),
  PAGEHIVE_KEY: z.string().optional(),
});

export function readClientConfig(env: NodeJS.ProcessEnv = process.env): ClientConfig {
  const { PAGEHIVE_URL: url, PAGEHIVE_KEY: apiKey = null } = parseEnvironment(clientEnvironment, env);
  return { url, apiKey };
}

/** An IPv6 address stands in brackets inside a URL. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
