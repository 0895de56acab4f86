import { Counter, Gauge, type Registry } from 'prom-client';

/** The extractor processes of a worker at one moment. */
export interface ExtractorUse {
  busy: number;
  idle: number;
  /** Resident memory of all of them together, and of the largest one. */
  residentBytes: number;
  largestResidentBytes: number;
}

/** Metrics of the extractor processes of a worker. Other processes report none. */
export class ExtractorMetrics {
  readonly #ended: Counter<'reason'>;
  #read: (() => Promise<ExtractorUse>) | null = null;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#ended = new Counter({
      name: 'pagehive_extractors_ended_total',
      help: 'Extractor processes that ended or were replaced, by reason.',
      labelNames: ['reason'],
      registers,
    });
    const processes = new Gauge({
      name: 'pagehive_extractors',
      help: 'Extractor processes, by state.',
      labelNames: ['state'],
      registers,
    });
    const resident = new Gauge({
      name: 'pagehive_extractor_resident_bytes',
      help: 'Resident memory of all extractor processes of the worker.',
      // Without a label, prom-client reports 0 before the first reading.
      labelNames: ['scope'],
      registers,
      collect: async () => {
        const use = await this.#read?.();
        for (const gauge of [processes, resident]) gauge.reset();
        if (use === undefined) return;
        processes.set({ state: 'busy' }, use.busy);
        processes.set({ state: 'idle' }, use.idle);
        resident.set({ scope: 'all' }, use.residentBytes);
        resident.set({ scope: 'largest' }, use.largestResidentBytes);
      },
    });
  }

  /** Reads the processes at each scrape. */
  observe(read: () => Promise<ExtractorUse>): void {
    this.#read = read;
  }

  ended(reason: string): void {
    this.#ended.inc({ reason });
  }
}
