// A plant of one station with simulated cameras and a recorder behind real sockets, for tests of both halves.
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { CameraFaults } from '../../simulators/cameras/camera-faults.ts';
import { type CameraSimulators, startCameras } from '../../simulators/cameras/start-cameras.ts';
import { freePorts } from '../../simulators/free-ports.ts';

export interface CameraPlant {
  readonly plant: Plant;
  readonly text: string;
  readonly faults: CameraFaults;
  readonly simulators: CameraSimulators;
  readonly password: string;
}

export function cameraPlantText(rtspPort: number, onvifPort: number, darkAfter = '30min'): string {
  return `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 门站, en: Gate }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 127.0.0.1
        points:
          - { tag: GD-501, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { table: holding, address: 2, type: float32 }, defaultAlarms: false, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, class: safety, response: r }] }
    recorders:
      - { id: NVR-1, onvif: "http://127.0.0.1:${onvifPort}/GS-01.NVR-1/onvif/device_service", user: { name: admin, passwordEnv: NONE } }
    cameras:
      - id: CAM-1
        name: { zh: 工艺区, en: Process area }
        rtsp: "rtsp://127.0.0.1:${rtspPort}/GS-01.CAM-1"
        onvif: "http://127.0.0.1:${onvifPort}/GS-01.CAM-1/onvif/device_service"
        user: { name: admin, passwordEnv: NONE }
        recorder: { id: NVR-1, recording: GS-01.CAM-1 }
        timeout: 5s
        probe: 1s
        picture: { frozenAfter: 1s }
        darkAfter: ${darkAfter}
`;
}

export async function startCameraPlant(options: { readonly nowMs?: () => number; readonly darkAfter?: string } = {}): Promise<CameraPlant> {
  const { nowMs = Date.now, darkAfter } = options;
  const [rtspPort = 0, onvifPort = 0] = await freePorts('127.0.0.1', 2);
  const text = cameraPlantText(rtspPort, onvifPort, darkAfter);
  const parsed = parsePlantText(text, { version: 'cameras' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const faults = new CameraFaults();
  const password = 'geheim & <wichtig>';
  const { plant } = parsed;
  const simulators = await startCameras({ host: '127.0.0.1', rtspPort, onvifPort, plant, password, faults, nowMs });
  return { plant, text, faults, simulators, password };
}
