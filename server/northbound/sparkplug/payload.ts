// The Sparkplug B payload on the wire. The message shapes are written from the specification's field numbers (Eclipse Sparkplug 3.0, chapter 6.4); protobufjs
// does the encoding. Only what Gatewatch sends and understands is here.
import protobuf from 'protobufjs/light.js';

/** Sparkplug 3.0, 6.4.16: data types of metrics and properties. */
export const SparkplugType = { int32: 3, int64: 4, double: 10, boolean: 11, string: 12, dateTime: 13 } as const;
type SparkplugTypeCode = (typeof SparkplugType)[keyof typeof SparkplugType];

export type SparkplugValue = number | boolean | string | null;

export interface SparkplugProperty {
  readonly type: SparkplugTypeCode;
  readonly value: SparkplugValue;
}

export interface SparkplugMetric {
  /** In births, and where there is no alias. */
  readonly name?: string;
  readonly alias?: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly type: SparkplugTypeCode;
  readonly value: SparkplugValue;
  readonly isHistorical?: boolean;
  readonly properties?: Readonly<Record<string, SparkplugProperty>>;
}

export interface SparkplugPayload {
  readonly timestamp: number;
  /** Absent in a death. */
  readonly seq?: number;
  readonly metrics: readonly SparkplugMetric[];
}

const field = (type: string, id: number, rule?: 'repeated') => ({ type, id, ...(rule === undefined ? {} : { rule }) });

/** proto2: a field that is given is sent, also where it is 0, false or empty. */
const edition = 'proto2';

const root = protobuf.Root.fromJSON({
  nested: {
    PropertyValue: {
      edition,
      oneofs: { value: { oneof: ['intValue', 'longValue', 'doubleValue', 'booleanValue', 'stringValue'] } },
      fields: {
        type: field('uint32', 1),
        isNull: field('bool', 2),
        intValue: field('uint32', 3),
        longValue: field('uint64', 4),
        doubleValue: field('double', 6),
        booleanValue: field('bool', 7),
        stringValue: field('string', 8),
      },
    },
    PropertySet: { edition, fields: { keys: field('string', 1, 'repeated'), values: field('PropertyValue', 2, 'repeated') } },
    Metric: {
      edition,
      oneofs: { value: { oneof: ['intValue', 'longValue', 'doubleValue', 'booleanValue', 'stringValue'] } },
      fields: {
        name: field('string', 1),
        alias: field('uint64', 2),
        timestamp: field('uint64', 3),
        datatype: field('uint32', 4),
        isHistorical: field('bool', 5),
        isNull: field('bool', 7),
        properties: field('PropertySet', 9),
        intValue: field('uint32', 10),
        longValue: field('uint64', 11),
        doubleValue: field('double', 13),
        booleanValue: field('bool', 14),
        stringValue: field('string', 15),
      },
    },
    Payload: { edition, fields: { timestamp: field('uint64', 1), metrics: field('Metric', 2, 'repeated'), seq: field('uint64', 3) } },
  },
});
const payloadType = root.lookupType('Payload');

export function encodePayload(payload: SparkplugPayload): Buffer {
  const message = {
    timestamp: payload.timestamp,
    ...(payload.seq === undefined ? {} : { seq: payload.seq }),
    metrics: payload.metrics.map(({ name, alias, timestamp, type, value, isHistorical, properties }) => ({
      ...(name === undefined ? {} : { name }),
      ...(alias === undefined ? {} : { alias }),
      timestamp,
      datatype: type,
      ...(isHistorical === true ? { isHistorical } : {}),
      ...valueField(type, value),
      ...(properties === undefined
        ? {}
        : {
            properties: {
              keys: Object.keys(properties),
              values: Object.values(properties).map((property) => ({ type: property.type, ...valueField(property.type, property.value) })),
            },
          }),
    })),
  };
  return Buffer.from(payloadType.encode(message).finish());
}

/** Metrics of a command: name and value, as much as is understood. Null where it is no payload. */
export function decodeCommand(bytes: Uint8Array): readonly { readonly name: string; readonly value: SparkplugValue }[] | null {
  try {
    const { metrics = [] } = payloadType.toObject(payloadType.decode(bytes), { longs: Number }) as {
      metrics?: {
        name?: string;
        intValue?: number;
        longValue?: number;
        doubleValue?: number;
        booleanValue?: boolean;
        stringValue?: string;
      }[];
    };
    return metrics.map(({ name = '', intValue, longValue, doubleValue, booleanValue, stringValue }) => ({
      name,
      value: booleanValue ?? intValue ?? longValue ?? doubleValue ?? stringValue ?? null,
    }));
  } catch {
    return null;
  }
}

function valueField(type: SparkplugTypeCode, value: SparkplugValue): object {
  if (value === null) return { isNull: true };
  switch (type) {
    case SparkplugType.int32:
      // Signed numbers travel as their two's complement.
      return { intValue: Number(value) >>> 0 };
    case SparkplugType.int64:
    case SparkplugType.dateTime:
      return { longValue: Number(value) };
    case SparkplugType.double:
      return { doubleValue: Number(value) };
    case SparkplugType.boolean:
      return { booleanValue: value === true };
    case SparkplugType.string:
      return { stringValue: String(value) };
  }
}
