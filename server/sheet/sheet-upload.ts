// How a sheet comes over HTTP, for all that take sheets: the file itself as the body, refused in plain words where it is none.
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { SheetCell } from '../../domain/alarm-settings/sheet-columns.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { SheetRefusal } from './sheet-content.ts';
import { readSheet, sheetTypes } from './sheets.ts';

export const mostSheetBytes = 16 * 1024 * 1024;
const mostProblemsShown = 100;

const refusalText: Readonly<Record<SheetRefusal, string>> = {
  unknownFormat: 'The file is neither an Excel sheet (.xlsx) nor CSV.',
  unreadable: 'The file is damaged: export it anew from Excel, as .xlsx or CSV.',
  tooLarge: 'The file is too large when unpacked.',
  tooManyRows: 'The sheet has too many rows.',
};

/** Sheets are uploaded as they are; what they hold is looked at, not what they are called. */
export function acceptSheets(app: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  app.addContentTypeParser(
    ['application/octet-stream', 'application/vnd.ms-excel', 'text/csv', sheetTypes.xlsx],
    { parseAs: 'buffer', bodyLimit: mostSheetBytes },
    (_request, body, done) => done(null, body),
  );
}

export async function sheetRows(body: unknown): Promise<readonly (readonly SheetCell[])[]> {
  if (!Buffer.isBuffer(body))
    throw new ProblemError(415, 'Not a sheet', { detail: 'Send the .xlsx or CSV file itself as the body, as application/octet-stream.' });
  const reading = await readSheet(body);
  if (reading.kind === 'refused')
    throw new ProblemError(422, 'Not a sheet', { detail: refusalText[reading.reason], extra: { reason: reading.reason } });
  return reading.rows;
}

interface Problem {
  readonly row: number;
  readonly column: string | null;
  readonly message: { readonly zh: string; readonly en: string };
}

/** Nothing of a sheet with a problem is taken. */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new ProblemError(422, 'The sheet cannot be taken', {
    detail: `${first.column ?? ''}${first.row}: ${first.message.en}`,
    extra: { problems: problems.slice(0, mostProblemsShown) },
  });
}

/** Names what a person looked at: applying it asks for the same. */
export function digestOf(plan: unknown): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 32);
}

export function refuseOtherDigest(asked: string, now: string): void {
  if (asked !== now)
    throw new ProblemError(409, 'Something has changed', {
      detail: 'The ledger has changed since the sheet was looked at: look at the differences again.',
      extra: { reason: 'sheetOutdated' },
    });
}
