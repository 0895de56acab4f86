import { describe, expect, it } from 'vitest';
import { AttemptEstimate } from '../../src/estimates/attempt.ts';
import { type CostKey, Costs, costKeys, type LearnedCost } from '../../src/estimates/costs.ts';
import { expectStages, quantiles, totalOf, type WorkFacts } from '../../src/estimates/estimate.ts';
import type { ImageRequest } from '../../src/pdf/model/images.ts';

const megabyte = 1024 ** 2;

function facts(given: Partial<WorkFacts> = {}): WorkFacts {
  return {
    toDownload: false,
    bytes: megabyte,
    ranges: null,
    engine: 'PDFIUM',
    ocr: false,
    pagesTotal: null,
    pagesStored: 0,
    images: null,
    ...given,
  };
}

/** A cost that has been observed many times. */
function known(key: CostKey, value: number): LearnedCost {
  return { ...key, weight: 1_000, mean: Math.log(value), variance: 0.01 };
}

/** A page costs 0.1 s, a megabyte 10 s; opening and storing cost almost nothing. */
const costs = new Costs([
  known(costKeys.download(megabyte), 10 / megabyte),
  known(costKeys.open('PDFIUM', megabyte), 0.01),
  known(costKeys.extract('PDFIUM', 100, megabyte / 100, false), 0.1),
  known(costKeys.store(), 0.01),
  known(costKeys.pages(megabyte), 100),
]);

function seconds(attempt: AttemptEstimate, now: number): number {
  return quantiles(attempt.rest(now)).expected;
}

describe('an attempt', () => {
  it('divides the percentage by the cost of its stages: half for a download as long as the extraction', () => {
    const attempt = new AttemptEstimate(facts({ toDownload: true }), costs, () => {});
    attempt.downloading(0);
    attempt.downloaded(megabyte / 2, megabyte, 5_000);
    expect(attempt.percent(5_000)).toBeGreaterThan(20);
    expect(attempt.percent(5_000)).toBeLessThan(30);
    attempt.downloaded(megabyte, megabyte, 10_000);
    attempt.opening(10_000);
    expect(attempt.percent(10_000)).toBeGreaterThan(45);
    expect(attempt.percent(10_000)).toBeLessThan(55);
  });

  it('with OCR adapts to the speed of its own pages, and learns no cost of extraction', () => {
    const learned: CostKey[] = [];
    const attempt = new AttemptEstimate(facts({ ocr: true }), costs, (key) => learned.push(key));
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 100, pagesTotal: 100, pagesStored: 0 }, 10);
    for (let page = 1; page <= 5; page += 1) attempt.extracted(page, 10 + page * 2_000);
    expect(seconds(attempt, 10_010)).toBeGreaterThan(150);
    expect(seconds(attempt, 10_010)).toBeLessThan(220);
    attempt.extracted(100, 200_010);
    attempt.storing(200_010);
    expect(learned.map(({ measure }) => measure)).toEqual(['OPEN', 'PAGES', 'OCR']);
  });

  it('gives nearly all of the percentage to the pages without a download', () => {
    const attempt = new AttemptEstimate(facts(), costs, () => {});
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 100, pagesTotal: 100, pagesStored: 0 }, 10);
    expect(attempt.percent(10)).toBeLessThan(5);
    attempt.extracted(48, 4_800);
    expect(attempt.percent(4_800)).toBeGreaterThan(40);
    expect(attempt.percent(4_800)).toBeLessThan(55);
  });

  it('never decreases and never reaches 100', () => {
    const attempt = new AttemptEstimate(facts({ toDownload: true, bytes: null }), new Costs(), () => {});
    const seen: number[] = [];
    const see = (now: number) => seen.push(attempt.percent(now));
    attempt.downloading(0);
    for (let n = 1; n <= 10; n += 1) {
      attempt.downloaded(n * megabyte, null, n * 100);
      see(n * 100);
    }
    attempt.opening(1_000);
    see(1_000);
    see(60_000);
    attempt.opened({ engine: 'PDFIUM', pageCount: 400, pagesTotal: 400, pagesStored: 0 }, 61_000);
    see(61_000);
    attempt.extracted(64, 62_000);
    see(62_000);
    // A crash: the other engine starts from the beginning.
    attempt.opened({ engine: 'PDFJS', pageCount: 400, pagesTotal: 400, pagesStored: 0 }, 63_000);
    for (let n = 0; n <= 400; n += 16) {
      attempt.extracted(n, 63_000 + n * 10);
      see(63_000 + n * 10);
      see(63_000 + n * 10 + 100);
    }
    attempt.storing(68_000);
    see(68_000);
    see(600_000);
    expect(seen.filter((percent, index) => percent < (seen[index - 1] ?? 0))).toEqual([]);
    expect(Math.max(...seen)).toBeLessThanOrEqual(99);
  });

  it('rises between two groups of pages', () => {
    const attempt = new AttemptEstimate(facts(), costs, () => {});
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 100, pagesTotal: 100, pagesStored: 0 }, 0);
    const percents = [0, 400, 800, 1_200].map((now) => attempt.percent(now));
    expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b));
    // It does not assume that the group is done, though.
    expect(attempt.percent(60_000)).toBeLessThan(16);
  });

  it('trusts its own pace more, the more it has seen', () => {
    const attempt = new AttemptEstimate(facts(), costs, () => {});
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 100, pagesTotal: 100, pagesStored: 0 }, 0);
    expect(seconds(attempt, 0)).toBeGreaterThan(8);
    expect(seconds(attempt, 0)).toBeLessThan(12);
    // Three times slower than other documents.
    attempt.extracted(80, 24_000);
    expect(seconds(attempt, 24_000)).toBeGreaterThan(2.1);
    expect(seconds(attempt, 24_000)).toBeLessThan(6.5);
  });

  it('narrows its interval with every page', () => {
    const attempt = new AttemptEstimate(facts(), new Costs(), () => {});
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 400, pagesTotal: 400, pagesStored: 0 }, 0);
    const spread = (now: number) => {
      const { earliest, latest } = quantiles(attempt.rest(now));
      return latest / earliest;
    };
    const before = spread(0);
    attempt.extracted(160, 1_600);
    expect(spread(1_600)).toBeLessThan(before);
  });

  it('learns the costs of its stages, and the page count for its size', () => {
    const learned = new Map<string, number>();
    const attempt = new AttemptEstimate(facts({ toDownload: true, bytes: null }), new Costs(), ({ measure }, value) =>
      learned.set(measure, Math.exp(value)),
    );
    attempt.downloading(0);
    attempt.downloaded(megabyte, megabyte, 2_000);
    attempt.opening(2_000);
    attempt.opened({ engine: 'PDFJS', pageCount: 50, pagesTotal: 50, pagesStored: 0 }, 2_500);
    attempt.extracted(50, 7_500);
    attempt.storing(7_500);
    attempt.completed(7_600);
    expect(learned.get('BYTES')).toBeCloseTo(megabyte, 0);
    expect((learned.get('DOWNLOAD') ?? 0) * megabyte).toBeCloseTo(2, 3);
    expect(learned.get('OPEN')).toBeCloseTo(0.5, 3);
    expect(learned.get('PAGES')).toBeCloseTo(50, 3);
    expect(learned.get('EXTRACT')).toBeCloseTo(0.1, 3);
    expect(learned.get('STORE')).toBeCloseTo(0.1, 3);
  });
});

describe('an attempt that also renders pages', () => {
  const images: ImageRequest = { thumbnailWidth: 200, pageImageWidth: null, format: 'JPEG', seconds: 1, avoid: [] };
  const asked = facts({ images });

  it('includes the rendering of each page', () => {
    const drawing = new Costs([
      known(costKeys.extract('PDFIUM', 100, megabyte / 100, false), 0.1),
      known(costKeys.render('PDFIUM', images), 0.3),
    ]);
    const attempt = new AttemptEstimate(asked, drawing, () => {});
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 100, pagesTotal: 100, pagesStored: 0 }, 0);
    expect(seconds(attempt, 0)).toBeGreaterThan(32);
    expect(seconds(attempt, 0)).toBeLessThan(48);
  });

  it('learns the costs of reading and rendering separately', () => {
    const learned = new Map<string, number>();
    const attempt = new AttemptEstimate(asked, new Costs(), ({ measure }, value) =>
      learned.set(measure, Math.exp(value)),
    );
    attempt.opening(0);
    attempt.opened({ engine: 'PDFIUM', pageCount: 32, pagesTotal: 32, pagesStored: 0 }, 0);
    attempt.rendering(1_000);
    attempt.extracted(16, 4_000);
    attempt.rendering(5_000);
    attempt.extracted(32, 8_000);
    attempt.storing(8_000);
    expect(learned.get('EXTRACT')).toBeCloseTo(2 / 32, 5);
    expect(learned.get('RENDER')).toBeCloseTo(6 / 32, 5);
  });
});

describe('learned costs', () => {
  const at = (learned: LearnedCost[], given: Partial<WorkFacts> = {}) =>
    quantiles(totalOf(expectStages(facts(given), new Costs(learned))));

  it('change the estimate', () => {
    const slow = [known(costKeys.extract('PDFIUM', 100, megabyte / 100, false), 5)];
    expect(at(slow, { pagesTotal: 100 }).expected).toBeGreaterThan(10 * at([], { pagesTotal: 100 }).expected);
  });

  it('apply to sizes not seen yet', () => {
    const slow = [known(costKeys.extract('PDFIUM', 2, 1024, false), 5)];
    expect(at(slow, { pagesTotal: 100 }).expected).toBeGreaterThan(10 * at([], { pagesTotal: 100 }).expected);
  });

  it('narrow the interval', () => {
    const seen = [known(costKeys.extract('PDFIUM', 100, megabyte / 100, false), 0.01)];
    const ratio = ({ earliest, latest }: { earliest: number; latest: number }) => latest / earliest;
    expect(ratio(at(seen, { pagesTotal: 100 }))).toBeLessThan(ratio(at([], { pagesTotal: 100 })));
  });

  it('follow the current speed of the machine at once', () => {
    const busy: LearnedCost[] = [{ ...costKeys.pace(), weight: 8, mean: Math.log(3), variance: 0.01 }];
    const ratio = at(busy, { pagesTotal: 100 }).expected / at([], { pagesTotal: 100 }).expected;
    expect(ratio).toBeGreaterThan(1.3);
    expect(ratio).toBeLessThan(3);
  });

  it('have defaults, so that a fresh installation expects seconds, not hours', () => {
    const { earliest, expected, latest } = at([]);
    expect(earliest).toBeLessThan(expected);
    expect(expected).toBeLessThan(latest);
    expect(expected).toBeGreaterThan(0.01);
    expect(latest).toBeLessThan(600);
  });

  it('count only the requested pages', () => {
    const all = at([], { pagesTotal: 1_000 }).expected;
    expect(at([], { ranges: '1-10' }).expected).toBeLessThan(all);
    expect(at([], { ranges: '1-1000' }).expected).toBeCloseTo(all, 5);
    expect(at([], { pagesTotal: 1_000, pagesStored: 900 }).expected).toBeLessThan(all / 2);
  });
});
