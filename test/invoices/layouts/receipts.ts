import { columnsFrom, drawItems } from '../items.ts';
import { makeItems, sumOf } from '../parts.ts';
import type { Sheet } from '../sheet.ts';

/** A narrow receipt: names at the left, amounts at the right, rules of dashes between the parts. */
export function tillReceipt(sheet: Sheet, isDashed: boolean): void {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  const [left, end, middle] = [60, 260, 160];
  let y = 50;
  const line = 1.3 * size;
  const part = () => {
    if (isDashed) sheet.put('-'.repeat(32), left, y);
    else sheet.rule(left, y + size / 2, end, y + size / 2);
    y += line;
  };
  for (const text of goods.address()) {
    sheet.put(text, middle, y, { align: 'centre' });
    y += line;
  }
  part();
  const items = makeItems(sheet, 6);
  for (const { name, total } of items) {
    sheet.pair(name, locale.amount(total), left, end, y, { align: 'right' });
    y += line;
  }
  part();
  const net = sumOf(items);
  sheet.pair('TOTAL', locale.amount(net), left, end, y, { align: 'right', bold: true });
  sheet.pair('CASH', locale.amount(net + 500), left, end, y + line, { align: 'right' });
  sheet.pair('CHANGE', locale.amount(500), left, end, y + 2 * line, { align: 'right' });
  y += 3 * line;
  part();
  sheet.put(`Till ${random.between(1, 9)}  ${locale.date(random.between(1, 300))}`, middle, y, { align: 'centre' });
  sheet.put('Thank you for your visit', middle, y + line, { align: 'centre' });
}

/** Each item in two lines: its name, and below it the quantity, the price and the amount. */
export function twoLineReceipt(sheet: Sheet): void {
  const { goods, locale, size } = sheet;
  sheet.page();
  const [left, end] = [60, 280];
  let y = 50;
  const line = 1.3 * size;
  y = sheet.block(goods.address(), left, y) + line;
  const items = makeItems(sheet, 5);
  for (const { name, quantity, price, total } of items) {
    sheet.put(name, left, y);
    sheet.pair(`${quantity} x ${locale.amount(price)}`, locale.amount(total), left + 12, end, y + line, {
      align: 'right',
    });
    y += 2 * line;
  }
  sheet.rule(left, y + 2, end, y + 2);
  sheet.pair('Total', locale.money(sumOf(items)), left, end, y + 8, { align: 'right', bold: true });
  sheet.pair('Card', locale.money(sumOf(items)), left, end, y + 8 + line, { align: 'right' });
}

/** A price list with dots from the name to the price. */
export function dotLeaders(sheet: Sheet): void {
  const { locale, size, doc } = sheet;
  sheet.page();
  sheet.put('Price list', 50, 50, { bold: true, size: 1.8 * size });
  let y = 100;
  for (const { name, price } of makeItems(sheet, 12)) {
    const amount = locale.money(price);
    sheet.put(name, 50, y);
    sheet.put(amount, 420, y, { align: 'right' });
    const [from, to] = [50 + doc.widthOfString(name) + 4, 416 - doc.widthOfString(amount)];
    const dots = '.'.repeat(Math.floor((to - from) / doc.widthOfString('.')));
    sheet.put(dots, to, y, { align: 'right' });
    sheet.truth.pairs.push([name, amount]);
    y += 1.6 * size;
  }
}

/** A bill in typewriter type, in columns, with a head between two rules. */
export function typedBill(sheet: Sheet): void {
  const { goods, locale, size } = sheet;
  sheet.page();
  sheet.put('BILL', 50, 50, { bold: true, size: 1.5 * size });
  const end = sheet.block(goods.address(), 50, 80) + 20;
  const items = makeItems(sheet, 7);
  const columns = columnsFrom(50, [
    ['Article', 200, 'left'],
    ['Qty', 60, 'right'],
    ['Each', 100, 'right'],
    ['Sum', 110, 'right'],
  ]);
  const rows = items.map((each) => [
    each.name,
    String(each.quantity),
    locale.amount(each.price),
    locale.amount(each.total),
  ]);
  const y = drawItems(sheet, columns, rows, end, { rules: 'head', boldHead: false, gap: 0.3 });
  sheet.pair('TOTAL', locale.money(sumOf(items)), 330, 516, y + 10, { align: 'right' });
}
