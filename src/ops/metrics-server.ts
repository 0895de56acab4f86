import { once } from 'node:events';
import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../config/environment.ts';
import type { Logger } from './logger.ts';
import type { Scrape } from './metrics.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { shared } from './shared.ts';

/** How long an idle connection is kept, in milliseconds: Prometheus scrapes every 15 seconds or less often. */
const keptMs = 30_000;

/**
 * Serves the metrics of a process at /metrics, on a dedicated port and without a key: only the monitoring system may
 * reach this port. Concurrent scrapes share one collection.
 */
export async function startMetricsServer(
  { host, port, logger }: { host: string; port: number; logger: Logger },
  scrape: () => Promise<Scrape>,
): Promise<AsyncDisposable> {
  const collect = shared(scrape);
  if (!isLoopback(host))
    logger.warn(
      { host, port },
      'METRICS_HOST lets other machines read the metrics without a key: admit only the monitoring system to this port',
    );
  // A request without a host gets our refusal instead, which has security headers.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    setSecurityHeaders(response, 'http:');
    if (!isOwnName(request.headers.host ?? '', host)) {
      response
        .writeHead(421, { 'content-type': 'text/plain' })
        .end(
          'The metrics are not served under this host name. Scrape by IP address, or set METRICS_HOST to the name.\n',
        );
      return;
    }
    const isScrape = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    if (!isScrape) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics.\n');
      return;
    }
    collect().then(
      ({ contentType, body }) => response.writeHead(200, { 'content-type': contentType }).end(body),
      (error: unknown) => {
        logger.error({ err: error }, 'the metrics could not be collected');
        response.writeHead(500).end();
      },
    );
  });
  server.keepAliveTimeout = keptMs;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Prevents DNS rebinding: a page of another site whose name resolves to this machine sends that name as Host. An
 * attacker can register neither addresses nor names without a dot, such as those of containers, nor private ones.
 */
function isOwnName(header: string, listeningOn: string): boolean {
  const name = header.replace(/:\d+$/, '').toLowerCase();
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || isLoopback(name)) return true;
  return name === listeningOn.toLowerCase() || /^[^.]+$|\.(internal|local)$/.test(name);
}
