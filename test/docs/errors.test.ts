import { describe, expect, it } from 'vitest';
import { type FailureCode, failureCodes, failures } from '../../src/errors.ts';
import { retryDelaySeconds } from '../../src/jobs/retry-policy.ts';
import { issueCodes, requestErrors } from '../../src/request-errors.ts';
import { codes, readDocument, readTable } from './markdown.ts';

const page = readDocument('docs/errors.md');

function retried(code: FailureCode): string {
  if (retryDelaySeconds(code, { retryCount: 0, resourceFailures: 0 }) === null) return 'no';
  return retryDelaySeconds(code, { retryCount: 1, resourceFailures: 1 }) === null ? 'once' : 'yes';
}

describe('docs/errors.md', () => {
  it('lists exactly the request errors of the catalogue', () => {
    const rows = readTable(page, ['Code', 'HTTP', 'When', 'Message', 'What to do']);
    const documented = rows.map((row) => ({
      code: codes(row.Code)[0],
      status: Number(row.HTTP),
      message: row.Message,
      advice: row['What to do'],
    }));
    expect(documented).toEqual(Object.entries(requestErrors).map(([code, entry]) => ({ code, ...entry })));
    expect(rows.filter((row) => row.When === '')).toEqual([]);
  });

  it('lists exactly the issue codes of the catalogue', () => {
    const rows = readTable(page, ['Issue', 'Meaning']);
    expect(rows.map((row) => [codes(row.Issue)[0], row.Meaning])).toEqual(Object.entries(issueCodes));
  });

  it('lists exactly the failure codes of the catalogue, with their retry policy', () => {
    const rows = readTable(page, ['Code', 'Category', 'Retried', 'Message', 'What to do']);
    const documented = rows.map((row) => ({
      code: codes(row.Code)[0],
      category: row.Category,
      retried: row.Retried,
      message: row.Message,
      advice: row['What to do'],
    }));
    const catalogue = failureCodes.map((code) => ({
      code,
      retried: retried(code),
      ...failures[code],
    }));
    expect(documented).toEqual(catalogue);
  });
});
