import { loadCanvas } from '../images/canvas.ts';
import type { LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import type { LiteparseOptions } from '../liteparse/liteparse-options.ts';
import type { Size } from '../model/box.ts';
import type { ReadPage } from '../model/read-page.ts';

/** A document of one page that shows what a page of another one does, without its text. Null where it cannot be drawn. */
export async function asPicture(
  engine: LiteparseEngine,
  options: LiteparseOptions,
  { number, shown }: Pick<ReadPage, 'number' | 'shown'>,
  dpi: number,
): Promise<LiteparseOptions | null> {
  const tools = await loadCanvas();
  const [drawn] = tools === null ? [] : await engine.draw(options, [number], dpi).catch(() => []);
  if (tools === null || drawn === undefined) return null;
  const jpeg = await tools.encode(await tools.decode(drawn.png), 'JPEG');
  return { source: toDocument(jpeg, drawn, shown), password: null };
}

/** The least that a PDF with a picture needs. */
function toDocument(jpeg: Buffer, pixels: Size, { width, height }: Size): Buffer {
  const content = `${width} 0 0 ${height} 0 0 cm /P Do`;
  const image = `/Width ${pixels.width} /Height ${pixels.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`;
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    Buffer.from(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>`,
    ),
    stream('', Buffer.from(content)),
    stream(`/Type /XObject /Subtype /Image ${image} `, jpeg),
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

function stream(entries: string, content: Buffer): Buffer {
  const head = `<< ${entries}/Length ${content.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\nendstream')]);
}
