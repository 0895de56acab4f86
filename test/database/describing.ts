import pg from 'pg';

/** A column that a statement returns, as PostgreSQL describes it without running the statement. */
export interface DescribedColumn {
  name: string;
  /** The name of its type, such as `int4`; `enum` for all enums. */
  type: string;
  /** Whether it is a nullable column of a table. False for expressions, whose nullability PostgreSQL does not know. */
  nullable: boolean;
}

/** Describes statements of a database. */
export interface Describer extends AsyncDisposable {
  /** Fails as the statement would if it refers to something that does not exist. */
  describe(statement: string): Promise<DescribedColumn[]>;
}

export async function openDescriber(url: string): Promise<Describer> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const types = await client.query<{ oid: number; name: string }>(
    `SELECT oid, CASE typtype WHEN 'e' THEN 'enum' ELSE typname END AS name FROM pg_type`,
  );
  const typeNames = new Map(types.rows.map(({ oid, name }) => [oid, name]));
  const nullables = await client.query<{ key: string }>(
    `SELECT attrelid || '.' || attnum AS key FROM pg_attribute WHERE attnum > 0 AND NOT attnotnull`,
  );
  const nullable = new Set(nullables.rows.map(({ key }) => key));
  return {
    async describe(statement) {
      const fields = await fieldsOf(client, statement);
      return fields.map(({ name, dataTypeID, tableID, columnID }) => ({
        name,
        type: typeNames.get(dataTypeID) ?? String(dataTypeID),
        nullable: nullable.has(`${tableID}.${columnID}`),
      }));
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** Parses and describes a statement by the extended protocol, and does not execute it. */
function fieldsOf(client: pg.Client, text: string): Promise<pg.FieldDef[]> {
  return new Promise((resolve, reject) => {
    let fields: pg.FieldDef[] = [];
    client.query({
      submit(connection: pg.Connection) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription(message: { fields: pg.FieldDef[] }) {
        fields = message.fields;
      },
      handleError: reject,
      handleReadyForQuery: () => resolve(fields),
    });
  });
}
