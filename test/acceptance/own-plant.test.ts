// A plant file written by hand for devices made elsewhere: right values for every data type in every word order, on the screen's own API.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DataType } from 'node-opcua';
import { expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import type { pointViewSchema } from '../../domain/api/plant-api.ts';
import { type WordOrder, wordOrders } from '../../domain/plant/modbus-schema.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { runGatewatch, startGatewatch } from '../harness/gatewatch-process.ts';
import { startOtherModbusServer, startOtherOpcuaServer } from '../harness/other-devices.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

interface Sample {
  readonly type: string;
  readonly value: number | string;
  /** Big-endian bytes, as the Modbus specification has them. */
  readonly bytes: Buffer;
}

function bytes(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer;
}

const samples: readonly Sample[] = [
  { type: 'int16', value: -12_345, bytes: bytes(2, (b) => b.writeInt16BE(-12_345)) },
  { type: 'uint16', value: 54_321, bytes: bytes(2, (b) => b.writeUInt16BE(54_321)) },
  { type: 'int32', value: -123_456_789, bytes: bytes(4, (b) => b.writeInt32BE(-123_456_789)) },
  { type: 'uint32', value: 3_456_789_012, bytes: bytes(4, (b) => b.writeUInt32BE(3_456_789_012)) },
  { type: 'int64', value: -1_234_567_890_123_456, bytes: bytes(8, (b) => b.writeBigInt64BE(-1_234_567_890_123_456n)) },
  { type: 'uint64', value: 1_234_567_890_123_456, bytes: bytes(8, (b) => b.writeBigUInt64BE(1_234_567_890_123_456n)) },
  { type: 'float32', value: Math.fround(-0.4123), bytes: bytes(4, (b) => b.writeFloatBE(-0.4123)) },
  { type: 'float64', value: Math.PI * 1e6, bytes: bytes(8, (b) => b.writeDoubleBE(Math.PI * 1e6)) },
  { type: 'bcd16', value: 1_234, bytes: Buffer.from('1234', 'hex') },
  { type: 'bcd32', value: 12_345_678, bytes: Buffer.from('12345678', 'hex') },
  { type: 'bcd48', value: 123_456_789_012, bytes: Buffer.from('123456789012', 'hex') },
  { type: 'bcd64', value: 1_234_567_890_123_456, bytes: Buffer.from('1234567890123456', 'hex') },
];

/** ABCD as it is; CDAB words reversed; BADC bytes swapped in each word; DCBA both. */
function inOrder(source: Buffer, order: WordOrder): Buffer {
  let words: Buffer[] = [];
  for (let offset = 0; offset < source.length; offset += 2) words.push(Buffer.from(source.subarray(offset, offset + 2)));
  if (order === 'CDAB' || order === 'DCBA') words = words.reverse();
  if (order === 'BADC' || order === 'DCBA') for (const word of words) word.swap16();
  return Buffer.concat(words);
}

test('every data type in every word order, and every OPC UA type, from devices made elsewhere', async () => {
  const folder = temporaryFolder();
  const modbus = await startOtherModbusServer();
  onTestFinished(() => modbus.stop());
  const expected = new Map<string, number | string | boolean>();
  const points: string[] = [];
  const point = (tag: string, lines: string, value: number | string) => {
    expected.set(`GS-01.${tag}`, value);
    points.push(`          - tag: ${tag}\n            name: { zh: 点, en: Point }\n${lines}\n            defaultAlarms: false`);
  };
  const analog = '            range: { min: -1e18, max: 1e18 }\n';

  let address = 0;
  for (const [orderIndex, order] of wordOrders.entries()) {
    for (const [index, { type, value, bytes: source }] of samples.entries()) {
      inOrder(source, order).copy(modbus.holding, address * 2);
      point(
        `AI-${orderIndex + 1}${String(index).padStart(2, '0')}`,
        `${analog}            register: { table: holding, address: ${address}, type: ${type}, wordOrder: ${order} }`,
        value,
      );
      address += source.length / 2;
    }
  }
  modbus.input.writeInt16BE(-40, 0);
  point(
    'TT-501',
    `${analog}            scale: { factor: 0.1, offset: 5 }\n            register: { table: input, address: 0, type: int16 }`,
    1,
  );
  modbus.input.writeUInt16BE(0b0000_1011_0010_0100, 2);
  point('XS-502', '            kind: discrete\n            register: { table: input, address: 1, type: bit, bit: 5 }', 1);
  point('XS-503', '            kind: discrete\n            register: { table: input, address: 1, type: bit, bit: 4 }', 0);
  point(
    'XS-504',
    '            kind: discrete\n            register: { table: input, address: 1, type: bitField, bits: { from: 8, count: 4 } }',
    11,
  );
  modbus.input.write('GATE-7', 4, 'latin1');
  point('XT-505', '            kind: text\n            register: { table: input, address: 2, type: string, length: 3 }', 'GATE-7');
  modbus.coils[1] = 0b0000_0100; // coil 10
  point('XS-506', '            kind: discrete\n            register: { table: coil, address: 10, type: bit }', 1);
  modbus.discrete[0] = 0b0000_1000; // discrete input 3
  point('XS-507', '            kind: discrete\n            register: { table: discrete, address: 3, type: bit }', 1);

  const opcuaTypes: readonly { tag: string; dataType: DataType; value: unknown; shown: number | string; kind: string }[] = [
    { tag: 'XS-601', dataType: DataType.Boolean, value: true, shown: 1, kind: 'discrete' },
    { tag: 'AI-602', dataType: DataType.SByte, value: -7, shown: -7, kind: 'analog' },
    { tag: 'AI-603', dataType: DataType.Byte, value: 200, shown: 200, kind: 'analog' },
    { tag: 'AI-604', dataType: DataType.Int16, value: -12_345, shown: -12_345, kind: 'analog' },
    { tag: 'AI-605', dataType: DataType.UInt16, value: 54_321, shown: 54_321, kind: 'analog' },
    { tag: 'AI-606', dataType: DataType.Int32, value: -123_456_789, shown: -123_456_789, kind: 'analog' },
    { tag: 'AI-607', dataType: DataType.UInt32, value: 3_456_789_012, shown: 3_456_789_012, kind: 'analog' },
    { tag: 'AI-608', dataType: DataType.Int64, value: [0xffff_ffff, 0xffff_fffe], shown: -2, kind: 'analog' },
    { tag: 'AI-609', dataType: DataType.UInt64, value: [2, 5], shown: 2 * 2 ** 32 + 5, kind: 'analog' },
    { tag: 'AI-610', dataType: DataType.Float, value: Math.fround(0.3456), shown: Math.fround(0.3456), kind: 'analog' },
    { tag: 'AI-611', dataType: DataType.Double, value: Math.E, shown: Math.E, kind: 'analog' },
    { tag: 'XT-612', dataType: DataType.String, value: 'V2.1', shown: 'V2.1', kind: 'text' },
  ];
  const password = 'reader-password';
  const opcua = await startOtherOpcuaServer({
    folder,
    password,
    variables: opcuaTypes.map(({ tag, dataType, value }) => ({ name: tag, dataType, value })),
  });
  onTestFinished(() => opcua.stop());
  const modbusPoints = points.splice(0);
  for (const { tag, kind, shown } of opcuaTypes)
    point(tag, `${kind === 'analog' ? analog : `            kind: ${kind}\n`}            node: ns=1;s=${tag}`, shown);

  const plantFile = path.join(folder, 'my.yaml');
  writeFileSync(
    plantFile,
    `schema: 1
company: { id: mine, name: { zh: 我的燃气公司, en: My Gas Company } }
areas: [{ id: city, name: { zh: 市区, en: City } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 门站, en: Gate station }
    area: city
    devices:
      - id: RTU-1
        protocol: modbusTcp
        host: 127.0.0.1
        port: ${modbus.port}
        scan: 500ms
        points:
${modbusPoints.join('\n')}
      - id: PLC-2
        protocol: opcua
        endpoint: ${opcua.endpoint}
        serverThumbprint: ${opcua.thumbprint}
        user: { name: plc-reader, passwordEnv: GATEWATCH_SECRET_PLC_2 }
        points:
${points.join('\n')}
`,
  );
  const checked = await runGatewatch(['plant', 'check', plantFile]);
  expect(checked.output).toContain('no errors');
  expect(checked.code).toBe(0);

  const gatewatch = await startGatewatch({
    dataDir: path.join(folder, 'data'),
    arguments: ['--plant', plantFile, '--no-simulators'],
    environment: { GATEWATCH_SECRET_PLC_2: password },
  });
  onTestFinished(() => gatewatch.stop().then(() => undefined));
  const client = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  const shown = async () =>
    new Map(
      (await client.get<z.output<typeof pointViewSchema>[]>('/api/points')).map(({ id, latest }) => [
        id,
        { value: latest.value, severity: latest.quality.severity },
      ]),
    );
  const right = new Map([...expected].map(([id, value]) => [id, { value, severity: 'good' }]));
  await expect.poll(shown, { timeout: 20_000, interval: 250 }).toEqual(right);
  expect(right.size).toBe(samples.length * wordOrders.length + 7 + opcuaTypes.length);
});
