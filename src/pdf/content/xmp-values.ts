import { cleanFact } from './clean-text.ts';

/** The XMP properties that correspond to entries of the info dictionary. */
const properties = {
  title: 'dc:title',
  author: 'dc:creator',
  subject: 'dc:description',
  keywords: 'pdf:Keywords',
  creator: 'xmp:CreatorTool',
  producer: 'pdf:Producer',
} as const;

export type XmpValues = Record<keyof typeof properties, string | null>;

/** Reads the facts in an XMP packet that the info dictionary may lack. */
export function readXmpValues(packet: string): XmpValues {
  const read = (name: string) => cleanFact(propertyOf(packet, name));
  return {
    title: read(properties.title),
    author: read(properties.author),
    subject: read(properties.subject),
    keywords: read(properties.keywords),
    creator: read(properties.creator),
    producer: read(properties.producer),
  };
}

/**
 * Reads a property: an attribute, or an element with a text or a list of texts. Of several languages, the first one
 * counts.
 */
function propertyOf(packet: string, name: string): string | null {
  const attribute = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(packet);
  const start = packet.indexOf(`<${name}`);
  const end = start < 0 ? -1 : packet.indexOf(`</${name}>`, start);
  if (end < 0) return attribute === null ? null : unescapeXml(attribute[1] ?? attribute[2] ?? '');
  const element = packet.slice(packet.indexOf('>', start) + 1, end);
  const items = [...element.matchAll(/<rdf:li[^>]*>([^<]*)<\/rdf:li>/g)].map(([, item = '']) =>
    unescapeXml(item).trim(),
  );
  const isList = element.includes('<rdf:Seq') || element.includes('<rdf:Bag');
  return isList ? items.join(', ') : (items[0] ?? unescapeXml(element.replace(/<[^>]*>/g, ' ')));
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (whole, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (name !== undefined) return entities[name] ?? whole;
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
