import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createOperation, watchOperation } from '../../src/commands/first-minute.ts';
import { readClientConfig } from '../../src/config/client-config.ts';
import { readConfig } from '../../src/config/config.ts';
import { codes, readDocument, readTable, root } from './markdown.ts';

const readme = readDocument('README.md');
const limitsPage = readDocument('docs/limits.md');

/** Every Markdown file of the project. */
const documents = ['.', 'docs', 'test/fixtures'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
);

/** The anchors that GitHub generates for headings. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const here = new URL(from, root);
  const target = path === '' ? here : new URL(path, here);
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchors(readDocument(target.pathname)).includes(anchor);
}

describe('README.md', () => {
  it('shows the operations that `npm start` prints', () => {
    expect(readme).toContain(`${watchOperation}\n`);
    expect(readme).toContain(`${createOperation}\n`);
  });

  it('lists exactly the environment variables, together with docs/limits.md', () => {
    const rows = [readme, limitsPage].flatMap((page) => readTable(page, ['Variable', 'Default', 'Meaning']));
    const documented = rows.map((row) => codes(row.Variable)[0]);
    const files = [
      'alert-settings.ts',
      'config.ts',
      'client-config.ts',
      'client-limits.ts',
      'operation-limits.ts',
      'retention.ts',
      'tracing.ts',
    ];
    const sources = files.map((file) => readDocument(`src/config/${file}`)).join('');
    const read = [...sources.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual(read.sort());
  });

  it('states the actual defaults', () => {
    const rows = [readme, limitsPage].flatMap((page) => readTable(page, ['Variable', 'Default', 'Meaning']));
    const { limits, operations, clientLimits, ...config } = readConfig({});
    const inForce: Record<string, unknown> = {
      PORT: config.port,
      HOST: config.host,
      REDIS_PREFIX: config.redisPrefix,
      MAX_REQUESTS_PER_MINUTE: clientLimits.requestsPerMinute,
      MAX_TENANT_REQUESTS_PER_MINUTE: clientLimits.tenantRequestsPerMinute ?? 'none',
      MAX_JOBS_WAITING: clientLimits.jobsWaiting ?? 'none',
      MAX_BYTES_STORED: clientLimits.bytesStored ?? 'none',
      MAX_PAGES_PER_MONTH: clientLimits.pagesPerMonth ?? 'none',
      MAX_TIMEOUT_SECONDS: clientLimits.timeoutSeconds,
      MAX_DOCUMENT_BYTES: limits.documentBytes,
      MAX_INLINE_BYTES: limits.inlineBytes,
      MAX_PAGES: limits.pages,
      MAX_ATTACHMENT_BYTES: limits.attachmentBytes,
      DOWNLOAD_SECONDS: limits.downloadSeconds,
      EXTRACTOR_MEMORY_BYTES: limits.extractorMemoryBytes,
      EXTRACTOR_RECYCLE_BYTES: limits.extractorRecycleBytes,
      MAX_QUERY_BYTES: operations.queryBytes,
      MAX_QUERY_TOKENS: operations.queryTokens,
      MAX_QUERY_DEPTH: operations.queryDepth,
      MAX_QUERY_ALIASES: operations.queryAliases,
      MAX_QUERY_ROOT_FIELDS: operations.queryRootFields,
      MAX_QUERY_COST: operations.queryCost,
      MAX_SOCKET_OPERATIONS: operations.socketOperations,
      DOCUMENT_CACHE_BYTES: operations.documentCacheBytes,
      OPERATION_SECONDS: operations.operationSeconds,
      MAX_ANSWER_BYTES: operations.answerBytes,
      MAX_BODY_BYTES_IN_FLIGHT: limits.bodyBytesInFlight,
      MAX_CONNECTIONS_PER_ADDRESS: limits.connectionsPerAddress,
      LOG_LEVEL: config.logLevel,
      PAGEHIVE_URL: readClientConfig({}).url,
    };
    const told = rows.map((row) => [codes(row.Variable)[0] ?? '', codes(row.Default)[0]] as const);
    expect(Object.fromEntries(told.filter(([name]) => name in inForce))).toEqual(
      Object.fromEntries(Object.entries(inForce).map(([name, value]) => [name, String(value)])),
    );
  });
});

describe.each(documents)('%s', (document) => {
  it('links only to existing files and headings', () => {
    const links = [...readDocument(document).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => isBroken(document, link))).toEqual([]);
  });
});
