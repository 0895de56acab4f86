import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { findProgram } from '../deployment/programs.ts';
import { readDocument, root } from '../docs/markdown.ts';

const analyze = findProgram('systemd-analyze');
if (analyze === null) console.warn('The check of the systemd units was SKIPPED: install systemd to run it.');

const units = readdirSync(new URL('deploy/systemd/', root)).filter((name) => /\.(service|target)$/.test(name));
const read = (name: string) => readDocument(`deploy/systemd/${name}`);
const roles = ['pagehive-serve.service', 'pagehive-work.service', 'pagehive-maintain.service'];

it.skipIf(analyze === null)('systemd accepts the units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-units-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of units) {
    // Of this machine, as the check looks for the programs.
    writeFileSync(join(folder, name), read(name).replaceAll('/usr/bin/node', process.execPath));
  }
  mkdirSync(join(folder, 'empty'));
  const paths = units.map((name) => join(folder, name));
  // It exits with 0 for unknown directives, too, but prints them.
  const printed = execFileSync('/bin/sh', ['-c', '"$@" 2>&1', 'sh', analyze ?? '', 'verify', '--man=no', ...paths], {
    encoding: 'utf8',
  });
  expect(printed.split('\n').filter((line) => line.includes('pagehive'))).toEqual([]);
});

describe.each(roles)('%s', (name) => {
  it('starts after the database is up to date, and stops with the target', () => {
    expect(read(name)).toMatch(/^Requires=pagehive-migrate\.service$/m);
    expect(read(name)).toMatch(/^After=.*pagehive-migrate\.service$/m);
    expect(read(name)).toMatch(/^PartOf=pagehive\.target$/m);
  });

  it('gets more time to stop than it takes, and keeps its extractors until then', () => {
    expect(read(name)).toMatch(/^KillMode=mixed$/m);
    expect(read(name)).toMatch(/^TimeoutStopSec=45$/m);
  });
});

it('allows the worker what the sandbox of extractors needs', () => {
  const worker = read('pagehive-work.service');
  expect(worker).not.toMatch(/^(RestrictNamespaces|PrivateUsers|ProtectKernelModules)=/m);
  expect(worker).toMatch(/^SystemCallFilter=@system-service @mount$/m);
});

it('the example of the configuration is valid once its secrets are filled in', () => {
  const lines = read('pagehive.env')
    .split('\n')
    .filter((line) => /^[A-Z_]+=/.test(line));
  const given = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const empty = Object.keys(given).filter((key) => given[key] === '');
  expect(empty).toEqual(['SECRET_KEY', 'DATABASE_URL', 'DATABASE_API_URL']);
  expect(readConfig(given)).toMatchObject({ auth: 'required', host: '127.0.0.1', trustedProxies: ['127.0.0.1'] });
});
