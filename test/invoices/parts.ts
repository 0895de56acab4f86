import type { Sheet } from './sheet.ts';

/** An item of an invoice; amounts in hundredths. */
export interface Item {
  name: string;
  detail: string;
  code: string;
  quantity: number;
  price: number;
  total: number;
}

export function makeItems(sheet: Sheet, count: number): Item[] {
  const { goods, random } = sheet;
  return Array.from({ length: count }, () => {
    const [quantity, price] = [random.between(1, 24), goods.price()];
    return {
      name: goods.item(),
      detail: goods.detail(),
      code: goods.code(),
      quantity,
      price,
      total: quantity * price,
    };
  });
}

/** Returns the cells of items: code, name, quantity, price and amount. */
export function cellsOf(items: Item[], locale: Sheet['locale']): string[][] {
  return items.map(({ code, name, quantity, price, total }) => [
    code,
    name,
    String(quantity),
    locale.amount(price),
    locale.amount(total),
  ]);
}

export function sumOf(items: { total: number }[]): number {
  return items.reduce((sum, { total }) => sum + total, 0);
}

/** Draws the name of the sender, the title, the receiver at the left and the facts about the document at the right. */
export function drawHead(sheet: Sheet, title = sheet.locale.words.invoice): number {
  const { goods, locale, random, size } = sheet;
  sheet.page();
  sheet.put(goods.company(), 50, 40, { bold: true, size: 1.4 * size });
  sheet.put(title, 50, 80, { bold: true, size: 2 * size });
  const end = sheet.block(goods.address(), 50, 122);
  const facts: [string, string][] = [
    [locale.words.number, String(random.between(10_000, 99_999))],
    [locale.words.date, locale.date(random.between(1, 300))],
    [locale.words.customer, goods.code()],
  ];
  for (const [index, [label, value]] of facts.entries()) {
    sheet.pair(label, value, 340, 545, 122 + index * 1.4 * size, { align: 'right' });
  }
  return Math.max(end, 122 + facts.length * 1.4 * size) + 24;
}

/** Draws the sums at the right, one below the other; the last one is bold. */
export function drawTotals(sheet: Sheet, net: number, y: number, from = 360, to = 541): number {
  const { locale, size } = sheet;
  const tax = Math.round(net * 0.19);
  const step = 1.5 * size;
  const { words } = locale;
  sheet.pair(words.subtotal, locale.money(net), from, to, y, { align: 'right' });
  sheet.pair(words.tax, locale.money(tax), from, to, y + step, { align: 'right' });
  sheet.rule(from, y + 2 * step - 2, to, y + 2 * step - 2);
  sheet.pair(words.total, locale.money(net + tax), from, to, y + 2 * step + 2, { align: 'right', bold: true });
  return y + 3 * step + 10;
}

/** Writes a closing sentence in two lines. */
export function drawClosing(sheet: Sheet, y: number): void {
  sheet.block(
    [
      'Please pay the full amount within thirty days of the date above, and name the number of',
      'this document with your payment. Goods remain our property until they are paid in full.',
    ],
    50,
    y,
  );
}
