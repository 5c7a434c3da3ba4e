// What one version of a plant has that another has not, in the plant's own terms. Pure; which versions there are is `server/plant/plant-versions.ts`.
import { type FieldValue, type PlantItem, type PlantItemKind, plantItemKinds } from './plant-items.ts';

export interface FieldChange {
  readonly field: string;
  /** Null where there is none. */
  readonly before: FieldValue | null;
  readonly after: FieldValue | null;
}

export interface PlantChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly kind: PlantItemKind;
  readonly id: string;
  readonly stationId: string | null;
  /** Of what was added or removed: everything that it says. */
  readonly fields: readonly FieldChange[];
}

/** By kind, then by id; nothing where nothing differs. A new id is one removed and one added: nobody can know that they are the same. */
export function comparePlants(before: readonly PlantItem[], after: readonly PlantItem[]): readonly PlantChange[] {
  const old = byKey(before);
  const young = byKey(after);
  const changes: PlantChange[] = [];
  for (const [key, item] of young) {
    const fields = fieldChanges(old.get(key)?.fields ?? new Map(), item.fields);
    if (!old.has(key)) changes.push(changeOf('added', item, fields));
    else if (fields.length > 0) changes.push(changeOf('changed', item, fields));
  }
  for (const [key, item] of old) if (!young.has(key)) changes.push(changeOf('removed', item, fieldChanges(item.fields, new Map())));
  return changes.toSorted(
    (a, b) => plantItemKinds.indexOf(a.kind) - plantItemKinds.indexOf(b.kind) || a.id.localeCompare(b.id, 'en', { numeric: true }),
  );
}

const byKey = (items: readonly PlantItem[]): ReadonlyMap<string, PlantItem> =>
  new Map(items.map((item) => [`${item.kind} ${item.id}`, item]));

function changeOf(change: PlantChange['change'], { kind, id, stationId }: PlantItem, fields: readonly FieldChange[]): PlantChange {
  return { change, kind, id, stationId, fields };
}

function fieldChanges(before: ReadonlyMap<string, FieldValue>, after: ReadonlyMap<string, FieldValue>): readonly FieldChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) => {
    const [was, is] = [before.get(field) ?? null, after.get(field) ?? null];
    return was === is ? [] : [{ field, before: was, after: is }];
  });
}
