/** How a country writes amounts, dates and the names of what an invoice has. */
export interface Locale {
  /** Writes an amount given in hundredths. */
  amount(hundredths: number): string;
  /** Writes it with its currency. */
  money(hundredths: number): string;
  percent(tenths: number): string;
  date(day: number): string;
  words: Words;
}

export interface Words {
  invoice: string;
  number: string;
  date: string;
  due: string;
  customer: string;
  item: string;
  quantity: string;
  unit: string;
  price: string;
  amount: string;
  subtotal: string;
  tax: string;
  total: string;
}

const english: Words = {
  invoice: 'Invoice',
  number: 'Invoice number',
  date: 'Date',
  due: 'Due date',
  customer: 'Customer number',
  item: 'Description',
  quantity: 'Qty',
  unit: 'Unit',
  price: 'Unit price',
  amount: 'Amount',
  subtotal: 'Subtotal',
  tax: 'Sales tax',
  total: 'Total due',
};

const german: Words = {
  invoice: 'Rechnung',
  number: 'Rechnungsnummer',
  date: 'Datum',
  due: 'Zahlbar bis',
  customer: 'Kundennummer',
  item: 'Bezeichnung',
  quantity: 'Menge',
  unit: 'Einheit',
  price: 'Einzelpreis',
  amount: 'Betrag',
  subtotal: 'Zwischensumme',
  tax: 'Umsatzsteuer',
  total: 'Rechnungsbetrag',
};

const french: Words = {
  invoice: 'Facture',
  number: 'Facture no',
  date: 'Date',
  due: 'Échéance',
  customer: 'No client',
  item: 'Désignation',
  quantity: 'Qté',
  unit: 'Unité',
  price: 'Prix unitaire',
  amount: 'Montant',
  subtotal: 'Total HT',
  tax: 'TVA',
  total: 'Net à payer',
};

function written(thousands: string, point: string, decimals = 2) {
  return (hundredths: number): string => {
    const value = Math.abs(hundredths) / 100;
    const [whole = '', fraction = ''] = value.toFixed(decimals).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
    return `${hundredths < 0 ? '-' : ''}${grouped}${fraction === '' ? '' : point + fraction}`;
  };
}

/** Groups as in India: three digits, then pairs. */
function inLakhs(hundredths: number): string {
  const [whole = '', fraction = ''] = (hundredths / 100).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{2})*\d{3}$)/g, ',')}.${fraction}`;
}

function day(number: number): { year: string; month: string; date: string } {
  const [year = '', month = '', date = ''] = new Date(Date.UTC(2026, 0, number)).toISOString().slice(0, 10).split('-');
  return { year, month, date };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function locale(
  amount: Locale['amount'],
  money: (text: string) => string,
  words: Words,
  date: (parts: ReturnType<typeof day>) => string,
  point = '.',
): Locale {
  return {
    amount,
    money: (hundredths) => money(amount(hundredths)),
    percent: (tenths) => `${(tenths / 10).toFixed(1).replace('.', point)} %`,
    date: (number) => date(day(number)),
    words,
  };
}

export const locales = {
  unitedStates: locale(
    written(',', '.'),
    (text) => `$${text}`,
    english,
    ({ year, month, date }) => `${month}/${date}/${year}`,
  ),
  britain: locale(
    written(',', '.'),
    (text) => `£${text}`,
    english,
    ({ year, month, date }) => `${date} ${months[Number(month) - 1]} ${year}`,
  ),
  germany: locale(
    written('.', ','),
    (text) => `${text} €`,
    german,
    ({ year, month, date }) => `${date}.${month}.${year}`,
    ',',
  ),
  france: locale(
    written(' ', ','),
    (text) => `${text} €`,
    french,
    ({ year, month, date }) => `${date}/${month}/${year}`,
    ',',
  ),
  switzerland: locale(
    written("'", '.'),
    (text) => `CHF ${text}`,
    german,
    ({ year, month, date }) => `${date}.${month}.${year}`,
  ),
  japan: locale(
    written(',', '.', 0),
    (text) => `¥${text}`,
    english,
    ({ year, month, date }) => `${year}-${month}-${date}`,
  ),
  india: locale(
    inLakhs,
    (text) => `Rs. ${text}`,
    english,
    ({ year, month, date }) => `${date}-${month}-${year}`,
  ),
} satisfies Record<string, Locale>;
