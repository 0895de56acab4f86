import { deflateSync } from 'node:zlib';

const MiB = 1024 ** 2;
const catalog = '<< /Type /Catalog /Pages 2 0 R >>';
const onePage = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
const font = '/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>';

function page(resources: string, contents = '4 0 R', more = ''): string {
  return `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << ${resources} >> /Contents ${contents} ${more} >>`;
}

function stream(entries: string, data: Buffer | string): Buffer {
  const head = `<< ${entries} /Length ${data.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(data), Buffer.from('\nendstream')]);
}

/** The first object is the catalog, the second the page tree. */
function pdf(...objects: (Buffer | string)[]): Buffer {
  const parts = [Buffer.from('%PDF-1.7\n')];
  let length = 9;
  const entries = ['0000000000 65535 f \n'];
  for (const [index, object] of objects.entries()) {
    entries.push(`${String(length).padStart(10, '0')} 00000 n \n`);
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]);
    parts.push(part);
    length += part.length;
  }
  const table = `xref\n0 ${entries.length}\n${entries.join('')}`;
  const trailer = `trailer\n<< /Root 1 0 R /Size ${entries.length} >>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(table + trailer)]);
}

/** A kilobyte that decompresses to five gigabytes of content. */
export function deflateBomb(): Buffer {
  const content = deflateSync(deflateSync(Buffer.alloc(128 * MiB, ' ')));
  const contents = `[${Array(40).fill('4 0 R').join(' ')}]`;
  return pdf(catalog, onePage, page(font, contents), stream('/Filter [/FlateDecode /FlateDecode]', content));
}

/** Thirty forms, each of which draws the next one ten times. */
export function nestedForms(): Buffer {
  const count = 30;
  const box = '/Type /XObject /Subtype /Form /BBox [0 0 595 842]';
  const forms = Array.from({ length: count }, (_, index) =>
    index === count - 1
      ? stream(`${box} /Resources << ${font} >>`, 'BT /F1 9 Tf (boom) Tj ET')
      : stream(`${box} /Resources << /XObject << /X ${6 + index} 0 R >> >>`, '/X Do\n'.repeat(10)),
  );
  return pdf(catalog, onePage, page('/XObject << /X 5 0 R >>'), stream('', '/X Do'), ...forms);
}

/** A form that draws itself, twice. */
export function formThatDrawsItself(): Buffer {
  const form = '/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X 5 0 R >> >>';
  const first = page('/XObject << /X 5 0 R >>');
  return pdf(catalog, onePage, first, stream('', '/X Do'), stream(form, '/X Do /X Do'));
}

/** A million pages in twelve kilobytes. */
export function millionPages(): Buffer {
  const thousand = (reference: string) => Array(1_000).fill(reference).join(' ');
  return pdf(
    catalog,
    `<< /Type /Pages /Kids [${thousand('3 0 R')}] /Count 1000000 >>`,
    `<< /Type /Pages /Parent 2 0 R /Kids [${thousand('4 0 R')}] /Count 1000 >>`,
    `<< /Type /Page /Parent 3 0 R /MediaBox [0 0 100 100] >>`,
  );
}

/** A picture of ten gigabytes on a separate page. */
export function hugeImage(): Buffer {
  const data = deflateSync(deflateSync(Buffer.alloc(64 * MiB)));
  const size = '/Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceRGB';
  return pdf(
    catalog,
    onePage,
    page('/XObject << /I 5 0 R >>'),
    stream('', 'q 595 0 0 842 0 0 cm /I Do Q'),
    stream(`/Type /XObject /Subtype /Image ${size} /Filter [/FlateDecode /FlateDecode]`, data),
  );
}

/** Half a million nested arrays. */
export function deepArrays(): Buffer {
  const deep = '['.repeat(500_000) + ']'.repeat(500_000);
  return pdf(catalog, onePage, page(font, '4 0 R', `/X ${deep}`), stream('', 'BT /F1 9 Tf (deep) Tj ET'));
}
