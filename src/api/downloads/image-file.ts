import type { Readable } from 'node:stream';
import { RequestError } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import type { ImageFormat, ImagePart } from '../../pdf/model/images.ts';
import type { StoredImages } from '../../results/pages.ts';
import { storedImages } from '../../results/stored-json.ts';
import type { ApiServices } from '../context.ts';
import { type DownloadFile, signShownFile } from './download.ts';

export const imageKinds = ['thumbnail', 'image'] as const;
export type ImageKind = (typeof imageKinds)[number];

const imageFiles: Record<ImageFormat, { contentType: string; extension: string }> = {
  PNG: { contentType: 'image/png', extension: 'png' },
  JPEG: { contentType: 'image/jpeg', extension: 'jpg' },
  WEBP: { contentType: 'image/webp', extension: 'webp' },
};

/** Returns the URL of a page's image; null if the page has no such image. `images` is the column of the page. */
export function imageUrl(
  services: ApiServices,
  jobId: string,
  number: number,
  images: unknown,
  kind: ImageKind,
): string | null {
  if (storedImages(images)?.[kind] == null) return null;
  return signShownFile(services, `${encodeId('job', jobId)}/pages/${number}/${kind}`);
}

/** Finds an image of a page. NOT_FOUND if the job is gone or has none. */
export async function imageFile(
  services: Pick<ApiServices, 'database' | 'storage'>,
  jobId: string,
  number: number,
  kind: ImageKind,
): Promise<DownloadFile> {
  const where = { jobId_number: { jobId, number } };
  const page = await services.database.prisma.page.findUnique({ where, select: { images: true } });
  const images = storedImages(page?.images ?? null);
  const part = images?.[kind] ?? null;
  if (images === null || part === null) throw new RequestError('NOT_FOUND', { message: 'There is no such image.' });
  return {
    filename: imageName(number, kind, images.format),
    contentType: imageFiles[images.format].contentType,
    bytes: part.bytes,
    isShown: true,
    content: () => readImage(services, images, part),
  };
}

export function imageName(number: number, kind: ImageKind, format: ImageFormat): string {
  const name = kind === 'image' ? 'page' : 'thumbnail';
  return `${name}-${String(number).padStart(4, '0')}.${imageFiles[format].extension}`;
}

/** Streams the bytes of an image. */
export async function readImage(
  { storage }: Pick<ApiServices, 'storage'>,
  { key }: Pick<StoredImages, 'key'>,
  { offset, bytes }: ImagePart,
): Promise<Readable> {
  if (key === null) throw new RequestError('NOT_FOUND', { message: 'There is no such image.' });
  return await storage.get(key, { first: offset, last: offset + bytes - 1 });
}
