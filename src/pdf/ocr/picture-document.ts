import type { Size } from '../model/box.ts';
import type { GrayPicture } from '../model/pixels.ts';

/** Creates a minimal PDF with one page that shows a picture and has no text. The size is in points. */
export function toDocument({ pixels, ...picture }: GrayPicture, { width, height }: Size): Buffer {
  const content = `${width} 0 0 ${height} 0 0 cm /P Do`;
  // Uncompressed: compression would take longer than everything else.
  const image = `/Width ${picture.width} /Height ${picture.height} /ColorSpace /DeviceGray /BitsPerComponent 8`;
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    Buffer.from(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>`,
    ),
    stream('', Buffer.from(content)),
    stream(`/Type /XObject /Subtype /Image ${image} `, pixels),
  ];
  const parts = [Buffer.from('%PDF-1.4\n')];
  const starts: number[] = [];
  let length = parts[0]?.length ?? 0;
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    starts.push(length);
    parts.push(part);
    length += part.length;
  }
  const rows = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 6\n0000000000 65535 f \n${rows}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(end)]);
}

function stream(entries: string, content: Uint8Array): Buffer {
  const head = `<< ${entries}/Length ${content.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\nendstream')]);
}
