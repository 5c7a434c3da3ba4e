// Kysely over PostgreSQL, so that it behaves as the SQLite of one machine does: numbers are numbers, text is compared by its bytes, and what was committed is on disk.
import { type KyselyPlugin, OperationNodeTransformer, PostgresDialect, RawNode } from 'kysely';
import pg from 'pg';

/** A connection that has not answered for so long is given up: no person waits longer, and the outbox sends again. */
const queryTimeoutMs = 8_000;
const connectTimeoutMs = 5_000;
/** A server that was cut off in the middle of a transaction must not keep another from taking over. */
const idleInTransactionMs = 5_000;
/** Reads that run beside the one writer. */
const mostConnections = 10;

export function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema') ?? 'public';
}

/** `postgres://user@host:5432/database?schema=gatewatch`; the password by PGPASSWORD, `PGPASSFILE` or the URL. */
export function createPostgresDialect(url: string, log: (error: Error) => void = () => undefined): PostgresDialect {
  const parsed = new URL(url);
  const schema = schemaOf(url);
  parsed.searchParams.delete('schema');
  const pool = new pg.Pool({
    connectionString: parsed.href,
    application_name: 'gatewatch',
    max: mostConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    statement_timeout: queryTimeoutMs,
    keepAlive: true,
    types: { getTypeParser: numbersAsNumbers },
    // A database whose owner has turned durable commits off must not make us confirm what is not on disk.
    options: `-c search_path=${schema} -c synchronous_commit=on -c idle_in_transaction_session_timeout=${idleInTransactionMs}`,
  });
  // An idle connection was cut: the next query gets a new one.
  pool.on('error', log);
  return new PostgresDialect({ pool: { options: {}, connect: async () => sound(await pool.connect()), end: () => pool.end() } });
}

/** A connection on which a query failed without an answer of the database is closed instead of going back to the pool: its next answer would be that of the last question. */
function sound(client: pg.PoolClient) {
  let isBroken = false;
  const onError = () => {
    isBroken = true;
  };
  client.on('error', onError);
  return {
    query: ((...parameters: Parameters<pg.PoolClient['query']>) => {
      const result: unknown = client.query(...parameters);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        if (!isAnswerOfDatabase(error)) isBroken = true;
        throw error;
      });
    }) as pg.PoolClient['query'],
    release: () => {
      client.off('error', onError);
      client.release(isBroken);
    },
  };
}

/** The database has answered that it will not, and nothing was written. Anything else (a cut connection, no answer in time) leaves open whether it did. */
export function isAnswerOfDatabase(error: unknown): boolean {
  // 57P01 to 57P03: the server is being shut down, and the connection with it.
  return error instanceof pg.DatabaseError && !/^(57P0|08)/.test(error.code ?? '');
}

const { INT8, NUMERIC } = pg.types.builtins;

function numbersAsNumbers(type: number, format?: 'text' | 'binary') {
  // Counts, sums and sequences stay far below 2^53.
  if (type === INT8 || type === NUMERIC) return Number;
  return pg.types.getTypeParser(type, format as 'text');
}

/** What `CREATE TABLE` says of types is written for SQLite: here whole numbers have 64 bits too, and text is ordered by its bytes. */
class SqliteTypes extends OperationNodeTransformer {
  override transformDataType(
    ...[node]: Parameters<OperationNodeTransformer['transformDataType']>
  ): ReturnType<OperationNodeTransformer['transformDataType']> {
    if (node.dataType === 'integer') return { ...node, dataType: 'bigint' };
    if (node.dataType === 'text') return RawNode.createWithSql('text COLLATE "C"') as never;
    return node;
  }
}

export const sqliteTypes: KyselyPlugin = {
  transformQuery: ({ node }) =>
    node.kind === 'CreateTableNode' || node.kind === 'AlterTableNode' ? new SqliteTypes().transformNode(node) : node,
  transformResult: async ({ result }) => result,
};
