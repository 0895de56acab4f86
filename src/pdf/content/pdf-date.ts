/** A date as PDF writes it, such as "D:20240229123456+05'30'": everything after the year may be missing. */
const pdfDate =
  /^(?:D:)?(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2}))?)?)?)?)?(?:([+-])(\d{2})(?:'?(\d{2}))?|Z|[^\d+-]|$)/;

/** The years that RFC 3339 can express, in UTC. Neither PDF nor PostgreSQL has a year 0. */
const [firstYear, lastYear] = [1, 9999];

/** Converts a date of a document to RFC 3339 in UTC. Null for anything else, and outside the years 1 to 9999. */
export function readDate(value: unknown): string | null {
  const match = typeof value === 'string' ? pdfDate.exec(value.trim()) : null;
  if (match === null) {
    return null;
  }
  const part = (index: number, missing: number) => (match[index] === undefined ? missing : Number(match[index]));
  const local = { year: part(1, 0), month: part(2, 1), day: part(3, 1), hour: part(4, 0) };
  const [minute, second] = [part(5, 0), part(6, 0)];
  const [offsetHours, offsetMinutes] = [part(8, 0), part(9, 0)];
  const date = new Date(0);
  // Unlike Date.UTC, this accepts years below 100 unchanged.
  date.setUTCFullYear(local.year, local.month - 1, local.day);
  const isDay = date.getUTCMonth() === local.month - 1 && date.getUTCDate() === local.day;
  const isTime = local.hour < 24 && minute < 60 && second < 60 && offsetHours < 24 && offsetMinutes < 60;
  if (!isDay || !isTime) {
    return null;
  }
  const offset = (match[7] === '-' ? 1 : -1) * (offsetHours * 60 + offsetMinutes);
  date.setUTCHours(local.hour, minute + offset, second);
  return isReadableYear(date) ? date.toISOString() : null;
}

/** Whether a stored date can be read back as RFC 3339: earlier versions stored years beyond 9999. */
export function isReadableDate(stored: string): boolean {
  return /^\d{4}-/.test(stored) && isReadableYear(new Date(stored));
}

/** Also false for an invalid date. */
function isReadableYear(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= firstYear && year <= lastYear;
}
