import { columnsFrom, drawItems, type ItemsStyle } from '../items.ts';
import { cellsOf, drawClosing, drawHead, drawTotals, makeItems, sumOf } from '../parts.ts';
import type { Sheet } from '../sheet.ts';

/** One line for each item, in the given style, and the sums below. */
export function oneLineItems(sheet: Sheet, style: Partial<ItemsStyle>, count = 6): void {
  const { locale } = sheet;
  const y = drawHead(sheet);
  const items = makeItems(sheet, count);
  const { item, quantity, price, amount } = locale.words;
  const columns = columnsFrom(50, [
    [item, 230, 'left'],
    [quantity, 65, 'right'],
    [price, 100, 'right'],
    [amount, 100, 'right'],
  ]);
  const rows = items.map((each) => [
    each.name,
    String(each.quantity),
    locale.amount(each.price),
    locale.amount(each.total),
  ]);
  const end = drawItems(sheet, columns, rows, y, style);
  drawClosing(sheet, drawTotals(sheet, sumOf(items), end + 14) + 20);
}

/** A number, a code, and a description in smaller type below each item. */
export function describedItems(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { locale } = sheet;
  const y = drawHead(sheet);
  const items = makeItems(sheet, 5);
  const columns = columnsFrom(50, [
    ['#', 30, 'left'],
    [locale.words.item, 240, 'left'],
    [locale.words.quantity, 55, 'right'],
    [locale.words.price, 85, 'right'],
    [locale.words.amount, 85, 'right'],
  ]);
  const rows = items.map((each, index) => [
    String(index + 1),
    index === 2 ? each.name : `${each.name} ${each.code}\n${each.detail}`,
    String(each.quantity),
    locale.amount(each.price),
    locale.amount(each.total),
  ]);
  const end = drawItems(sheet, columns, rows, y, { detailSize: 0.85, ...style });
  drawClosing(sheet, drawTotals(sheet, sumOf(items), end + 14) + 20);
}

/** A tall box with upright rules, of which the items fill only the upper part. */
export function tallBox(sheet: Sheet, boldHead: boolean): void {
  const { locale, size } = sheet;
  const y = drawHead(sheet);
  const items = makeItems(sheet, 4);
  const columns = columnsFrom(50, [
    [locale.words.quantity, 60, 'centre'],
    [locale.words.item, 255, 'left'],
    [locale.words.price, 90, 'right'],
    [locale.words.amount, 90, 'right'],
  ]);
  const rows = items.map((each) => [
    String(each.quantity),
    each.name,
    locale.amount(each.price),
    locale.amount(each.total),
  ]);
  const end = drawItems(sheet, columns, rows, y, { boldHead });
  const bottom = end + 120;
  sheet.box(50, y, 495, bottom - y);
  sheet.rule(50, y + 1.85 * size, 545, y + 1.85 * size);
  for (const { x } of columns.slice(1)) sheet.rule(x, y, x, bottom);
  drawClosing(sheet, drawTotals(sheet, sumOf(items), bottom + 10) + 20);
}

/** Net, rate, tax and gross in columns of their own, and the taxes by rate beside the sums. */
export function taxColumns(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { locale } = sheet;
  const y = drawHead(sheet);
  const items = makeItems(sheet, 5).map((item, index) => ({ ...item, rate: index % 2 === 0 ? 190 : 70 }));
  const taxOf = (total: number, rate: number) => Math.round((total * rate) / 1000);
  const columns = columnsFrom(50, [
    [locale.words.item, 150, 'left'],
    [locale.words.quantity, 45, 'right'],
    ['Net', 80, 'right'],
    ['Rate', 55, 'right'],
    [locale.words.tax, 85, 'right'],
    ['Gross', 80, 'right'],
  ]);
  const rows = items.map(({ name, quantity, total, rate }) => [
    name,
    String(quantity),
    locale.amount(total),
    locale.percent(rate),
    locale.amount(taxOf(total, rate)),
    locale.amount(total + taxOf(total, rate)),
  ]);
  const end = drawItems(sheet, columns, rows, y, style) + 20;
  const rates = [190, 70].map((rate) => {
    const net = sumOf(items.filter((item) => item.rate === rate));
    return [locale.percent(rate), locale.amount(net), locale.amount(taxOf(net, rate))];
  });
  const taxes = columnsFrom(50, [
    ['Rate', 60, 'left'],
    ['Net', 80, 'right'],
    [locale.words.tax, 85, 'right'],
  ]);
  drawItems(sheet, taxes, rates, end, { ...style, zebra: false });
  drawTotals(sheet, sumOf(items), end, 340);
}

/** Items on two pages, with the head on each and the sum carried over. */
export function twoPages(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { locale, size } = sheet;
  let y = drawHead(sheet);
  const items = makeItems(sheet, 44);
  const columns = columnsFrom(50, [
    ['Code', 75, 'left'],
    [locale.words.item, 190, 'left'],
    [locale.words.quantity, 50, 'right'],
    [locale.words.price, 90, 'right'],
    [locale.words.amount, 90, 'right'],
  ]);
  const rows = cellsOf(items, locale);
  const first = rows.slice(0, 24);
  y = drawItems(sheet, columns, first, y, style) + 8;
  sheet.pair('Carried forward', locale.amount(sumOf(items.slice(0, 24))), 330, 541, y, { align: 'right' });
  sheet.put('Page 1 of 2', 297, 800, { align: 'centre', size: 0.8 * size });
  sheet.page();
  sheet.pair('Brought forward', locale.amount(sumOf(items.slice(0, 24))), 330, 541, 60, { align: 'right' });
  y = drawItems(sheet, columns, rows.slice(24), 60 + 2 * size, style);
  drawTotals(sheet, sumOf(items), y + 14);
  sheet.put('Page 2 of 2', 297, 800, { align: 'centre', size: 0.8 * size });
}

/** Items in groups, each with a name above and a sum below. */
export function groups(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { locale, size } = sheet;
  let y = drawHead(sheet, 'Quotation');
  const columns = columnsFrom(50, [
    [locale.words.item, 240, 'left'],
    [locale.words.quantity, 65, 'right'],
    [locale.words.price, 90, 'right'],
    [locale.words.amount, 100, 'right'],
  ]);
  let total = 0;
  for (const name of ['Ground floor', 'Upper floor', 'Garden']) {
    sheet.put(name, 54, y, { bold: true, size: 1.15 * size });
    const items = makeItems(sheet, 3);
    total += sumOf(items);
    const rows = items.map((each) => [
      each.name,
      String(each.quantity),
      locale.amount(each.price),
      locale.amount(each.total),
    ]);
    y = drawItems(sheet, columns, rows, y + 1.7 * size, style) + 4;
    sheet.pair(locale.words.subtotal, locale.amount(sumOf(items)), 360, 541, y, { align: 'right' });
    y += 2.6 * size;
  }
  drawTotals(sheet, total, y);
}
