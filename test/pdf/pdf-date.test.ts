import { expect, test } from 'vitest';
import { isReadableDate, readDate } from '../../src/pdf/content/pdf-date.ts';

test.each([
  ['D:20240229123456Z', '2024-02-29T12:34:56.000Z'],
  ["D:20240229123456+05'30'", '2024-02-29T07:04:56.000Z'],
  ["D:20240229123456-08'00", '2024-02-29T20:34:56.000Z'],
  ['D:20240229123456+0530', '2024-02-29T07:04:56.000Z'],
  ["D:20240229123456Z00'00'", '2024-02-29T12:34:56.000Z'],
  ['D:202402291234', '2024-02-29T12:34:00.000Z'],
  ['D:2024', '2024-01-01T00:00:00.000Z'],
  ['20240229', '2024-02-29T00:00:00.000Z'],
  ['D:00990101', '0099-01-01T00:00:00.000Z'],
  ['D:09991231235959', '0999-12-31T23:59:59.000Z'],
  ['D:99991231235959Z', '9999-12-31T23:59:59.000Z'],
])('reads %s as %s', (written, expected) => {
  expect(readDate(written)).toBe(expected);
});

test.each([
  "D:99991231235959-12'00'",
  "D:00010101000000+01'00'",
  'D:00000101',
  'D:00001301',
  'D:20241301',
  'D:20230229',
  'D:20240101250000',
  'D:20240101006100',
  "D:20240101000000+30'00'",
  'D:202402291',
  'Thursday, 29 February 2024',
  '',
  null,
  20240229,
])('does not take %j for a date', (written) => {
  expect(readDate(written)).toBeNull();
});

test('distinguishes stored dates that can be returned from those that cannot', () => {
  expect(isReadableDate('0099-01-01T00:00:00.000Z')).toBe(true);
  expect(isReadableDate('+010000-01-01T11:59:59.000Z')).toBe(false);
  expect(isReadableDate('-000001-01-01T00:00:00.000Z')).toBe(false);
  expect(isReadableDate('2024-13-01T00:00:00.000Z')).toBe(false);
});
