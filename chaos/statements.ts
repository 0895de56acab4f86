import type { StatementName } from './schedule.ts';

/** What only the text of one statement holds. */
const marks: Record<StatementName, RegExp> = {
  submit: /INSERT INTO jobs/,
  claim: /claim_jobs\(/,
  store: /INSERT INTO pages[\s\S]*SELECT id FROM job$|stage = 'EXTRACT'/,
  complete: /status = 'COMPLETED', stage = 'STORE'/,
  fail: /THEN 'RETRYING' ELSE 'FAILED'/,
  cancel: /SET status = 'CANCELLED'/,
  retry: /SET status = 'PENDING'[^;]* run = j\.run \+ 1/,
  fold: /DELETE FROM batch_deltas/,
  // Of what takes several statements: createBatch and deleteJob.
  commit: /^COMMIT$/,
  download: /UPDATE sources/,
};

/**
 * Recognises statements on their way to PostgreSQL. Their text travels once a connection, with the name it is prepared
 * under; after that the name alone, which is the same on every connection as it is made from the text.
 */
export class Statements {
  readonly #byName = new Map<string, StatementName>();

  /** The known statements that are executed in a piece of what a client sends. */
  in(chunk: Buffer): StatementName[] {
    const text = chunk.toString('latin1');
    for (const [, name, statement] of text.matchAll(/(ph_[0-9a-f]{40})\0([^\0]{20,})/g)) {
      if (name !== undefined && statement !== undefined) this.#learn(name, statement);
    }
    const found = [...text.matchAll(/ph_[0-9a-f]{40}/g)].flatMap(([name]) => this.#byName.get(name) ?? []);
    // A COMMIT is not prepared: its text travels every time.
    if (text.includes('COMMIT\0')) found.push('commit');
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
