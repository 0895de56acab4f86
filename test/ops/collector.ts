import { text } from 'node:stream/consumers';
import { serve, type TestServer } from '../download/pdf-server.ts';

/** A span as a collector receives it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the first span of a trace. */
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number; boolValue?: boolean } }[];
  status: { code?: number; message?: string };
}

interface ExportRequest {
  resourceSpans: {
    resource: { attributes: ReceivedSpan['attributes'] };
    scopeSpans: { spans: ReceivedSpan[] }[];
  }[];
}

export interface Collector extends AsyncDisposable {
  origin: string;
  /** All spans received so far, with the process that sent each. */
  spans(): (ReceivedSpan & { process: string })[];
  /** Everything received so far, as text. */
  received(): string;
  /** The headers of the requests. */
  headers(): Record<string, string | string[] | undefined>[];
}

/** Starts a collector that receives OTLP over HTTP as JSON. */
export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const headers: Record<string, string | string[] | undefined>[] = [];
  const server: TestServer = await serve((request, response) => {
    headers.push({ ...request.headers, path: request.url });
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  return {
    origin: server.origin,
    received: () => bodies.join('\n'),
    headers: () => headers,
    spans: () =>
      bodies.flatMap((body) => {
        const request: ExportRequest = JSON.parse(body);
        return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
          const process = String(attributeOf(resource.attributes, 'pagehive.process'));
          return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, process })));
        });
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Returns the value of an attribute. */
export function attributeOf(
  attributes: ReceivedSpan['attributes'],
  key: string,
): string | number | boolean | undefined {
  const value = attributes.find((each) => each.key === key)?.value;
  return value?.stringValue ?? value?.intValue ?? value?.boolValue;
}
