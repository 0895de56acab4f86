import { expect, it } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, writer } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  doc.addPage();
  const write = writer(doc);
  write(
    [
      [100, [72, 'The shares of each age group in the whole population are']],
      [114, [72, 'used for the adjustment of rates, as the census found them.']],
      [160, [72, 'Age Group'], [200, 'Proportion']],
      [174, [72, '20-29'], [215, '0.2650']],
      [188, [72, '30-39'], [215, '0.2046']],
      [202, [72, '40-49'], [215, '0.1477']],
      [216, [72, '50-59'], [215, '0.1514']],
    ],
    { font: 'Courier', size: 12 },
  );
  write([[740, [300, '13']]], { font: 'Times-Roman', size: 12 });
});

it('finds the table of a page in typewriter type, even if its page number is in another font', async () => {
  const { pages } = await extractAll(pool, requestFor('table', { path }));
  expect(pages[0]?.markdown).toContain('| Age Group | Proportion |\n| --- | --- |\n| 20-29 | 0.2650 |');
});
