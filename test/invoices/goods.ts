import type { Random } from '../../scripts/fixtures/random.ts';

const starts = [
  'Bra',
  'Cor',
  'Del',
  'Fen',
  'Gal',
  'Hol',
  'Kes',
  'Lim',
  'Mor',
  'Nor',
  'Ost',
  'Pel',
  'Rin',
  'Sal',
  'Tor',
  'Vel',
];
const ends = ['dan', 'field', 'gard', 'low', 'mark', 'ner', 'ridge', 'ston', 'ver', 'wick'];
const trades = ['Tools', 'Foods', 'Paper', 'Glass', 'Timber', 'Textiles', 'Optics', 'Logistics'];
const forms = ['Ltd', 'GmbH', 'Inc.', 'SARL', 'AG', '& Sons'];
const streets = ['Mill Lane', 'Harbour Road', 'Station Street', 'Market Square', 'Orchard Way', 'Canal Row'];
const kinds = ['Steel', 'Oak', 'Cotton', 'Brass', 'Clay', 'Linen', 'Copper', 'Pine', 'Wool', 'Slate'];
const things = [
  'bracket',
  'shelf',
  'lamp',
  'cable',
  'tray',
  'panel',
  'hinge',
  'valve',
  'cushion',
  'basket',
  'filter',
  'frame',
];
const details = [
  'with screws and a spare key',
  'in sets of four, painted by hand',
  'cut to size as agreed by telephone',
  'delivered to the back door on pallets',
  'including fitting and removal of the old one',
  'second quality, no right of return',
];

/** Invented names, addresses and goods. */
export class Goods {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  place(): string {
    return this.#random.pick(starts) + this.#random.pick(ends);
  }

  company(): string {
    return `${this.place()} ${this.#random.pick(trades)} ${this.#random.pick(forms)}`;
  }

  /** The lines of an address. */
  address(): string[] {
    const random = this.#random;
    const street = `${random.between(1, 240)} ${random.pick(streets)}`;
    return [this.company(), street, `${random.between(10_000, 99_999)} ${this.place()}`];
  }

  item(): string {
    return `${this.#random.pick(kinds)} ${this.#random.pick(things)}`;
  }

  detail(): string {
    return this.#random.pick(details);
  }

  code(): string {
    const letters = 'ABCDEFGHKLMNPRSTVX';
    const letter = () => letters[this.#random.between(0, letters.length - 1)] ?? '';
    return `${letter()}${letter()}-${this.#random.between(1000, 9999)}`;
  }

  /** An amount in hundredths. */
  price(most = 90_000): number {
    return this.#random.between(150, most);
  }
}
