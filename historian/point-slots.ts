// The historian's own dense numbers for points. A batch indexes the points of one plant version; a slot means the same point across all versions.
import type { PointTable } from '../domain/readings/reading-batch.ts';

export class PointSlots {
  readonly #ids: string[] = [];
  readonly #slotById = new Map<string, number>();
  readonly #slotsByTable = new WeakMap<PointTable, Uint32Array>();

  /** Ids by slot. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** The slot of a known point, or null. */
  find(id: string): number | null {
    return this.#slotById.get(id) ?? null;
  }

  /** The slot of a point; a new point gets the next number. */
  slotOf(id: string): number {
    const known = this.#slotById.get(id);
    if (known !== undefined) return known;
    const slot = this.#ids.length;
    this.#ids.push(id);
    this.#slotById.set(id, slot);
    return slot;
  }

  /** Slots by the point index of a batch's table; worked out once a table. */
  slotsOf(table: PointTable): Uint32Array {
    const known = this.#slotsByTable.get(table);
    if (known !== undefined) return known;
    const slots = Uint32Array.from(table.ids, (id) => this.slotOf(id));
    this.#slotsByTable.set(table, slots);
    return slots;
  }
}
