import type { StatementName } from './schedule.ts';

/** Texts that only one statement contains. */
const marks: Record<StatementName, RegExp> = {
  submit: /INSERT INTO jobs/,
  claim: /claim_jobs\(/,
  store: /INSERT INTO pages[\s\S]*SELECT id FROM job$|stage = 'EXTRACT'/,
  complete: /status = 'COMPLETED', stage = 'STORE'/,
  fail: /THEN 'RETRYING' ELSE 'FAILED'/,
  cancel: /SET status = 'CANCELLED'/,
  retry: /SET status = 'PENDING'[^;]* run = j\.run \+ 1/,
  fold: /DELETE FROM batch_deltas/,
  // Ends operations of several statements: createBatch and deleteJob.
  commit: /^COMMIT$/,
  download: /UPDATE sources/,
};

/**
 * Recognizes statements on their way to PostgreSQL. Their text is sent once per connection, with the name of the
 * prepared statement. Later executions send only the name, which is derived from the text and so equal on all
 * connections.
 */
export class Statements {
  readonly #byName = new Map<string, StatementName>();

  /** The known statements that are executed in a chunk sent by a client. */
  in(chunk: Buffer): StatementName[] {
    const text = chunk.toString('latin1');
    for (const [, name, statement] of text.matchAll(/(ph_[0-9a-f]{40})\0([^\0]{20,})/g)) {
      if (name !== undefined && statement !== undefined) this.#learn(name, statement);
    }
    const found = [...text.matchAll(/ph_[0-9a-f]{40}/g)].flatMap(([name]) => this.#byName.get(name) ?? []);
    // COMMIT is not prepared: its text is sent every time, alone unless its transaction has a single statement.
    if (/^Q[\s\S]{4}COMMIT\0$/.test(text)) found.push('commit');
    return [...new Set(found)];
  }

  #learn(name: string, text: string): void {
    for (const [label, mark] of Object.entries(marks)) {
      if (mark.test(text) && isStatement(label)) this.#byName.set(name, label);
    }
  }
}

function isStatement(label: string): label is StatementName {
  return label in marks;
}
