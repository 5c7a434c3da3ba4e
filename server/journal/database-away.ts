// What it means when the journal's database does not do what it was asked: it is away or full, which passes, and what a person may conclude about what he sent.

/** A transaction of a server that is no longer in charge: nothing of it was written. */
export class NotInChargeError extends Error {
  constructor() {
    super('another server is in charge');
  }
}

/** The connection was lost during a commit, and the database did not come back to say whether it is there. */
export class CommitUnknownError extends Error {
  constructor(cause: unknown) {
    super('whether this was stored is not known', { cause });
  }
}

/** SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN (the low byte of SQLite's result codes). */
const sqliteCodes = new Set([5, 6, 8, 10, 13, 14]);
/** Connection exceptions, too many connections, shutting down, no space, read-only (SQLSTATE classes and codes of PostgreSQL), and those of sockets. */
const otherCodes = /^(08...|53...|57P0.|57014|25006|58...|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;
/** The driver gives these no code. */
const messages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error)/;

/** The database is away, full or in other hands: not a fault of the request. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof NotInChargeError || error instanceof CommitUnknownError) return true;
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number' && code === 'ERR_SQLITE_ERROR') return sqliteCodes.has(errcode & 0xff);
  return (typeof code === 'string' && otherCodes.test(code)) || messages.test(error.message);
}
