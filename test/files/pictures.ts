import { createCanvas, loadImage } from '@napi-rs/canvas';
import { expect } from 'vitest';
import { type Pdf, render } from '../../scripts/fixtures/render.ts';

/** A decoded image. */
export interface Picture {
  width: number;
  height: number;
  contentType: string | null;
  /**
   * Returns the colour at relative coordinates from 0 to 1: a name such as "red", or its components if it is not listed
   * here.
   */
  at(x: number, y: number): string;
}

const colours: Record<string, [number, number, number]> = {
  white: [255, 255, 255],
  black: [0, 0, 0],
  red: [255, 0, 0],
  lime: [0, 255, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
};

/** Lossy formats change colours slightly. */
const tolerance = 12;

/** Fetches and decodes the image at a URL. */
export async function look(url: string | null): Promise<Picture> {
  const response = await fetch(url ?? '');
  expect(response.status).toBe(200);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-length')).toBe(String(bytes.length));
  const image = await loadImage(bytes);
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  return {
    width,
    height,
    contentType: response.headers.get('content-type'),
    at(x, y) {
      const { data } = context.getImageData(Math.floor(x * width), Math.floor(y * height), 1, 1);
      const seen = [...data].slice(0, 3);
      const isNear = (colour: number[]) =>
        colour.every((part, index) => Math.abs(part - (seen[index] ?? 0)) <= tolerance);
      return Object.keys(colours).find((name) => isNear(colours[name] ?? [])) ?? seen.join();
    },
  };
}

/** Draws a page of 400 × 200 with a red, a lime, a blue and a yellow quarter, clockwise from the upper left. */
export function quarters(doc: Pdf, more: Record<string, unknown> = {}): void {
  doc.addPage({ size: [400, 200], margin: 0 });
  doc.rect(0, 0, 200, 100).fill('#ff0000');
  doc.rect(200, 0, 200, 100).fill('#00ff00');
  doc.rect(200, 100, 200, 100).fill('#0000ff');
  doc.rect(0, 100, 200, 100).fill('#ffff00');
  Object.assign(doc.page.dictionary.data, more);
}

/** The colours of the quarters of an image, clockwise from the upper left. */
export function quartersOf({ at }: Picture): string[] {
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.75, 0.75), at(0.25, 0.75)];
}

export async function pdf(draw: (doc: Pdf) => void): Promise<{ base64: string }> {
  const bytes = await render(draw, { autoFirstPage: false });
  return { base64: Buffer.from(bytes).toString('base64') };
}

/** Adds an annotation of 100 × 50 in the upper left, drawn by these operators. */
export function stamp(doc: Pdf, operators: string, resources: Record<string, unknown> = {}): void {
  const look = doc.ref({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 100, 50], Resources: resources });
  look.end(operators);
  const entries: object = { Subtype: 'Stamp', AP: { N: look } };
  doc.annotate(50, 25, 100, 50, entries);
}

/** Paints the page so that PDFium takes many seconds and pdfjs none: every pixel needs a long calculation. */
export function slowlyPainted(doc: Pdf): void {
  const calculation = doc.ref({ FunctionType: 4, Domain: [0, 1, 0, 1], Range: [0, 1] });
  calculation.end(`{ ${'1 add 0.5 mul dup mul sin abs '.repeat(2_000)} pop }`);
  const shading = doc.ref({
    ShadingType: 1,
    ColorSpace: 'DeviceGray',
    Function: calculation,
    Matrix: [400, 0, 0, 200, 0, 0],
  });
  shading.end('');
  Object.assign(doc.page.resources.data, { Shading: { Slow: shading } });
  doc.addContent('q /Slow sh Q');
}

/**
 * Adds a stamp that takes pdfjs many seconds: 150,000 triangles that each cover half of it. Only pdfjs draws stamps.
 */
export function slowStamp(doc: Pdf): void {
  const corner = (x: number, y: number) => [0, x, x, y, y, 128];
  const triangle = [...corner(0, 0), ...corner(255, 0), ...corner(0, 255)];
  const mesh = doc.ref({
    ShadingType: 4,
    ColorSpace: 'DeviceGray',
    BitsPerCoordinate: 16,
    BitsPerComponent: 8,
    BitsPerFlag: 8,
    Decode: [0, 100, 0, 50, 0, 1],
  });
  mesh.end(Buffer.concat(Array.from({ length: 150_000 }, () => Buffer.from(triangle))));
  stamp(doc, '/Mesh sh', { Shading: { Mesh: mesh } });
}
