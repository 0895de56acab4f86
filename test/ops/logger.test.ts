import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('logging.ts', import.meta.url));

interface Written {
  code: number | null;
  /** The log lines, without what Node.js itself writes about an error. */
  lines: Record<string, unknown>[];
}

/** Runs a process that logs and then ends in this way, and returns its log. */
async function log(what: string, end: string, { late = false } = {}): Promise<Written> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, what, end], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const exited = once(child, 'close');
  // Read the log only after everything was logged and the pipe is full.
  if (late) await once(child.stdout, 'data');
  child.stderr.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const [code] = await exited;
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return { code, lines: lines.map((line) => JSON.parse(line)) };
}

describe('the log', () => {
  it('contains every line in order', async () => {
    const written = await log('many', 'returns');
    expect(written.code).toBe(0);
    expect(written.lines.map(({ n }) => n)).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
  });

  // The first line may come last: it is still on its way while the end of the process writes the others.
  it.each([
    ['exits', 3],
    ['throws', 1],
    ['rejects', 1],
  ])('contains every line once when the process %s right after logging', async (end, code) => {
    const written = await log('many', end);
    expect(written.code).toBe(code);
    const numbers = written.lines.map(({ n }) => Number(n)).sort((one, other) => one - other);
    expect(numbers).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
  });

  it('does not block the process while nothing reads it, and contains every line in the end', async () => {
    const { lines } = await log('many', 'tells', { late: true });
    expect(lines).toHaveLength(5_000);
  });

  it('reports how many lines it dropped because nothing read it for too long', async () => {
    const { lines } = await log('flood', 'tells', { late: true });
    const dropped = lines.find(({ msg }) => String(msg).includes('dropped'));
    expect(dropped).toMatchObject({ lines: expect.any(Number) });
    expect(lines.length - 1 + Number(dropped?.lines)).toBe(40_000);
  });

  it('has lines of bounded length', async () => {
    const { lines } = await log('huge', 'returns');
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(50_000);
    expect(lines.map(({ msg }) => msg)).toEqual(['an error', 'a list', 'a buffer', 'a circle']);
    expect(lines[0]).toMatchObject({
      err: { type: 'Error', message: expect.stringMatching(/^x{8000}… \(1000000 characters\)$/) },
    });
  });

  it('is written for people on a terminal, without control characters', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, 'readable', 'returns', 'terminal'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    await once(child, 'close');
    const [first, second, third] = text.split('\n');
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}test: a message job=job_1 note="two words" n=7$/);
    expect(second).toMatch(/ ERROR test: an escape \\u001b\[31m sequence \\u009b password="\[redacted\]"$/);
    expect(third).toBe('    Error: a cause');
    expect(text).not.toContain('\u001b');
  });

  it('contains no secrets at any depth', async () => {
    const { lines } = await log('secrets', 'returns');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[2]).toMatchObject({ Authorization: '[redacted]', tokens: 7 });
    expect(lines[0]).toMatchObject({ password: '[redacted]', err: { request: { password: '[redacted]' } } });
  });
});
