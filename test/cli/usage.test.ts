import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { fixture, run } from './running.ts';

describe('the command line', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('explains submit with examples and exit codes', async () => {
    const { code, stdout } = await run(['submit', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('pagehive submit report.pdf --follow');
    expect(stdout).toContain('Exit codes: 0');
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['submit', '--frobnicate', 'x.pdf']],
    ['no document', ['submit']],
    ['an unknown engine', ['submit', '--engine', 'tesseract', fixture('one-page.pdf')]],
    ['one name for two jobs', ['submit', '--name', 'x', fixture('one-page.pdf'), fixture('table.pdf')]],
    ['standard input twice', ['submit', '-', '-']],
    ['no job to watch', ['watch']],
    ['an unknown status', ['list', '--status', 'finished']],
    ['an invalid limit', ['list', '--limit', '0']],
    ['two output formats at once', ['get', 'job_1', '--text', '--json']],
  ])('exits with 2 for %s', async (_, args) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('reports every unreadable document before sending anything', async () => {
    const { code, stderr } = await run(['submit', fixture('one-page.pdf'), 'nowhere.pdf', fixture('')]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `pagehive: nowhere.pdf: no such file\npagehive: ${fixture('')}: is a directory (--batch sends the documents in it)\n`,
    );
  });

  it('reports in one line that PAGEHIVE_URL is not a URL', async () => {
    const { code, stderr } = await run(['submit', fixture('one-page.pdf')], { url: 'localhost' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^pagehive: PAGEHIVE_URL must be a URL such as .*\n$/);
  });

  it.each([
    ['submit', [fixture('one-page.pdf'), fixture('table.pdf')]],
    ['watch', ['job_1', 'job_2']],
    ['list', ['--json']],
    ['list', []],
    ['get', ['job_1']],
  ])('explains in one line how to reach a server when none responds: %s', async (command, args) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await run([command, ...args], { url });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(url);
    expect(stderr).toContain('npm start');
    expect(stderr).toContain('PAGEHIVE_URL');
  });
});
