import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newEntry } from '../../src/audit/entry.ts';
import { createAuditRecorder } from '../../src/audit/recorder.ts';
import { newUuid } from '../../src/ids.ts';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  await using recorder = createAuditRecorder(service.platform);
  recorder.add(newEntry(entryOf('kept')));
  await recorder.flush();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

function entryOf(action: string) {
  return {
    tenantId: newUuid(),
    actor: 'ANONYMOUS' as const,
    keyId: null,
    address: '127.0.0.1',
    action,
    target: null,
    outcome: 'OK',
  };
}

describe('entries of the audit log', () => {
  it.each([
    ['changed', `UPDATE audit_log SET outcome = 'x'`],
    ['deleted', 'DELETE FROM audit_log'],
    ['truncated', 'TRUNCATE audit_log'],
  ])('cannot be %s', async (_, statement) => {
    await expect(service.platform.database.query(statement, [])).rejects.toThrow('cannot be changed');
  });

  it('are deleted by maintenance once they are older than RETENTION_AUDIT_DAYS', async () => {
    const { database, config } = service.platform;
    const old = { ...newEntry(entryOf('old')), at: new Date(Date.now() - 366 * 86_400_000) };
    const recent = { ...newEntry(entryOf('recent')), at: new Date(Date.now() - 364 * 86_400_000) };
    await using recorder = createAuditRecorder(service.platform);
    recorder.add(old);
    recorder.add(recent);
    await recorder.flush();
    expect(config.retention.auditDays).toBe(365);
    await createPruner(service.platform).runOnce();
    const left = await database.prisma.auditLog.findMany({ where: { id: { in: [old.id, recent.id] } } });
    expect(left.map(({ id }) => id)).toEqual([recent.id]);
  });

  it('wait for at most two writes while the database does not respond', async () => {
    const { database, logger } = service.platform;
    let statements = 0;
    let respond = (_: Error) => {};
    const silence = new Promise<never>((_, reject) => {
      respond = reject;
    });
    const silent = {
      ...database,
      query: () => {
        statements += 1;
        return silence;
      },
    };
    await using recorder = createAuditRecorder({ database: silent as typeof database, logger });
    const flushes = Array.from({ length: 50 }, () => {
      recorder.add(newEntry(entryOf('silence')));
      return recorder.flush();
    });
    await expect.poll(() => statements).toBe(1);
    respond(new Error('timeout'));
    await Promise.all(flushes);
    expect(statements).toBeLessThanOrEqual(2);
  });

  it('of refusals are limited for each sender', async () => {
    const { database, logger } = service.platform;
    const tenantId = newUuid();
    await using recorder = createAuditRecorder({ database, logger });
    for (let n = 0; n < 100; n += 1) recorder.addRefusal(newEntry({ ...entryOf('refused'), tenantId }), 'one');
    recorder.addRefusal(newEntry({ ...entryOf('refused'), tenantId }), 'other');
    await recorder.flush();
    expect(await database.prisma.auditLog.count({ where: { tenantId } })).toBe(21);
  });

  it('are written after an outage of the database', async () => {
    const { database, logger } = service.platform;
    let isDown = true;
    const failing = {
      ...database,
      query: (...args: Parameters<typeof database.query>) =>
        isDown ? Promise.reject(new Error('down')) : database.query(...args),
    };
    await using recorder = createAuditRecorder({ database: failing as typeof database, logger });
    const entry = newEntry(entryOf('outage'));
    recorder.add(entry);
    await recorder.flush();
    isDown = false;
    await recorder.flush();
    expect(await database.prisma.auditLog.count({ where: { id: entry.id } })).toBe(1);
  });
});
