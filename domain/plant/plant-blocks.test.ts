// Copied stations and devices from profiles are valid as they come; a fault in a block is told with the block's own line.
import { expect, test } from 'vitest';
import { checkText, copyStation, deviceFromProfile } from './plant-blocks.ts';
import { deviceProfiles } from './profiles/device-profiles.ts';

const plantText = `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 门站, en: Gate }
    area: a
    position: { latitude: 30, longitude: 104 }
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 192.168.10.20
        points:
          # a comment
          - { tag: PT-101, name: 压力, unit: MPa, range: { min: 0, max: 10 }, register: { address: 4, type: float32 } }
      - id: PLC-2
        protocol: opcua
        endpoint: opc.tcp://192.168.10.30:4840
        serverThumbprint: 0123456789abcdef0123456789abcdef01234567
        points: [{ tag: PT-201, name: 压力, unit: MPa, range: { min: 0, max: 1 }, node: 'ns=1;s=x' }]
`;
const ask = {
  from: 'GS-01',
  id: 'GS-02',
  name: { zh: '新站', en: 'New' },
  hosts: { '192.168.10.20': '192.168.11.20', 'opc.tcp://192.168.10.30:4840': 'opc.tcp://192.168.11.30:4840' },
};

function blockOf(result: ReturnType<typeof copyStation>): string {
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.text;
}

test('a copy has its own id, name and hosts, no certificate and no place of the other, and fits at the end of the file', () => {
  const block = blockOf(copyStation(plantText, ask));
  expect(block).toContain('  - id: GS-02');
  expect(block).toContain('host: 192.168.11.20');
  expect(block).toContain('endpoint: opc.tcp://192.168.11.30:4840');
  expect(block).not.toMatch(/serverThumbprint|position|192\.168\.10\./);
  expect(checkText(plantText, { text: block, place: { kind: 'station' } })).toMatchObject({ kind: 'ok' });
  // Really pasted, as the person will do it.
  expect(checkText('', { text: `${plantText}${block}`, place: { kind: 'plant' } })).toMatchObject({ kind: 'ok' });
});

test('a copy of what is not there, or onto what is, is refused', () => {
  expect(copyStation(plantText, { ...ask, from: 'GS-09' })).toEqual({ kind: 'refused', reason: 'there is no station GS-09' });
  expect(copyStation(plantText, { ...ask, id: 'GS-01' })).toMatchObject({ kind: 'refused' });
});

test.each([...deviceProfiles.keys()])('a device from profile %s fits a station as it comes', (profileId) => {
  const block = blockOf(
    deviceFromProfile({
      stationId: 'GS-01',
      profileId,
      deviceId: 'NEW-1',
      protocol: 'modbusTcp',
      host: '192.168.10.40',
      port: 502,
      unitId: 3,
      firstLoop: 501,
      channels: 4,
    }),
  );
  const checked = checkText(plantText, { text: block, place: { kind: 'device', stationId: 'GS-01' } });
  expect(checked.kind === 'invalid' ? checked.issues : []).toEqual([]);
});

test('a fault in a block is told with the block’s own line and path', () => {
  const block = `- id: GS-02
  type: gate
  name: 新站
  area: a
  devices:
    - id: PLC-1
      protocol: modbusTcp
      host: 192.168.11.20
      points:
        - tag: PT-101
          name: 压力
          unit: MPa
          range: { min: 10, max: 0 }
          register: { address: 4, type: float23 }
`;
  const checked = checkText(plantText, { text: block, place: { kind: 'station' } });
  expect(checked.kind === 'invalid' ? checked.issues.map(({ line, path }) => ({ line, path: path.join('.') })) : []).toEqual([
    { line: 14, path: '0.devices.0.points.0.register.type' },
  ]);
  const other = checkText(plantText, { text: block.replace('float23', 'float32'), place: { kind: 'station' } });
  expect(other.kind === 'invalid' ? other.issues.map(({ line, message }) => ({ line, message })) : []).toEqual([
    { line: 13, message: expect.stringContaining('range ends') },
  ]);
});

test('a block that is no YAML, no list of things, or for a station that is not there', () => {
  expect(checkText(plantText, { text: '- id: [', place: { kind: 'station' } })).toMatchObject({ kind: 'invalid', issues: [{ line: 1 }] });
  expect(checkText(plantText, { text: 'hello', place: { kind: 'station' } })).toMatchObject({ kind: 'invalid', issues: [{ line: 1 }] });
  expect(checkText(plantText, { text: '- id: X', place: { kind: 'device', stationId: 'GS-09' } })).toMatchObject({ kind: 'invalid' });
});
