import { columnsFrom, drawItems, type ItemsStyle } from '../items.ts';
import { cellsOf, drawClosing, drawTotals, makeItems, sumOf } from '../parts.ts';
import type { Sheet } from '../sheet.ts';

/** Two addresses side by side, a row with the terms, then the items. */
export function purchaseOrder(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  sheet.put('Purchase order', 50, 50, { bold: true, size: 2 * size });
  sheet.put('Vendor', 50, 95, { bold: true });
  sheet.put('Ship to', 310, 95, { bold: true });
  sheet.block(goods.address(), 50, 95 + 1.3 * size);
  const end = sheet.block(goods.address(), 310, 95 + 1.3 * size) + 18;
  const terms = columnsFrom(50, [
    ['Order', 110, 'left'],
    ['Ordered on', 130, 'left'],
    ['Ship via', 120, 'left'],
    ['Terms', 135, 'left'],
  ]);
  const given = [goods.code(), locale.date(random.between(1, 300)), 'Road freight', '30 days net'];
  const y = drawItems(sheet, terms, [given], end, { rules: 'grid', shadedHead: true }) + 20;
  const items = makeItems(sheet, 5);
  const columns = columnsFrom(50, [
    ['Item', 80, 'left'],
    [locale.words.item, 180, 'left'],
    [locale.words.quantity, 55, 'right'],
    [locale.words.price, 90, 'right'],
    [locale.words.amount, 90, 'right'],
  ]);
  const rows = cellsOf(items, locale);
  const after = drawItems(sheet, columns, rows, y, style);
  drawClosing(sheet, drawTotals(sheet, sumOf(items), after + 14) + 20);
}

/** Goods without prices: what was ordered, what comes and what is to come. */
export function deliveryNote(sheet: Sheet, style: Partial<ItemsStyle>): void {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  sheet.put('Delivery note', 50, 50, { bold: true, size: 2 * size });
  const end = sheet.block(goods.address(), 50, 95) + 18;
  const columns = columnsFrom(50, [
    ['Code', 80, 'left'],
    [locale.words.item, 175, 'left'],
    ['Ordered', 80, 'right'],
    ['Delivered', 80, 'right'],
    ['To follow', 80, 'right'],
  ]);
  const rows = makeItems(sheet, 7).map(({ code, name, quantity }) => {
    const sent = random.between(0, quantity);
    return [code, name, String(quantity), String(sent), sent === quantity ? '' : String(quantity - sent)];
  });
  const y = drawItems(sheet, columns, rows, end, style);
  sheet.put('Received by', 50, y + 60);
  sheet.rule(120, y + 60 + size, 300, y + 60 + size);
}

/** Labels in cells, each with its value in the next cell: two of them in a row. */
export function labelCells(sheet: Sheet, isShaded: boolean): void {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  sheet.put('Order sheet', 50, 50, { bold: true, size: 2 * size });
  const facts = [
    ['Order', goods.code(), 'Date', locale.date(random.between(1, 300))],
    ['Customer', goods.company(), 'Contact', `${goods.place()} office`],
    ['Project', goods.place(), 'Cost centre', String(random.between(1000, 9999))],
    ['Freight', 'By road', 'Total', locale.money(goods.price())],
  ];
  const columns = columnsFrom(50, [
    ['', 85, 'left'],
    ['', 165, 'left'],
    ['', 85, 'left'],
    ['', 160, 'left'],
  ]);
  const step = 1.85 * size;
  if (isShaded) for (const x of [50, 300]) sheet.shade(x, 100, 85, facts.length * step);
  const end = drawItems(sheet, columns, facts, 100, { rules: 'grid' }) + 24;
  const hours = columnsFrom(50, [
    ['Day', 95, 'left'],
    ['Task', 240, 'left'],
    ['Hours', 80, 'right'],
    ['Cost', 80, 'right'],
  ]);
  const rows = ['Monday', 'Tuesday', 'Wednesday', 'Thursday'].map((day) => [
    day,
    `Fitting of ${goods.item().toLowerCase()}s`,
    locale.amount(random.between(100, 900)),
    locale.amount(goods.price()),
  ]);
  drawItems(sheet, hours, rows, end, { rules: 'grid', shadedHead: isShaded });
}

/** Boxes side by side, each with a small label and its value below. */
export function labelledBoxes(sheet: Sheet): void {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  sheet.put('Consignment', 50, 50, { bold: true, size: 2 * size });
  const rows: [string, string][][] = [
    [
      ['Sender', goods.company()],
      ['Receiver', goods.company()],
    ],
    [
      ['Number', goods.code()],
      ['Sent on', locale.date(random.between(1, 300))],
      ['Parcels', String(random.between(2, 9))],
    ],
    [
      ['Weight', `${random.between(20, 90)} kg`],
      ['Value', locale.money(goods.price())],
      ['Insured', 'Yes'],
    ],
  ];
  const height = 3.4 * size;
  for (const [index, row] of rows.entries()) {
    const [y, width] = [100 + index * height, 495 / row.length];
    for (const [place, [label, value]] of row.entries()) {
      const x = 50 + place * width;
      sheet.box(x, y, width, height);
      sheet.put(label, x + 4, y + 4, { size: 0.75 * size });
      sheet.put(value, x + 4, y + 5 + size);
      sheet.truth.pairs.push([label, value]);
    }
  }
  drawClosing(sheet, 130 + rows.length * height);
}

/** Labels with lines to write on, some of them filled in. */
export function formToFillIn(sheet: Sheet): void {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  sheet.put('Claim for travel costs', 50, 50, { bold: true, size: 1.8 * size });
  const facts: [string, string][] = [
    ['Name of traveller:', `${goods.place()} ${goods.place()}`],
    ['Department:', goods.place()],
    ['From:', locale.date(random.between(1, 100))],
    ['To:', locale.date(random.between(101, 200))],
  ];
  let y = 100;
  for (const [label, value] of facts) {
    sheet.pair(label, value, 50, 170, y);
    sheet.rule(165, y + 1.2 * size, 400, y + 1.2 * size);
    y += 2 * size;
  }
  const columns = columnsFrom(50, [
    ['Cost', 240, 'left'],
    ['Receipts', 90, 'right'],
    ['Amount', 120, 'right'],
  ]);
  const rows = ['Trains', 'Hotels', 'Meals', 'Other'].map((name) => [
    name,
    String(random.between(1, 9)),
    locale.amount(goods.price()),
  ]);
  const end = drawItems(sheet, columns, rows, y + 16, { rules: 'grid' });
  sheet.pair('Sum claimed', locale.money(goods.price()), 300, 496, end + 10, { align: 'right', bold: true });
}
