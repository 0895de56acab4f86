import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Observed, observe } from '../../src/alerts/conditions.ts';
import { alertSecret } from '../../src/alerts/send.ts';
import { defaultTenantId } from '../../src/api/context.ts';
import { defaultAlertSettings } from '../../src/config/alert-settings.ts';
import { decodeId, newUuid } from '../../src/ids.ts';
import { accepted, ended, inline, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { copyJob } from '../jobs/copy-job.ts';
import { type Service, startService } from '../service.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';

let receiver: Receiver;
let service: Service;
beforeAll(async () => {
  // The first message finds a receiver that hangs.
  receiver = await startReceiver({ '/alerts': (response, n) => void (n > 0 && response.writeHead(204).end()) });
  const alerts = { ...defaultAlertSettings, webhookUrl: `${receiver.origin}/alerts` };
  service = await startService({ worker: false, config: { alerts } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

interface Alert {
  id: string;
  kind: string;
  detail: string;
  advice: string;
  clearedAt: string | null;
}

async function alertsOf(args = ''): Promise<Alert[]> {
  return accepted(await graphql(service.url, `{ alerts${args} { id kind detail advice raisedAt clearedAt } }`)).alerts;
}

const kinds = (alerts: Alert[]) => alerts.map(({ kind }) => kind).sort();

/** Submits a job that seems to wait since an hour. */
async function submitEarlier(): Promise<string> {
  const { id } = await submit(service, { source: await inline('one-page') });
  await service.platform.database.query(`UPDATE jobs SET claim_order = claim_order - interval '1 hour' WHERE id = $1`, [
    decodeId('job', id),
  ]);
  return id;
}

describe('an alert', () => {
  it('is raised once, sent until the receiver responds, and cleared when it is over', async () => {
    expect(await alertsOf()).toEqual([]);
    const job = await submitEarlier();
    await expect.poll(async () => kinds(await alertsOf())).toEqual(['JOBS_WAIT', 'NO_WORKERS']);
    const raised = await alertsOf();
    expect(raised.find(({ kind }) => kind === 'NO_WORKERS')).toMatchObject({
      detail: expect.stringMatching(
        /^No worker takes jobs, and the first job in the queue has been waiting for 36\d\d s\.$/,
      ),
      advice: 'Start a worker: `pagehive work`.',
      clearedAt: null,
    });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/^pagehive_alerts\{kind="NO_WORKERS"\} 1$/m);
    expect(metrics).toMatch(/^pagehive_alerts\{kind="DISK_FULL"\} 0$/m);
    await expect.poll(() => receiver.received.length).toBe(3);
    const [first, ...others] = receiver.received;
    expect(others.map(({ headers }) => headers['webhook-id'])).toContain(first?.headers['webhook-id']);
    for (const { body, headers } of receiver.received) {
      const message = new Webhook(alertSecret(service.platform.secrets)).verify(body, headers);
      expect(message).toMatchObject({ type: 'ALERT_RAISED', data: { alert: { clearedAt: null } } });
    }

    await service.startWorker();
    await ended(service, job);
    await expect.poll(() => alertsOf()).toEqual([]);
    const cleared = await alertsOf('(cleared: true)');
    expect(cleared.map(({ id }) => id).sort()).toEqual(raised.map(({ id }) => id).sort());
    expect(cleared.map(({ clearedAt }) => clearedAt)).not.toContain(null);
    await expect.poll(() => receiver.received.length).toBe(5);
    expect(receiver.received.slice(3).map(({ body }) => JSON.parse(body).type)).toEqual([
      'ALERT_CLEARED',
      'ALERT_CLEARED',
    ]);
    await service.stopWorker();
  }, 150_000);
});

describe('the conditions', () => {
  let still: Service;
  beforeAll(async () => {
    // Without maintenance, which would repair what the tests break.
    still = await startService({ worker: false, maintenance: false });
  });
  afterAll(async () => {
    await still[Symbol.asyncDispose]();
  });

  const now = (settings = {}): Promise<Observed> => {
    const { database } = still.platform;
    return observe(
      { database, dataDir: still.config.dataDir },
      { ...defaultAlertSettings, diskPercent: 100, ...settings },
    );
  };

  it('do not hold in an idle installation', async () => {
    expect(await now()).toEqual(new Map());
  });

  it('include a full disk', async () => {
    expect((await now({ diskPercent: 1 })).get('DISK_FULL')).toMatch(/^The disk of DATA_DIR is \d+ % full\.$/);
  });

  it('include failures that are not those of documents', async () => {
    const { id } = await submit(still, { source: await inline('one-page') });
    const uuid = decodeId('job', id) ?? '';
    const { database } = still.platform;
    const fail = (code: string) =>
      database.query(`UPDATE jobs SET status = 'FAILED', finished_at = now(), failure_code = $2 WHERE id = $1`, [
        uuid,
        code,
      ]);
    await fail('MEMORY_LIMIT');
    await copyJob(database, uuid, 19);
    expect((await now()).get('JOBS_FAIL')).toMatch(/^20 of 2\d jobs of the last five minutes failed/);
    await database.query(`UPDATE jobs SET failure_code = 'PDF_DAMAGED' WHERE status = 'FAILED'`, []);
    expect([...(await now()).keys()]).toEqual([]);
  });

  it('include running jobs of a lost worker that maintenance does not rescue', async () => {
    const { id } = await submit(still, { source: await inline('one-page') });
    const { database } = still.platform;
    await database.query(
      `UPDATE jobs SET status = 'RUNNING', worker_id = $2, started_at = now(), lease_expires_at = now() - interval '1 minute' WHERE id = $1`,
      [decodeId('job', id), newUuid()],
    );
    expect((await now()).get('JOBS_STUCK')).toBe('Running jobs without a heartbeat for 30 s: 1.');
  });

  it('include webhook deliveries that were given up', async () => {
    const { prisma } = still.platform.database;
    const delivery = {
      tenantId: defaultTenantId,
      event: 'JOB_FAILED',
      url: 'https://example.com',
      lane: 'x',
      snapshot: {},
    } as const;
    await prisma.webhookDelivery.create({
      data: { ...delivery, id: newUuid(), status: 'DEAD', finishedAt: new Date() },
    });
    expect((await now()).get('WEBHOOKS_DEAD')).toBe('Webhook deliveries given up in the last hour: 1.');
  });
});
