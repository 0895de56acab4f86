import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventParser } from '../../src/client/event-stream.ts';

const text =
  'event: next\ndata: {"a": "ä🧀"}\n\n:\n\nevent:complete\r\ndata\r\n\r\ndata: one\ndata:two\nid: 7\n\ndata: no end';
const events = [
  { type: 'next', data: '{"a": "ä🧀"}' },
  { type: 'complete', data: '' },
  { type: 'message', data: 'one\ntwo' },
];

describe('a stream of Server-Sent Events', () => {
  it('yields the same events wherever its bytes are split', () => {
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: bytes.length })), (places) => {
        const parse = createEventParser();
        const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
        const parts = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
        expect(parts.flatMap(parse)).toEqual(events);
      }),
    );
  });
});
