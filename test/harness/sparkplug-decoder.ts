// Reads Sparkplug B payloads from the bytes by the wire format of protocol buffers alone: a second opinion that shares nothing with the encoder under test.
// Field numbers: Eclipse Sparkplug 3.0, chapter 6.4.

export interface DecodedMetric {
  readonly name: string | null;
  readonly alias: number | null;
  readonly timestamp: number | null;
  readonly datatype: number | null;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  readonly value: number | boolean | string | null;
  readonly properties: Readonly<Record<string, number | boolean | string | null>>;
}

export interface DecodedPayload {
  readonly timestamp: number | null;
  readonly seq: number | null;
  readonly metrics: readonly DecodedMetric[];
}

type Field = { readonly number: number; readonly content: bigint | Buffer };

function fieldsOf(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error('the payload ends within a number');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('the payload ends within a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = key >> 3;
    switch (key & 7) {
      case 0:
        fields.push({ number, content: varint() });
        break;
      case 1:
        fields.push({ number, content: take(8) });
        break;
      case 2:
        fields.push({ number, content: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, content: take(4) });
        break;
      default:
        throw new Error(`wire type ${key & 7} of field ${number} is not known`);
    }
  }
  return fields;
}

const numberIn = (fields: readonly Field[], number: number): number | null => {
  const content = fields.find((field) => field.number === number)?.content;
  return typeof content === 'bigint' ? Number(content) : null;
};
const bytesIn = (fields: readonly Field[], number: number): Buffer | null => {
  const content = fields.find((field) => field.number === number)?.content;
  return content === undefined || typeof content === 'bigint' ? null : content;
};

/** `numbers`: of the int, long, float, double, boolean and string field. */
function valueIn(fields: readonly Field[], numbers: readonly [number, number, number, number, number, number], datatype: number | null) {
  const [int, long, float, double, boolean, string] = numbers;
  const asInt = numberIn(fields, int);
  // Signed types of up to 32 bits travel as their two's complement.
  if (asInt !== null) return datatype !== null && datatype <= 3 ? asInt | 0 : asInt;
  const asBoolean = numberIn(fields, boolean);
  if (asBoolean !== null) return asBoolean === 1;
  return (
    numberIn(fields, long) ??
    bytesIn(fields, float)?.readFloatLE(0) ??
    bytesIn(fields, double)?.readDoubleLE(0) ??
    bytesIn(fields, string)?.toString('utf8') ??
    null
  );
}

function propertiesOf(bytes: Buffer | null): DecodedMetric['properties'] {
  if (bytes === null) return {};
  const fields = fieldsOf(bytes);
  const keys = fields.filter(({ number }) => number === 1).map(({ content }) => (content as Buffer).toString('utf8'));
  const values = fields.filter(({ number }) => number === 2).map(({ content }) => fieldsOf(content as Buffer));
  if (keys.length !== values.length) throw new Error('a property set has as many keys as values');
  return Object.fromEntries(
    keys.map((key, index) => [key, valueIn(values[index] ?? [], [3, 4, 5, 6, 7, 8], numberIn(values[index] ?? [], 1))]),
  );
}

export function decodeSparkplug(bytes: Buffer): DecodedPayload {
  const payload = fieldsOf(bytes);
  return {
    timestamp: numberIn(payload, 1),
    seq: numberIn(payload, 3),
    metrics: payload
      .filter(({ number }) => number === 2)
      .map(({ content }) => {
        const fields = fieldsOf(content as Buffer);
        const datatype = numberIn(fields, 4);
        return {
          name: bytesIn(fields, 1)?.toString('utf8') ?? null,
          alias: numberIn(fields, 2),
          timestamp: numberIn(fields, 3),
          datatype,
          isHistorical: numberIn(fields, 5) === 1,
          isNull: numberIn(fields, 7) === 1,
          value: valueIn(fields, [10, 11, 12, 13, 14, 15], datatype),
          properties: propertiesOf(bytesIn(fields, 9)),
        };
      }),
  };
}
