// What can happen to a camera of the demo plant, by name. By hand only: a camera that is dark for minutes is no alarm, and the demo's story is about gas.
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { CameraFaultKind } from '../cameras/camera-faults.ts';
import { type Place, type Scenario, ScenarioError } from './scenario.ts';

const names: Readonly<Record<CameraFaultKind, readonly [name: string, title: LocalizedText]>> = {
  black: ['camera-black', { zh: '摄像机黑屏', en: 'Camera black' }],
  covered: ['camera-covered', { zh: '镜头被遮挡', en: 'Camera covered' }],
  blurred: ['camera-blurred', { zh: '镜头失焦', en: 'Camera out of focus' }],
  frozen: ['camera-frozen', { zh: '画面冻结', en: 'Camera frozen' }],
  clock: ['camera-clock', { zh: '摄像机时钟偏差', en: 'Camera clock off' }],
  noRecording: ['camera-not-recorded', { zh: '录像机停录', en: 'Camera not recorded' }],
  wrongPassword: ['camera-password', { zh: '摄像机密码被改', en: 'Camera password changed' }],
  silent: ['camera-hangs', { zh: '摄像机死机', en: 'Camera hangs' }],
  refuse: ['camera-off', { zh: '摄像机断线', en: 'Camera off the network' }],
  noPicture: ['camera-no-picture', { zh: '摄像机无图像', en: 'Camera streams nothing' }],
};

function cameraOf({ network, process, request }: Place): string {
  const cameras = process.station.deviceIndexes.flatMap((index) => {
    const device = network.plant.devices[index];
    return device?.protocol === 'camera' ? [device.id] : [];
  });
  const found = request.point === undefined ? cameras[0] : cameras.find((id) => id === request.point || id.endsWith(`.${request.point}`));
  if (found === undefined) throw new ScenarioError(`station ${process.station.id} has no camera ${request.point ?? ''}`);
  return found;
}

export const cameraScenarios: readonly Scenario[] = (Object.entries(names) as [CameraFaultKind, (typeof names)[CameraFaultKind]][]).map(
  ([kind, [name, title]]) => ({
    name,
    title,
    station: 'RS-02',
    seconds: 2_700,
    isBig: false,
    isByHand: true,
    begin: (place) => {
      const cameraId = cameraOf(place);
      place.network.cameraFaults.begin(cameraId, kind, place.network.timeMs);
      return () => place.network.cameraFaults.end(cameraId, kind, place.network.timeMs);
    },
  }),
);
