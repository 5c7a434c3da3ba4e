// The last values as the OPC UA thread was told them, made into DataValues only when somebody reads. A value of bad quality is not passed on:
// a client that does not look at the status must not take an old or an inhibited number for the present one.
import { DataType, DataValue, StatusCodes, Variant } from 'node-opcua';
import { isBad, Quality } from '../../../domain/readings/quality.ts';
import { isBinary } from '../binary-point.ts';
import type { ModelPoint, ValueColumns } from './opcua-messages.ts';
import { statusOfQuality } from './quality-status.ts';

export class ValueTable {
  readonly #points: readonly ModelPoint[];
  readonly #timeMs: Float64Array;
  readonly #value: Float64Array;
  readonly #quality: Uint8Array;
  readonly #text = new Map<number, string>();
  /** Made at the first reading after a change. */
  readonly #made: (DataValue | undefined)[];

  constructor(points: readonly ModelPoint[]) {
    this.#points = points;
    this.#timeMs = new Float64Array(points.length);
    this.#value = new Float64Array(points.length).fill(Number.NaN);
    this.#quality = new Uint8Array(points.length).fill(Quality.badNotYetRead);
    this.#made = new Array<DataValue | undefined>(points.length);
  }

  put(columns: ValueColumns): void {
    columns.point.forEach((point, row) => {
      this.#timeMs[point] = columns.timeMs[row] ?? 0;
      this.#value[point] = columns.value[row] ?? Number.NaN;
      this.#quality[point] = columns.quality[row] ?? Quality.bad;
      const text = columns.text.get(row);
      if (text !== undefined) this.#text.set(point, text);
      this.#made[point] = undefined;
    });
  }

  qualityOf(point: number): number {
    return this.#quality[point] ?? Quality.bad;
  }

  dataValueOf(point: number): DataValue {
    const known = this.#made[point];
    if (known !== undefined) return known;
    const made = this.#make(point);
    this.#made[point] = made;
    return made;
  }

  #make(index: number): DataValue {
    const point = this.#points[index];
    const quality = this.qualityOf(index);
    const timeMs = this.#timeMs[index] ?? 0;
    const stamp = timeMs === 0 ? {} : { sourceTimestamp: new Date(timeMs) };
    const value = point === undefined || isBad(quality) ? null : this.#variantOf(point);
    if (value !== null) return new DataValue({ value, statusCode: statusOfQuality(quality), ...stamp });
    // Good without a number cannot be.
    return new DataValue({ statusCode: isBad(quality) ? statusOfQuality(quality) : StatusCodes.BadWaitingForInitialData, ...stamp });
  }

  #variantOf(point: ModelPoint): Variant | null {
    if (point.kind === 'text') {
      const text = this.#text.get(point.index);
      return text === undefined ? null : new Variant({ dataType: DataType.String, value: text });
    }
    const value = this.#value[point.index] ?? Number.NaN;
    if (!Number.isFinite(value)) return null;
    if (isBinary(point)) return new Variant({ dataType: DataType.Boolean, value: value !== 0 });
    if (point.kind === 'discrete' && point.states !== null && point.states.length > 0)
      return new Variant({ dataType: DataType.Int32, value: Math.trunc(value) });
    return new Variant({ dataType: DataType.Double, value });
  }
}
