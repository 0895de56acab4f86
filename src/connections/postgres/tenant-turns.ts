/**
 * Turns of tenants at Prisma. It merges the reads of single rows that start in one turn of the event loop into one
 * statement, which belongs to one tenant. So only one tenant starts such reads in a turn of the loop.
 */
export class TenantTurns {
  #turn: { tenantId: string; over: Promise<void> } | null = null;

  /** Resolves in a turn of the event loop that belongs to the tenant: usually at once. */
  async take(tenantId: string): Promise<void> {
    while (this.#turn !== null && this.#turn.tenantId !== tenantId) await this.#turn.over;
    this.#turn ??= { tenantId, over: this.#end() };
  }

  #end(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = null;
        resolve();
      });
    });
  }
}
