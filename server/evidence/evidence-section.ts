// One part of an evidence bundle beside journal, alarms and readings: duty, incidents, patrols, hazards, cameras … Whoever keeps a record contributes it here;
// the bundle takes what there is. A section writes tables and documents, and may say a verdict for the cover of the report.
import type { BundleVerdict } from '../../domain/evidence/bundle.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';

export interface EvidenceScope {
  /** The stations that the bundle is about. */
  readonly stationIds: readonly string[];
  /** Whoever asked may see what belongs to no station: duty at the consoles, obligations of the company. */
  readonly showsCompanyRecords: boolean;
  /** [from, to), whole minutes. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
}

export type Cell = string | number | boolean | null;

export interface SectionOutput {
  /** A table as CSV: `duty/watches.csv`. Times as epoch milliseconds in a column named `…AtMs` are written as UTC. */
  table(file: string, columns: readonly string[], rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>): Promise<void>;
  /** A text of any other kind: `incidents/I-2026-0001.json`. */
  document(file: string, text: string): Promise<void>;
  verdict(verdict: BundleVerdict): void;
}

export interface EvidenceSection {
  /** Key in the summary: `duty`. */
  readonly name: string;
  readonly title: LocalizedText;
  write(scope: EvidenceScope, output: SectionOutput): Promise<void>;
}
