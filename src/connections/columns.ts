/**
 * Returns a select list of all fields of a Prisma model, with Prisma's names, for statements that bypass Prisma:
 * `SELECT ${columnsOf('j', Prisma.JobScalarFieldEnum)} FROM jobs j` returns rows of type `Job`.
 */
export function columnsOf(alias: string, fields: Readonly<Record<string, string>>): string {
  return Object.values(fields)
    .map((field) => `${alias}.${columnOf(field)} AS "${field}"`)
    .join(', ');
}

/** Returns the column of a field. All columns are in snake case. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
