import type { Database } from '../connections/database.ts';
import type { Alert } from '../connections/prisma/client.ts';
import { newUuid } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import { type AlertKind, alertKinds, allKinds, type Observed } from './conditions.ts';
import { clear, raise } from './sql/alerts.ts';

/** Maximum alerts in a list. */
export const maxAlerts = 100;

/**
 * Observations in a row before an alert is raised or cleared: what lasts for one alone is a coincidence.
 */
const inARow = 2;

/** Returns the raised alerts, then the newest cleared ones if these are wanted, up to `maxAlerts`. */
export async function listAlerts({ prisma }: Database, { cleared }: { cleared: boolean }): Promise<Alert[]> {
  const raised = await prisma.alert.findMany({
    where: { clearedAt: null },
    orderBy: { raisedAt: 'desc' },
    take: maxAlerts,
  });
  if (!cleared) return raised;
  const rest = await prisma.alert.findMany({
    where: { clearedAt: { not: null } },
    orderBy: { raisedAt: 'desc' },
    take: maxAlerts - raised.length,
  });
  return [...raised, ...rest];
}

/** Returns the kinds of the raised alerts. */
export async function raisedKinds({ prisma }: Database): Promise<Set<string>> {
  const raised = await prisma.alert.findMany({ where: { clearedAt: null }, select: { kind: true } });
  return new Set(raised.map(({ kind }) => kind));
}

/** Raises and clears alerts by what is observed, and logs each change once. */
export class Alerter {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #sends: boolean;
  /** For each kind, how often it was observed in a row; negative for how often it was not. */
  readonly #streaks = new Map<AlertKind, number>();

  constructor({ database, logger }: { database: Database; logger: Logger }, { sends }: { sends: boolean }) {
    this.#database = database;
    this.#logger = logger;
    this.#sends = sends;
  }

  async update(observed: Observed): Promise<void> {
    const raised = await raisedKinds(this.#database);
    for (const kind of allKinds) {
      const detail = observed.get(kind);
      const streak = this.#streaks.get(kind) ?? 0;
      const next = detail === undefined ? Math.min(streak, 0) - 1 : Math.max(streak, 0) + 1;
      this.#streaks.set(kind, next);
      if (detail !== undefined && next >= inARow && !raised.has(kind)) await this.#raise(kind, detail);
      if (detail === undefined && next <= -inARow && raised.has(kind)) await this.#clear(kind);
    }
  }

  async #raise(kind: AlertKind, detail: string): Promise<void> {
    const raised = await this.#database.query(raise, [newUuid(), kind, detail, this.#sends]);
    if (raised.length > 0) this.#logger.warn({ alert: kind, advice: alertKinds[kind] }, `alert raised: ${detail}`);
  }

  async #clear(kind: AlertKind): Promise<void> {
    const cleared = await this.#database.query(clear, [kind, this.#sends]);
    if (cleared.length > 0) this.#logger.info({ alert: kind }, 'alert cleared');
  }
}
