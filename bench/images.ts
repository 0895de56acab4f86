import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PageDrawing } from '../src/pdf/images/page-drawing.ts';
import { PageRenderer } from '../src/pdf/images/render-pages.ts';
import type { ImageFormat } from '../src/pdf/model/images.ts';
import { PdfiumReader } from '../src/pdf/pdfium/pdfium-reader.ts';
import { loadEngines } from '../src/pdf/run/engines.ts';
import { runExtraction } from '../src/pdf/run/extraction-run.ts';
import { extractionRequest } from './lab/extraction-request.ts';

// Measures pages rendered, encoded and written per second of processor time, by engine and format, without reading
// them.

const path = process.argv[2] ?? fileURLToPath(new URL('../samples/pagehive-sample.pdf', import.meta.url));
const pages = process.argv[3] ?? '1-64';
const scratch = mkdtempSync(join(tmpdir(), 'pagehive-bench-'));
const base = extractionRequest(path, { pages, scratch });

const engines = await loadEngines();
const groups = [];
const run = { request: base, engines, report() {}, onPage() {} };
for await (const event of runExtraction(run)) if (event.type === 'group') groups.push(event.pages);
using pdfium = await PdfiumReader.open(engines, path, null);

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

for (const engine of ['PDFIUM', 'PDFJS'] as const) {
  for (const width of [200, 1_000]) {
    for (const format of ['JPEG', 'PNG', 'WEBP'] satisfies ImageFormat[]) {
      const images = { thumbnailWidth: null, pageImageWidth: width, format, seconds: 1e9, avoid: [] };
      await using drawing = new PageDrawing({ request: base, engines, pdfium: engine === 'PDFIUM' ? pdfium : null });
      const renderer = new PageRenderer({ scratch, drawing, report() {} }, images);
      // The first group opens the document and loads the renderer.
      await renderer.render(groups[0] ?? []);
      const begin = cpuSeconds();
      let count = 0;
      let bytes = 0;
      for (const group of groups.slice(1)) {
        for (const { image } of (await renderer.render(group)).pages) {
          count += image === null ? 0 : 1;
          bytes += image?.bytes ?? 0;
        }
      }
      const rate = count / (cpuSeconds() - begin);
      console.log(
        `${engine.padEnd(10)} ${String(width).padStart(5)} px ${format.padEnd(5)} ${rate.toFixed(1).padStart(7)} pages/s ` +
          `${(bytes / count / 1000).toFixed(0).padStart(5)} kB per page`,
      );
    }
  }
}
rmSync(scratch, { recursive: true });
process.exit(0);
