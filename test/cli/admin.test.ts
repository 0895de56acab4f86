import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertSecret } from '../../src/alerts/send.ts';
import { defaultTenantId } from '../../src/api/context.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { quarantineDocument } from '../../src/documents/quarantine.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { submitFixture } from '../client/running.ts';
import { type Service, startService } from '../service.ts';
import { jsonLines, run } from './running.ts';

let service: Service;
let client: Client;
let ids: string[];
beforeAll(async () => {
  service = await startService({ worker: false });
  client = createClient({ url: service.url });
  ids = await Promise.all([1, 2, 3].map(() => submitFixture(client, 'table.pdf')));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function admin(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['admin', ...args], service);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('admin', () => {
  it('shows, pauses and resumes the queue', async () => {
    expect(await admin('queue')).toMatch(/^paused +no\nwaiting +3, of which 0 have a start time\noldest +[\d.]+ s\n/);
    expect(await admin('pause')).toMatch(/^paused +since \d{4}-/);
    expect(jsonLines(await admin('queue', '--json'))).toMatchObject([{ paused: true, depth: 3, workers: 0 }]);
    const own = encodeId('tenant', defaultTenantId);
    expect(await admin('pause', '--tenant', own)).toContain(own);
    expect(await admin('resume', '--tenant', own)).not.toContain(own);
    expect(await admin('resume')).toMatch(/^paused +no\n/);
  });

  it('counts jobs, and changes them once the count is confirmed', async () => {
    expect(await admin('priority', '1', '--job', ids[0] ?? '')).toBe(
      '1 job matches; repeat the command with --confirm 1 to change them\n',
    );
    expect(await admin('cancel', '--status', 'pending')).toMatch(/^3 jobs match; /);
    const { code, stderr } = await run(['admin', 'cancel', '--confirm', '2'], service);
    expect(code).toBe(1);
    expect(stderr).toMatch(/3 jobs match now, more than the expected 2/);
    const started = await admin('cancel', '--confirm', '3');
    expect(started).toMatch(/^operation_\w{26} +CANCEL +RUNNING +\S+Z +0 of 3 changed, 0 skipped\n$/);
    await expect.poll(() => admin('operations', '-n', '1')).toMatch(/ COMPLETED .* 3 of 3 changed/);
    const [operation = ''] = started.split(' ');
    expect(await admin('stop', operation)).toMatch(/ COMPLETED /);
    expect(await admin('retry', '--status', 'cancelled')).toMatch(/^3 jobs match/);
    expect(await admin('retry', '--failure', 'memory_limit')).toBe('0 jobs match\n');
    expect(await admin('delete', '--before', '2020-01-01', '--after', '2019-01-01')).toBe('0 jobs match\n');
  });

  it('archives jobs, and restores one of them', async () => {
    const [job = ''] = ids;
    expect(await admin('archive')).toMatch(/^3 jobs match; /);
    expect(await admin('archive', '--job', job, '--confirm', '1')).toMatch(/ ARCHIVE /);
    await expect
      .poll(() => admin('archived'))
      .toMatch(new RegExp(`^${job}  tenant_\\w{26}  CANCELLED  \\S+Z  0 pages, \\d+ bytes`));
    expect(await admin('archived', '--tenant', encodeId('tenant', newUuid()))).toBe('');
    expect(await admin('restore', job)).toBe(`${job} is restored\n`);
    expect(jsonLines(await admin('archived', '--json'))).toEqual([[]]);
    const { code, stderr } = await run(['admin', 'restore', encodeId('job', newUuid())], service);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/There is no such job, archived or not/),
    });
  });

  it('shows and drains workers', async () => {
    await service.startWorker();
    await expect.poll(() => admin('workers')).toMatch(/^worker_\w{26} +ALIVE +\S+ +\d+\.\d+\.\d+ +\d\/2 jobs, /);
    const [worker = ''] = (await admin('workers')).split(' ');
    expect(await admin('drain', worker)).toMatch(/ DRAIN(ING|ED) /);
    expect(await admin('drain', worker, '--undo')).toMatch(/ ALIVE /);
    await service.stopWorker();
    const { code, stderr } = await run(['admin', 'drain', worker], service);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/There is no live worker with this id/),
    });
  });

  it('lists quarantined documents and lifts their quarantine', async () => {
    const sha256 = 'ab'.repeat(32);
    const finding = { sha256, engineKey: 'PDFIUM 1.0.0/1', detail: 'SIGSEGV\u001b[2J' };
    await quarantineDocument(service.platform.jobs, { id: newUuid(), tenantId: defaultTenantId }, finding);
    const listed = await admin('quarantine');
    expect(listed).toMatch(new RegExp(`^${sha256} .* PDFIUM 1.0.0/1  SIGSEGV\u{FFFD}\\[2J\n$`));
    expect(await admin('lift', sha256)).toBe('lifted 1 quarantine; retry the jobs of the document\n');
    expect(await admin('quarantine')).toBe('');
  });

  it('shows alerts, and the secret of their receiver', async () => {
    await service.platform.database.prisma.alert.createMany({
      data: [
        { id: newUuid(), kind: 'DISK_FULL', detail: 'It is full.', clearedAt: new Date() },
        // Maintenance clears alerts of kinds that it knows.
        { id: newUuid(), kind: 'OF_ANOTHER_VERSION', detail: 'It is wrong.' },
      ],
    });
    const raised = /^OF_ANOTHER_VERSION {2}since \S+Z {2}It is wrong\.\n {2}See docs.*\n/m;
    const current = await admin('alerts');
    expect(current).toMatch(raised);
    expect(current).not.toContain('DISK_FULL');
    expect(await admin('alerts', '--all')).toMatch(/^DISK_FULL {2}\S+Z to \S+Z {2}It is full\.$/m);
    expect(await admin('alerts', '--secret')).toBe(`${alertSecret(service.platform.secrets)}\n`);
  });

  it('explains wrong arguments', async () => {
    for (const [args, text] of [
      [['priority', '10'], /from 0 to 9/],
      [['retry', '--failure', 'NONSENSE'], /Use a list of /],
      [['cancel', '--confirm', 'all'], /Use the count that a run without --confirm printed/],
      [['cancel', '--status', 'failed'], /must be one of PENDING, RUNNING, RETRYING/],
    ] as const) {
      const { code, stderr } = await run(['admin', ...args], service);
      expect(code, args.join(' ')).toBe(2);
      expect(stderr).toMatch(text);
    }
  });
});
