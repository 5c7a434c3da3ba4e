// Cameras of a plant file: what they become, and what is refused with its place.
import { expect, test } from 'vitest';
import { parsePlantText } from './parse-plant-file.ts';

const text = (cameras: string, recorders = '') => `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: 站
    area: a
${recorders}    cameras:
${cameras}`;
const recorder = '    recorders: [{ id: NVR-1, onvif: "http://10.0.0.9/onvif/device_service" }]\n';

function issuesOf(plantText: string): (readonly [path: string, line: number | null])[] {
  const parsed = parsePlantText(plantText, { version: 'v' });
  return parsed.kind === 'ok' ? [] : parsed.issues.map(({ path, line }) => [path.join('.'), line]);
}

test('a camera is a device with points for what is measured of it, and alarms after the time of the plant file', () => {
  const parsed = parsePlantText(
    text(
      '      - { id: CAM-1, name: 甲, rtsp: "rtsp://10.0.0.1/a", onvif: "http://10.0.0.1/onvif/device_service", recorder: { id: NVR-1, recording: r1 }, darkAfter: 10min, priority: high }\n      - { id: CAM-G2, name: 乙, rtsp: "rtsp://10.0.0.2/b" }\n',
      recorder,
    ),
    { version: 'v' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const { plant } = parsed;
  expect(plant.devices.map(({ id, protocol }) => [id, protocol])).toEqual([
    ['GS-01.CAM-1', 'camera'],
    ['GS-01.CAM-G2', 'camera'],
  ]);
  expect(plant.devices[0]).toMatchObject({
    recorder: { id: 'NVR-1', recording: 'r1' },
    probeEveryMs: 30_000,
    retentionMs: 90 * 86_400_000,
  });
  expect(plant.points.map(({ id, source, role }) => [id, source.kind === 'camera' ? source.signal : '', role])).toEqual([
    ['GS-01.CAMXS-1', 'picture', 'camera'],
    ['GS-01.CAMKD-1', 'clockOffset', 'camera'],
    ['GS-01.CAMRS-1', 'recordedShare', 'camera'],
    ['GS-01.CAMRT-1', 'retention', 'camera'],
    // Without ONVIF and recorder neither clock nor recording is known.
    ['GS-01.CAMXS-G2', 'picture', 'camera'],
  ]);
  const alarm = (id: string) => plant.alarms.find((candidate) => candidate.id === id);
  expect(alarm('GS-01.CAM-1.commFail')).toMatchObject({ kind: 'commFail', afterMs: 600_000, priority: 'high', class: 'diagnostic' });
  expect(alarm('GS-01.CAMXS-1.cameraDark')).toMatchObject({ kind: 'state', onDelayMs: 600_000, priority: 'high' });
});

test('what is wrong is told with its place: a password in an address, a recorder that is not there, a camera twice', () => {
  expect(issuesOf(text('      - { id: CAM-1, name: 甲, rtsp: "rtsp://admin:12345@10.0.0.1/a" }\n'))).toEqual([
    ['stations.0.cameras.0.rtsp', 10],
  ]);
  expect(issuesOf(text('      - { id: CAM-1, name: 甲, rtsp: "rtsp://10.0.0.1/a", user: { name: admin } }\n'))).toEqual([
    ['stations.0.cameras.0.user', 10],
  ]);
  expect(issuesOf(text('      - { id: CAM-1, name: 甲, rtsp: "rtsp://10.0.0.1/a", recorder: { id: NVR-9 } }\n'))).toEqual([
    ['stations.0.cameras.0.recorder.id', 10],
  ]);
  const twice = '      - { id: CAM-1, name: 甲, rtsp: "rtsp://10.0.0.1/a" }\n      - { id: CAM-1, name: 乙, rtsp: "rtsp://10.0.0.1/b" }\n';
  expect(issuesOf(text(twice)).map(([path]) => path)).toContain('stations.0.cameras.1.id');
});
