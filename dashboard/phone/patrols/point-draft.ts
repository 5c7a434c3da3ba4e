// What has been entered for a point and not confirmed yet, and what it still lacks. Pure.
import type { ItemResult, PatrolItem, PatrolPoint } from '../../../domain/patrols/patrol.ts';
import { judgedResult } from '../../../domain/patrols/patrol-machine.ts';

export interface Draft {
  readonly results: Readonly<Record<string, ItemResult['result']>>;
  /** As typed. */
  readonly values: Readonly<Record<string, string>>;
  readonly notes: Readonly<Record<string, string>>;
  readonly finding: string;
  readonly isHazard: boolean;
  /** Null: it is to be scanned. */
  readonly handReason: string | null;
  readonly pictures: readonly Blob[];
}

export const emptyDraft: Draft = {
  results: {},
  values: {},
  notes: {},
  finding: '',
  isHazard: false,
  handReason: null,
  pictures: [],
};

type Missing = 'code' | 'reason' | 'items' | 'value' | 'photo';

/** As it was pressed; of a reading, as its value says. Null where it is open. */
export function resultOf(draft: Draft, item: PatrolItem): ItemResult | null {
  const value = item.reading === null ? null : typedValue(draft.values[item.id]);
  const pressed = draft.results[item.id] ?? (value === null ? undefined : 'ok');
  if (pressed === undefined) return null;
  return judgedResult(item, { itemId: item.id, result: pressed, value, note: (draft.notes[item.id] ?? '').trim() });
}

/** In the order of the form. */
export function missingIn(draft: Draft, point: PatrolPoint, isScanned: boolean): readonly Missing[] {
  const missing: Missing[] = [];
  if (!isScanned && draft.handReason === null) missing.push('code');
  if (!isScanned && draft.handReason?.trim() === '') missing.push('reason');
  if (point.items.some((item) => item.reading === null && resultOf(draft, item) === null)) missing.push('items');
  const lacksValue = point.items.some(
    ({ id, reading }) => reading !== null && draft.results[id] !== 'notApplicable' && typedValue(draft.values[id]) === null,
  );
  if (lacksValue) missing.push('value');
  if (point.needsPhoto && draft.pictures.length === 0) missing.push('photo');
  return missing;
}

export function resultsOf(draft: Draft, point: PatrolPoint): ItemResult[] {
  return point.items.flatMap((item) => resultOf(draft, item) ?? []);
}

/** People type the comma of their keyboard. */
export function typedValue(text: string | undefined): number | null {
  const trimmed = (text ?? '').trim().replace(',', '.');
  const value = Number(trimmed);
  return trimmed === '' || !Number.isFinite(value) ? null : value;
}
