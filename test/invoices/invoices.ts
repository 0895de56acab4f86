import { Random } from '../../scripts/fixtures/random.ts';
import { render } from '../../scripts/fixtures/render.ts';
import { describedItems, groups, oneLineItems, tallBox, taxColumns, twoPages } from './layouts/invoices.ts';
import { deliveryNote, formToFillIn, labelCells, labelledBoxes, purchaseOrder } from './layouts/orders.ts';
import { dotLeaders, tillReceipt, twoLineReceipt, typedBill } from './layouts/receipts.ts';
import { bankStatement, creditNote, meterBill, openInvoices, payslip } from './layouts/statements.ts';
import { type Locale, locales } from './money.ts';
import { type Family, Sheet, type Truth } from './sheet.ts';

const { unitedStates, britain, germany, france, switzerland, japan, india } = locales;

type Layout = (sheet: Sheet) => void;

/** All documents: layout, country, font and size. Names and amounts differ by their place in the list. */
const documents: [name: string, layout: Layout, locale: Locale, family: Family, size: number][] = [
  ['items-open', (sheet) => oneLineItems(sheet, {}), unitedStates, 'Helvetica', 10],
  ['items-open-plain-head', (sheet) => oneLineItems(sheet, { boldHead: false }), germany, 'Times', 11],
  ['items-head-ruled', (sheet) => oneLineItems(sheet, { rules: 'head' }), france, 'Helvetica', 9],
  ['items-rows-ruled', (sheet) => oneLineItems(sheet, { rules: 'rows', gap: 1 }), switzerland, 'Helvetica', 10],
  ['items-columns-ruled', (sheet) => oneLineItems(sheet, { rules: 'columns', gap: 0.4 }), japan, 'Times', 10],
  ['items-grid', (sheet) => oneLineItems(sheet, { rules: 'grid', shadedHead: true }), india, 'Helvetica', 10],
  ['items-zebra', (sheet) => oneLineItems(sheet, { zebra: true, shadedHead: true }, 9), britain, 'Helvetica', 10],
  ['items-few', (sheet) => oneLineItems(sheet, { rules: 'head' }, 2), unitedStates, 'Times', 11],
  ['items-one', (sheet) => oneLineItems(sheet, { rules: 'rows' }, 1), germany, 'Helvetica', 10],
  ['items-wide-rows', (sheet) => oneLineItems(sheet, { gap: 1.6 }), britain, 'Times', 10],
  ['described-open', (sheet) => describedItems(sheet, {}), unitedStates, 'Helvetica', 10],
  ['described-tight', (sheet) => describedItems(sheet, { gap: 0.25 }), germany, 'Helvetica', 9],
  ['described-rows-ruled', (sheet) => describedItems(sheet, { rules: 'rows' }), france, 'Times', 11],
  ['described-zebra', (sheet) => describedItems(sheet, { zebra: true, shadedHead: true }), india, 'Helvetica', 10],
  ['described-same-size', (sheet) => describedItems(sheet, { rules: 'head', detailSize: 1 }), britain, 'Times', 10],
  ['described-grid', (sheet) => describedItems(sheet, { rules: 'grid' }), switzerland, 'Helvetica', 9],
  ['tall-box', (sheet) => tallBox(sheet, true), unitedStates, 'Helvetica', 10],
  ['tall-box-plain', (sheet) => tallBox(sheet, false), germany, 'Times', 11],
  ['tall-box-yen', (sheet) => tallBox(sheet, true), japan, 'Helvetica', 9],
  ['tax-open', (sheet) => taxColumns(sheet, { rules: 'head' }), germany, 'Helvetica', 9],
  ['tax-grid', (sheet) => taxColumns(sheet, { rules: 'grid' }), france, 'Helvetica', 9],
  ['tax-zebra', (sheet) => taxColumns(sheet, { zebra: true }), britain, 'Times', 10],
  ['two-pages-open', (sheet) => twoPages(sheet, {}), unitedStates, 'Helvetica', 10],
  ['two-pages-grid', (sheet) => twoPages(sheet, { rules: 'grid', gap: 0.6 }), switzerland, 'Times', 10],
  ['groups-open', (sheet) => groups(sheet, {}), france, 'Helvetica', 10],
  ['groups-ruled', (sheet) => groups(sheet, { rules: 'rows', shadedHead: true }), india, 'Times', 10],
  ['till-dashes', (sheet) => tillReceipt(sheet, true), unitedStates, 'Courier', 9],
  ['till-rules', (sheet) => tillReceipt(sheet, false), germany, 'Helvetica', 9],
  ['till-yen', (sheet) => tillReceipt(sheet, true), japan, 'Courier', 9],
  ['till-two-lines', (sheet) => twoLineReceipt(sheet), britain, 'Helvetica', 10],
  ['till-two-lines-typed', (sheet) => twoLineReceipt(sheet), france, 'Courier', 9],
  ['price-list', (sheet) => dotLeaders(sheet), unitedStates, 'Times', 11],
  ['price-list-euro', (sheet) => dotLeaders(sheet), germany, 'Helvetica', 10],
  ['typed-bill', (sheet) => typedBill(sheet), britain, 'Courier', 10],
  ['bank-open', (sheet) => bankStatement(sheet, {}, false), britain, 'Helvetica', 10],
  ['bank-described', (sheet) => bankStatement(sheet, { rules: 'head', gap: 0.5 }, true), germany, 'Times', 10],
  ['bank-rows-ruled', (sheet) => bankStatement(sheet, { rules: 'rows' }, true), unitedStates, 'Helvetica', 9],
  ['account-open', (sheet) => openInvoices(sheet, {}), switzerland, 'Helvetica', 10],
  ['account-zebra', (sheet) => openInvoices(sheet, { zebra: true }), india, 'Times', 10],
  ['payslip-open', (sheet) => payslip(sheet, { rules: 'head' }), britain, 'Helvetica', 10],
  ['payslip-grid', (sheet) => payslip(sheet, { rules: 'grid' }), germany, 'Helvetica', 10],
  ['meters', (sheet) => meterBill(sheet), france, 'Helvetica', 10],
  ['credit-signed', (sheet) => creditNote(sheet, false), unitedStates, 'Times', 11],
  ['credit-brackets', (sheet) => creditNote(sheet, true), britain, 'Helvetica', 10],
  ['order-grid', (sheet) => purchaseOrder(sheet, { rules: 'grid' }), unitedStates, 'Helvetica', 10],
  ['order-open', (sheet) => purchaseOrder(sheet, { rules: 'head', boldHead: false }), germany, 'Times', 10],
  ['delivery-open', (sheet) => deliveryNote(sheet, {}), britain, 'Helvetica', 10],
  ['delivery-columns', (sheet) => deliveryNote(sheet, { rules: 'columns' }), germany, 'Times', 11],
  ['label-cells', (sheet) => labelCells(sheet, false), france, 'Helvetica', 10],
  ['label-cells-shaded', (sheet) => labelCells(sheet, true), unitedStates, 'Helvetica', 9],
  ['labelled-boxes', (sheet) => labelledBoxes(sheet), britain, 'Helvetica', 10],
  ['form-lines', (sheet) => formToFillIn(sheet), switzerland, 'Helvetica', 10],
];

/** A document and what is right about it. */
export interface Invoice {
  name: string;
  bytes: Uint8Array;
  truth: Truth;
}

/** Draws all invoices, receipts, orders, statements and forms: the same in every run. */
export function makeInvoices(): Promise<Invoice[]> {
  return Promise.all(
    documents.map(async ([name, layout, locale, family, size], index) => {
      const truths: Truth[] = [];
      const bytes = await render(
        (doc) => {
          const sheet = new Sheet(doc, new Random(index + 1), { locale, family, size });
          layout(sheet);
          truths.push(sheet.truth);
        },
        { autoFirstPage: false },
      );
      const [truth] = truths;
      if (truth === undefined) throw new Error(`${name} has not been drawn.`);
      return { name, bytes, truth };
    }),
  );
}
