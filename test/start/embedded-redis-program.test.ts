import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Directory, runStandIn, temporaryDirectory } from './running.ts';

/** Returns a PATH without Redis. */
function bareMachine(): Directory {
  const directory = temporaryDirectory();
  for (const command of ['sh', 'env', 'ln']) {
    symlinkSync(
      spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim(),
      join(directory.path, command),
    );
  }
  return directory;
}

/**
 * Adds a stand-in for apt-get: its install fails before an update, then provides what Debian's redis-tools contains.
 */
function addApt(machine: Directory, journal: string): void {
  const redis = spawnSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).stdout.trim();
  const script = `#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> ${journal}
case "$*" in
  *update) ln -s ${redis} ${join(machine.path, 'available')} ;;
  *install*) ln ${join(machine.path, 'available')} ${join(machine.path, 'redis-check-rdb')} ;;
esac`;
  writeFileSync(join(machine.path, 'apt-get'), script);
  chmodSync(join(machine.path, 'apt-get'), 0o755);
}

test.skipIf(process.getuid?.() !== 0)(
  'installs Redis with apt, without a service, for root without a terminal',
  async () => {
    using machine = bareMachine();
    const journal = join(machine.path, 'journal');
    addApt(machine, journal);
    await using providing = runStandIn('providing-redis', [], { PATH: machine.path });
    expect(await providing.exited).toBe(0);
    expect(providing.output()).toContain('installing Redis: env DEBIAN_FRONTEND=noninteractive apt-get ');
    expect(providing.output()).toMatch(/redis-check-rdb\n$/);
    const install = 'noninteractive -o DPkg::Lock::Timeout=300 install -y --no-install-recommends redis-tools';
    expect(readFileSync(journal, 'utf8').trim().split('\n')).toEqual([
      install,
      'noninteractive -o DPkg::Lock::Timeout=300 update',
      install,
    ]);
  },
);

test('states exactly what to install to other users', async () => {
  using machine = bareMachine();
  await using providing = runStandIn('providing-redis', [], { PATH: machine.path });
  expect(await providing.exited).toBe(1);
  expect(providing.output()).toMatch(
    /^Redis is not installed\. .*apt-get install redis-server.*dnf install valkey.*brew install redis.*REDIS_URL.*\n$/,
  );
});
