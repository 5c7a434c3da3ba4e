// The scripted month: its calendar and its plant. Seven stations, of which two lack what a station should have.
import { parsePlantText } from '../../../domain/plant/parse-plant-file.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** 1 July 2026, midnight in Shanghai. */
export const t0 = Date.UTC(2026, 5, 30, 16);
export const at = (days: number, hours = 0, minutes = 0) => t0 + (days - 1) * day + hours * hour + minutes * minute;
export const monthEnd = at(32);
export const serverAway = { fromMs: at(20, 2), toMs: at(20, 4) };

const gasAlarm = ', alarms: [{ kind: highHigh, setpoint: 50, priority: critical, class: safety, response: r }]';
const detector = (alarm: string) =>
  `{ tag: GD-1, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { address: 2, type: float32 }, defaultAlarms: false${alarm} }`;
const cutOff =
  '{ tag: SSV-1, name: { zh: 切断阀, en: Slam-shut }, kind: discrete, role: slamShut, register: { address: 4, type: uint16 }, defaultAlarms: false }';

const stationText = (id: string, more: readonly string[], highAt = 0.5, video = '') => `
  - id: ${id}
    type: regulating
    name: { zh: 站 ${id}, en: Station ${id} }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-1, name: { zh: 出站压力, en: Outlet }, unit: MPa, range: { min: 0, max: 1 }, role: outletPressure, register: { address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: ${highAt}, priority: high, response: r }] }
          - { tag: TT-1, name: { zh: 温度, en: Temperature }, unit: '°C', range: { min: -40, max: 80 }, register: { address: 6, type: float32 }, defaultAlarms: false }
${more.map((point) => `          - ${point}`).join('\n')}
${video}`;

const cameraText = (id: string, hasRecorder: boolean) => `
      - id: ${id}
        name: { zh: 摄像机 ${id}, en: Camera ${id} }
        rtsp: "rtsp://10.0.0.1:554/${id}"
        onvif: "http://10.0.0.1/${id}/onvif/device_service"${hasRecorder ? '\n        recorder: { id: NVR-1 }' : ''}`;
const video = `    recorders: [{ id: NVR-1, onvif: "http://10.0.0.9/onvif/device_service" }]
    cameras:${cameraText('CAM-1', true)}${cameraText('CAM-2', false)}${cameraText('CAM-3', true)}
`;

const guarded = [detector(gasAlarm), cutOff];
const text = (highAtOfSix: number) => `schema: 1
company: { id: t, name: { zh: 测试, en: Test }, timeZone: Asia/Shanghai }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:${['GS-01', 'GS-02', 'GS-03', 'GS-04'].map((id) => stationText(id, guarded)).join('')}${stationText('GS-05', [detector(''), cutOff])}${stationText('GS-06', [], highAtOfSix)}${stationText('GS-07', guarded, 0.5, video)}
responsePlans:
  - { id: one, stations: [GS-01], revised: '2025-07-12', contacts: [{ name: 消防, role: 灭火, phone: '119' }] }
  - { id: three, stations: [GS-03, GS-04, GS-05], revised: '2026-05-01', contacts: [{ name: 消防, role: 灭火, phone: '119' }] }
  - { id: six, stations: [GS-06] }
  - { id: seven, stations: [GS-07], revised: '2026-05-01', contacts: [{ name: 社区, role: 疏散, phone: '0571-0000001' }] }
patrols:
  places:
    - { id: gate, name: { zh: 大门, en: Gate } }
    - { id: skid, name: { zh: 调压橇, en: Skid } }
  rounds:
    - id: daily
      name: { zh: 日常巡查, en: Daily patrol }
      stations: [GS-07]
      times: ['08:00']
      within: 2h
      warnBefore: 30min
      lateFor: 1h
      points:
        - { place: gate }
        - { place: skid, items: [{ id: valve, text: { zh: 阀门, en: Valve } }] }
    - id: fire
      name: { zh: 消防检查, en: Fire check }
      kind: checkList
      stations: [GS-07]
      times: ['09:00']
      weekdays: [1]
      within: 8h
      lateFor: 2h
      points:
        - { place: gate, items: [{ id: extinguisher, text: { zh: 灭火器, en: Extinguisher } }] }
`;

function plantOf(given: string) {
  const parsed = parsePlantText(given, { version: 'v1' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

export const plantOfFile = plantOf(text(0.5));
/** With a level of GS-06 that two people have approved, and that is laxer than the file's: until the server is away. */
export const relaxedPlant = plantOf(text(0.6));
