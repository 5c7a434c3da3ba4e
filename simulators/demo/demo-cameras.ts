// The cameras and recorders of the demo plant: one or two at every station, behind one RTSP and one ONVIF socket.
import { named } from './station-builder.ts';

export const cameraPasswordVariable = 'GATEWATCH_DEMO_CAMERA_PASSWORD';
/** Names of the sockets, among those of the devices. */
export const rtspName = 'cameras.rtsp';
export const onvifName = 'cameras.onvif';

type Name = readonly [zh: string, en: string];

const camerasOf: Readonly<Record<string, readonly (readonly [name: Name, zone: Name])[]>> = {
  'GS-01': [
    [
      ['工艺区摄像机', 'Process area camera'],
      ['工艺区', 'Process area'],
    ],
    [
      ['大门摄像机', 'Gate camera'],
      ['大门', 'Entrance'],
    ],
  ],
  'GS-02': [
    [
      ['工艺区摄像机', 'Process area camera'],
      ['工艺区', 'Process area'],
    ],
  ],
  'RS-01': [
    [
      ['调压间摄像机', 'Regulator room camera'],
      ['调压间', 'Regulator room'],
    ],
  ],
  'RS-02': [
    [
      ['调压间摄像机', 'Regulator room camera'],
      ['调压间', 'Regulator room'],
    ],
  ],
  'DR-01': [
    [
      ['柜前摄像机', 'Cabinet camera'],
      ['柜前', 'In front of the cabinet'],
    ],
  ],
  'ST-01': [
    [
      ['罐区摄像机', 'Tank farm camera'],
      ['罐区', 'Tank farm'],
    ],
  ],
  'CN-01': [
    [
      ['加气岛摄像机', 'Dispenser camera'],
      ['加气岛', 'Dispensers'],
    ],
  ],
  'LP-01': [
    [
      ['灌装间摄像机', 'Filling hall camera'],
      ['灌装间', 'Filling hall'],
    ],
  ],
};

export function demoCameras(
  stationId: string,
  { host, portOf }: { readonly host: string; readonly portOf: (name: string) => number },
): object {
  const cameras = camerasOf[stationId] ?? [];
  if (cameras.length === 0) return {};
  const user = { name: 'gatewatch', passwordEnv: cameraPasswordVariable };
  const onvif = (name: string) => `http://${host}:${portOf(onvifName)}/${name}/onvif/device_service`;
  return {
    recorders: [{ id: 'NVR-1', name: named(['硬盘录像机', 'Video recorder']), onvif: onvif(`${stationId}.NVR-1`), user }],
    cameras: cameras.map(([name, zone], index) => {
      const id = `CAM-${index + 1}`;
      return {
        id,
        name: named(name),
        zone: named(zone),
        rtsp: `rtsp://${host}:${portOf(rtspName)}/${stationId}.${id}`,
        onvif: onvif(`${stationId}.${id}`),
        user,
        recorder: { id: 'NVR-1', recording: `${stationId}.${id}` },
        retention: '90d',
      };
    }),
  };
}
