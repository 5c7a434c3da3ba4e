// What the thread that counts and packs a bundle is given, and what it says back.
import type { Manifest, Summary } from '../../domain/evidence/bundle.ts';
import type { Signature } from '../../domain/evidence/signed-head.ts';
import type { Language } from '../../domain/text/localized-text.ts';

export interface PackOrder {
  readonly folder: string;
  /** Files of the folder as they were gathered, in the order of the bundle. */
  readonly names: readonly string[];
  readonly outFile: string;
  readonly manifest: Omit<Manifest, 'files' | 'readingsCsv'>;
  /** Parquet files of readings in the order of days. */
  readonly days: readonly { readonly name: string; readonly rows: number }[];
  readonly figures: Pick<Summary, 'alarms' | 'alarmsUnderTest' | 'incidents' | 'drills' | 'journal' | 'sections' | 'verdicts'>;
  readonly language: Language;
}

export type FromPacker =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'sign'; readonly manifestText: string }
  | { readonly kind: 'packed'; readonly manifestHash: string; readonly bytes: number; readonly summary: Summary };

export type ToPacker = { readonly kind: 'signature'; readonly signature: Signature };
