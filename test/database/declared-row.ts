/** The types of PostgreSQL whose values our connections parse to T. */
type TypeOf<T> = unknown extends T
  ? 'json' | 'jsonb' | 'json?' | 'jsonb?'
  : T extends Date
    ? 'timestamptz'
    : T extends bigint
      ? 'int8'
      : T extends number
        ? 'int2' | 'int4' | 'float4' | 'float8'
        : T extends boolean
          ? 'bool'
          : T extends string
            ? 'text' | 'uuid' | 'enum'
            : T extends Buffer
              ? 'bytea'
              : T extends Date[]
                ? '_timestamptz'
                : T extends string[]
                  ? '_text' | '_uuid'
                  : T extends number[]
                    ? '_int4'
                    : 'json' | 'jsonb';

/** Every member of a row with the type of its column. A question mark follows where the member may be null. */
export type Columns<Row, Name extends keyof Row = keyof Row> = {
  [Key in Name]-?: Nullable<Row[Key]> extends true ? `${TypeOf<NonNullable<Row[Key]>>}?` : TypeOf<Row[Key]>;
};

type Nullable<T> = unknown extends T ? false : null extends T ? true : false;

/** A declared row: the columns of a statement and the type that the code gives them. */
export interface Declared {
  statement: string;
  columns: Record<string, string>;
  /** Columns that may be null in their table, but not in these rows. */
  filtered: string[];
}

export function row<Row>(statement: string, columns: Columns<Row>, filtered: string[] = []): Declared {
  return { statement, columns, filtered };
}

/** A row that contains all fields of a Prisma model, which migrations-match-schema.test.ts compares with the table. */
export function modelRow<Model, Row extends Model>(
  fields: Record<string, string>,
  statement: string,
  more: Columns<Omit<Row, keyof Model>>,
): Declared {
  const all = Object.fromEntries(Object.keys(fields).map((field) => [field, 'field of the model']));
  return { statement, columns: { ...all, ...more }, filtered: [] };
}
