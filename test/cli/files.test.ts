import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';
import { temporaryDirectory } from '../start/running.ts';
import { fixture, jsonLines, run } from './running.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

it('get writes attachments and page images without overwriting files', async () => {
  const asked = ['--thumbnail-width', '50', '--page-images', '--image-format', 'png', '--follow'];
  const submitted = await run(['submit', fixture('attachment.pdf'), '--json', ...asked], service);
  expect(submitted.code).toBe(0);
  const { id } = jsonLines(submitted.stdout).at(-1);
  using directory = temporaryDirectory();
  const target = join(directory.path, 'new');
  for (const suffix of ['', '-2']) {
    const written = await run(['get', id, '--attachments', target, '--images', target], service);
    expect({ ...written, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    const names = [
      `counts${suffix}.csv`,
      `notes${suffix}.txt`,
      `page-0001${suffix}.png`,
      `thumbnail-0001${suffix}.png`,
    ];
    expect(written.stdout.trim().split('\n').sort()).toEqual(names.map((name) => join(target, name)));
  }
  expect(readFileSync(join(target, 'notes.txt'), 'utf8')).toBe('The bees were calm today.\n');
  // The width in the PNG header.
  expect(readFileSync(join(target, 'thumbnail-0001.png')).readUInt32BE(16)).toBe(50);
});

it('submit and get refuse invalid image options', async () => {
  const wrong = [
    ['submit', 'x.pdf', '--image-format', 'gif'],
    ['submit', 'x.pdf', '--thumbnail-width', 'wide'],
    ['get', 'job_01h455vb4pex5vsknk084sn02q', '--images', 'x', '--json'],
    ['get', 'batch_01h455vb4pex5vsknk084sn02q', '--images', 'x'],
  ];
  for (const args of wrong) expect((await run(args, service)).code).toBe(2);
});
