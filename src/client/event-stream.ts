/** An event of a Server-Sent Events stream. */
export interface ServerSentEvent {
  type: string;
  data: string;
}

/** Parses a `text/event-stream` incrementally. Comments, which are only keep-alives, yield nothing. */
export function createEventParser(): (bytes: Uint8Array) => ServerSentEvent[] {
  const decoder = new TextDecoder();
  let rest = '';
  let type = 'message';
  let data: string[] = [];
  return (bytes) => {
    const events: ServerSentEvent[] = [];
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (line === '') {
        if (data.length > 0) events.push({ type, data: data.join('\n') });
        type = 'message';
        data = [];
      } else if (field === 'event') type = value;
      else if (field === 'data') data.push(value);
    }
    return events;
  };
}
