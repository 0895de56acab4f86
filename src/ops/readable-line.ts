const levels: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};

/**
 * Returns a log line for people: time, level, process, message, fields, and the stack of an error below. `line` is the
 * JSON that is written elsewhere; anything else is returned unchanged.
 */
export function readableLine(line: string): string {
  const parsed = parse(line);
  if (parsed === null) return line;
  const { level, time, process, msg, err, ...fields } = parsed;
  const head = [
    typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : '',
    levels[Number(level)] ?? String(level),
    `${process}:`,
    ...(msg === undefined ? [] : [escaped(String(msg))]),
    ...Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`),
  ];
  return `${head.join(' ')}\n${errorText(err)}`;
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function valueText(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@-]+$/.test(value) ? value : escaped(JSON.stringify(value));
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message }: { stack?: unknown; message?: unknown } = error;
  return String(stack ?? message ?? JSON.stringify(error))
    .split('\n')
    .map((each) => `    ${escaped(each)}\n`)
    .join('');
}

/** Replaces control characters, which could command the terminal. */
function escaped(text: string): string {
  return text.replace(/\p{Cc}/gu, (each) => (each === '\t' ? each : escapeOf(each)));
}

/** JSON leaves the control characters from U+007F as they are. */
function escapeOf(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : json;
}
