// From an OPC UA DataValue to a raw number with quality and time. Source: OPC UA Part 4, clause 7.7 (DataValue), Part 8 (Data Access status codes).
import { DataType, type DataValue, type StatusCode, StatusCodes, Variant, VariantArrayType } from 'node-opcua';
import { Quality, type QualityCode } from '../../../domain/readings/quality.ts';

export interface OpcuaReading {
  readonly value: number;
  readonly quality: QualityCode;
  readonly text: string | null;
  readonly timeMs: number;
}

/** A device clock further off than this is not believed: its stamps would poison history and detection. */
const clockToleranceMs = 60_000;

const qualityByStatus: ReadonlyMap<number, QualityCode> = new Map([
  [StatusCodes.BadNotConnected.value, Quality.badCommFail],
  [StatusCodes.BadNoCommunication.value, Quality.badCommFail],
  [StatusCodes.BadCommunicationError.value, Quality.badCommFail],
  [StatusCodes.BadDeviceFailure.value, Quality.badInstrumentFault],
  [StatusCodes.BadSensorFailure.value, Quality.badInstrumentFault],
  [StatusCodes.BadOutOfService.value, Quality.badOutOfService],
  [StatusCodes.BadWaitingForInitialData.value, Quality.badNotYetRead],
  [StatusCodes.BadNodeIdUnknown.value, Quality.badConfigurationError],
  [StatusCodes.BadNodeIdInvalid.value, Quality.badConfigurationError],
  [StatusCodes.BadConfigurationError.value, Quality.badConfigurationError],
  [StatusCodes.BadOutOfRange.value, Quality.badOutOfRange],
  [StatusCodes.UncertainSubstituteValue.value, Quality.uncertainSubstituted],
  [StatusCodes.UncertainEngineeringUnitsExceeded.value, Quality.uncertainEngineeringUnitsExceeded],
]);

/** The low 16 bits carry flags (overflow, limits), not the reason. */
export function qualityOf(status: StatusCode): QualityCode {
  const code = (status.value & 0xffff_0000) >>> 0;
  const known = qualityByStatus.get(code);
  if (known !== undefined) return known;
  const severity = code >>> 30;
  return severity === 0 ? Quality.good : severity === 1 ? Quality.uncertainInaccurate : Quality.bad;
}

export function readingOf(dataValue: DataValue, nowMs: number): OpcuaReading {
  const timeMs = believable(dataValue.sourceTimestamp, nowMs) ?? believable(dataValue.serverTimestamp, nowMs) ?? nowMs;
  const quality = qualityOf(dataValue.statusCode);
  const { value } = dataValue;
  if (!(value instanceof Variant) || value.dataType === DataType.Null || value.arrayType !== VariantArrayType.Scalar) {
    return { value: Number.NaN, quality: quality === Quality.good ? Quality.badConfigurationError : quality, text: null, timeMs };
  }
  if (value.dataType === DataType.String || value.dataType === DataType.LocalizedText) {
    const text = value.dataType === DataType.String ? value.value : value.value?.text;
    return { value: Number.NaN, quality, text: typeof text === 'string' ? text : '', timeMs };
  }
  return { value: numberOf(value), quality, text: null, timeMs };
}

function believable(stamp: Date | null | undefined, nowMs: number): number | null {
  if (stamp === null || stamp === undefined) return null;
  const ms = stamp.getTime();
  return Math.abs(ms - nowMs) <= clockToleranceMs ? ms : null;
}

function numberOf(variant: Variant): number {
  const { value, dataType } = variant;
  switch (dataType) {
    case DataType.Boolean:
      return value === true ? 1 : 0;
    // 64-bit integers arrive as [high, low] words.
    case DataType.Int64:
      return (value[0] | 0) * 4_294_967_296 + (value[1] >>> 0);
    case DataType.UInt64:
      return (value[0] >>> 0) * 4_294_967_296 + (value[1] >>> 0);
    case DataType.DateTime:
      return value instanceof Date ? value.getTime() : Number.NaN;
    default:
      return typeof value === 'number' ? value : Number.NaN;
  }
}
