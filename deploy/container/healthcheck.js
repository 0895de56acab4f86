// `node healthcheck.js [URL]`: exits with 0 if the URL answers with success. By default, the URL is that of the metrics,
// which every role serves.

const url = process.argv[2] ?? `http://127.0.0.1:${process.env.METRICS_PORT}/metrics`;

try {
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  if (!ok) throw new Error(`HTTP status ${status}`);
} catch (error) {
  // Docker shows this line in `docker inspect`.
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
