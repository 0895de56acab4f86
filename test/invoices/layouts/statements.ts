import { columnsFrom, drawItems, type ItemsStyle } from '../items.ts';
import { drawHead, makeItems, sumOf } from '../parts.ts';
import type { Sheet } from '../sheet.ts';

/**
 * A bank statement: money that goes and money that comes in columns of their own, so that each row leaves one empty.
 */
export function bankStatement(sheet: Sheet, style: Partial<ItemsStyle>, described: boolean): void {
  const { goods, locale, random } = sheet;
  const y = drawHead(sheet, 'Statement');
  const columns = columnsFrom(50, [
    ['Date', 75, 'left'],
    ['Details', 175, 'left'],
    ['Paid out', 80, 'right'],
    ['Paid in', 80, 'right'],
    ['Balance', 85, 'right'],
  ]);
  let balance = random.between(100_000, 900_000);
  let day = random.between(1, 100);
  const rows = [[locale.date(day), 'Opening balance', '', '', locale.amount(balance)]];
  for (let index = 0; index < 11; index += 1) {
    const [amount, isOut] = [goods.price(), index % 3 !== 1];
    balance += isOut ? -amount : amount;
    day += random.between(0, 3);
    const details = described && index % 4 === 0 ? `${goods.company()}\nReference ${goods.code()}` : goods.company();
    const columns = isOut ? [locale.amount(amount), ''] : ['', locale.amount(amount)];
    rows.push([locale.date(day), details, ...columns, locale.amount(balance)]);
  }
  drawItems(sheet, columns, rows, y, style);
}

/** Open invoices, and below them what is due by age. */
export function openInvoices(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { goods, locale, random } = sheet;
  const y = drawHead(sheet, 'Statement of account');
  const columns = columnsFrom(50, [
    ['Invoice', 90, 'left'],
    ['Date', 100, 'left'],
    ['Due', 100, 'left'],
    ['Amount', 100, 'right'],
    ['Open', 105, 'right'],
  ]);
  const rows = Array.from({ length: 8 }, () => {
    const [amount, day] = [goods.price(), random.between(1, 200)];
    return [goods.code(), locale.date(day), locale.date(day + 30), locale.amount(amount), locale.amount(amount / 2)];
  });
  const end = drawItems(sheet, columns, rows, y, style) + 28;
  const ages = columnsFrom(50, [
    ['Current', 99, 'centre'],
    ['1-30 days', 99, 'centre'],
    ['31-60 days', 99, 'centre'],
    ['61-90 days', 99, 'centre'],
    ['Over 90 days', 99, 'centre'],
  ]);
  drawItems(sheet, ages, [ages.map(() => locale.money(goods.price()))], end, { rules: 'grid' });
}

/** What is paid and what is taken off, in two lists side by side. */
export function payslip(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { goods, locale } = sheet;
  const y = drawHead(sheet, 'Payslip');
  const lists: [string, number, string[]][] = [
    ['Earnings', 50, ['Basic pay', 'Overtime', 'Night shifts', 'Travel', 'Bonus']],
    ['Deductions', 310, ['Income tax', 'Pension', 'Health', 'Union fee']],
  ];
  for (const [head, x, names] of lists) {
    const columns = columnsFrom(x, [
      [head, 145, 'left'],
      ['Amount', 90, 'right'],
    ]);
    const rows = names.map((name) => [name, locale.amount(goods.price(400_000))]);
    const end = drawItems(sheet, columns, rows, y, style);
    sheet.pair(`Total ${head.toLowerCase()}`, locale.amount(goods.price(900_000)), x + 4, x + 231, end + 8, {
      align: 'right',
      bold: true,
    });
  }
  sheet.pair('Net pay', locale.money(goods.price(900_000)), 54, 281, y + 190, { align: 'right', bold: true });
}

/** A bill for water and power: meters under a head that spans, then the charges. */
export function meterBill(sheet: Sheet): void {
  const { goods, locale, random, size } = sheet;
  const y = drawHead(sheet, 'Water and power');
  const columns = columnsFrom(50, [
    ['Meter', 100, 'left'],
    ['Old', 80, 'right'],
    ['New', 80, 'right'],
    ['Units', 80, 'right'],
    ['Rate', 80, 'right'],
    ['Charge', 75, 'right'],
  ]);
  sheet.put('Readings', 230, y, { bold: true, align: 'centre' });
  sheet.rule(152, y + 1.3 * size, 308, y + 1.3 * size);
  const rows = Array.from({ length: 4 }, () => {
    const [old, used, rate] = [random.between(1000, 8000), random.between(20, 900), random.between(12, 190)];
    return [
      goods.code(),
      String(old),
      String(old + used),
      String(used),
      locale.amount(rate),
      locale.amount(used * rate),
    ];
  });
  const end = drawItems(sheet, columns, rows, y + 1.5 * size, { rules: 'head' });
  sheet.pair('Standing charge', locale.amount(goods.price()), 350, 541, end + 10, { align: 'right' });
  sheet.pair('To pay', locale.money(goods.price()), 350, 541, end + 10 + 1.5 * size, { align: 'right', bold: true });
}

/** Goods given back: amounts with a sign, or in brackets. */
export function creditNote(sheet: Sheet, inBrackets: boolean): void {
  const { locale } = sheet;
  const y = drawHead(sheet, 'Credit note');
  const items = makeItems(sheet, 6);
  const negative = (hundredths: number) => (inBrackets ? `(${locale.amount(hundredths)})` : locale.amount(-hundredths));
  const columns = columnsFrom(50, [
    ['Returned', 215, 'left'],
    ['Qty', 60, 'right'],
    ['Price', 110, 'right'],
    ['Credit', 110, 'right'],
  ]);
  const rows = items.map((each) => [
    each.name,
    String(-each.quantity),
    locale.amount(each.price),
    negative(each.total),
  ]);
  const end = drawItems(sheet, columns, rows, y, { rules: 'head' });
  sheet.pair('Credit in all', negative(sumOf(items)), 330, 541, end + 12, { align: 'right', bold: true });
}
