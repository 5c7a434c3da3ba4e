// Rows as CSV that a spreadsheet reads: with its Chinese, and with no text taken for a formula.
import { stringify } from 'csv-stringify/sync';

export function csvOf(columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify([columns, ...rows] as string[][], { bom: true, record_delimiter: 'windows', escape_formulas: true });
}
