import { describe, expect, test } from 'vitest';
import { assemble, stream } from '../../scripts/fixtures/raw-pdf.ts';
import { extractAll, requestFor } from './extracting.ts';
import { ownDocument } from './own-document.ts';

/** A form with XFA. A dynamic one has no PDF fields, and its page asks the reader to wait. */
function formWithXfa(catalog: string, fields: string): Uint8Array {
  return assemble([
    `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [${fields}] /XFA [(template) 6 0 R] >> ${catalog} >>`,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [${fields}] /Resources << /Font << /F1 5 0 R >> >> >>`,
    stream('BT /F1 14 Tf 72 740 Td (Please wait...) Tj ET'),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    stream('<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"/>'),
    '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [72 600 300 620] >>',
  ]);
}

describe('a dynamic form', () => {
  const document = ownDocument(() => formWithXfa('/NeedsRendering true', ''));
  test.each(['AUTO', 'PDFJS'] as const)('has a notice, by %s', async (engine) => {
    const { facts, pages } = await extractAll(document.pool, requestFor('form', { path: document.path, engine }));
    expect(facts.notices).toEqual(['DYNAMIC_FORM']);
    expect(pages[0]?.text).toBe('Please wait...');
  });
});

describe('a form with both XFA and PDF fields', () => {
  const document = ownDocument(() => formWithXfa('', '7 0 R'));
  test.each(['AUTO', 'PDFJS'] as const)('has no notice, by %s', async (engine) => {
    const { facts } = await extractAll(document.pool, requestFor('form', { path: document.path, engine }));
    expect(facts.notices).toEqual([]);
  });
});
