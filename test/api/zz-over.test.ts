import { expect, it } from 'vitest';
import { defaultLimits } from '/work/main/src/config.ts';
import { startService } from '/work/main/test/service.ts';
import { graphql } from '/work/main/test/graphql.ts';
it('x', async () => {
  await using service = await startService({ worker: false, maintenance: false, config: { limits: { ...defaultLimits, documentBytes: 5_000_000 } } });
  const r: Record<string, number> = {};
  for (let i = 0; i < 200; i++) {
    const { data } = await graphql(service.url, `mutation { createUpload(input: {}) { upload { url } } }`);
    const say = await fetch(data.createUpload.upload.url, { method: 'PUT', body: new Uint8Array(i % 2 ? 5_000_001 : 50_000_000) }).then((x) => String(x.status), (e) => String(e.cause));
    r[say] = (r[say] ?? 0) + 1;
    const body = i % 2 ? undefined : new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1_000_000)); } });
    if (body) { const s2 = await fetch(data.createUpload.upload.url, { method: 'PUT', body, duplex: 'half' } as never).then((x) => String(x.status), (e) => String(e.cause)); r['stream ' + s2] = (r['stream ' + s2] ?? 0) + 1; }
  }
  console.log(r);
});
