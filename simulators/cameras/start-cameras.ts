// The cameras and recorders of a simulated plant behind one RTSP and one ONVIF socket, with faults on demand.
import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { CameraDevice, Plant, SignIn } from '../../domain/plant/plant.ts';
import { offsetMsOf } from '../../domain/time/zoned-time.ts';
import type { CameraFaults } from './camera-faults.ts';
import { drawScene, type SceneFault, sceneHeight, sceneWidth } from './draw-scene.ts';
import { keyFrame, parameterSets, unchangedFrame } from './encode-h264.ts';
import { type OnvifDevice, type OnvifServer, startOnvifServer } from './onvif-server.ts';
import { type RtspPath, type RtspServer, type StreamBehaviour, type StreamSource, startRtspServer } from './rtsp-server.ts';

export interface CameraSimulators {
  readonly rtsp: RtspServer;
  readonly onvif: OnvifServer;
  stop(): Promise<void>;
}

export interface CameraSimulatorOptions {
  readonly host: string;
  readonly rtspPort: number;
  readonly onvifPort: number;
  readonly plant: Plant;
  readonly password: string;
  readonly faults: CameraFaults;
  nowMs(): number;
}

const { sequence, picture } = parameterSets(sceneWidth, sceneHeight);
/** Frames from one key frame to the next: two seconds. */
const groupLength = 10;
const recordedDays = 95;
const clockFaultMs = 7 * 60_000;

export async function startCameras(options: CameraSimulatorOptions): Promise<CameraSimulators> {
  const cameras = options.plant.devices.filter(isCamera);
  const byId = new Map(cameras.map((camera): [string, CameraDevice] => [camera.id, camera]));
  const rtsp = await startRtspServer({
    host: options.host,
    port: options.rtspPort,
    nowMs: options.nowMs,
    pathOf(path) {
      const camera = byId.get(path.replace(/\/replay$/, ''));
      return camera === undefined ? null : pathOf(options, camera, path.endsWith('/replay'));
    },
  });
  const onvif = await startOnvifServer({
    host: options.host,
    port: options.onvifPort,
    deviceOf(name) {
      const camera = byId.get(name);
      return camera === undefined ? recorderOf(options, cameras, name) : cameraOf(options, camera);
    },
  });
  return {
    rtsp,
    onvif,
    async stop() {
      await rtsp.stop();
      await onvif.stop();
    },
  };
}

function signInOf({ password }: CameraSimulatorOptions, user: SignIn | null): { readonly name: string; readonly password: string } | null {
  return user === null ? null : { name: user.name, password };
}

function pathOf(options: CameraSimulatorOptions, camera: CameraDevice, isReplay: boolean): RtspPath {
  return {
    source: sourceOf(options, camera.id, isReplay),
    user: signInOf(options, camera.user),
    behaviour: () => (isReplay ? 'normal' : behaviourOf(options.faults, camera.id)),
  };
}

function cameraOf(options: CameraSimulatorOptions, camera: CameraDevice): OnvifDevice {
  const { faults, nowMs } = options;
  return {
    model: 'SIM-CAM',
    serialNumber: camera.id,
    user: signInOf(options, camera.user),
    nowMs: () => nowMs() + (faults.has(camera.id, 'clock') ? clockFaultMs : 0),
    isSilent: () => faults.has(camera.id, 'silent'),
    isPasswordChanged: () => faults.has(camera.id, 'wrongPassword'),
    streamUri: camera.rtsp,
    recordings: [],
  };
}

/** One recorder for all cameras of a station that name it. */
function recorderOf(options: CameraSimulatorOptions, cameras: readonly CameraDevice[], name: string): OnvifDevice | null {
  const { plant, faults, nowMs } = options;
  const recorded = cameras.filter(
    ({ recorder, stationIndex }) => recorder !== null && `${plant.stations[stationIndex]?.id}.${recorder.id}` === name,
  );
  const user = recorded[0]?.recorder?.user;
  if (user === undefined) return null;
  return {
    model: 'SIM-NVR',
    serialNumber: name,
    user: signInOf(options, user),
    nowMs,
    isSilent: () => false,
    isPasswordChanged: () => false,
    streamUri: null,
    recordings: recorded.map((camera) => ({
      token: camera.recorder?.recording ?? camera.id,
      name: camera.name.en,
      spans: () => faults.recordedSpans(camera.id, nowMs() - recordedDays * 86_400_000, nowMs()),
      replayUri: `${camera.rtsp}/replay`,
    })),
  };
}

function behaviourOf(faults: CameraFaults, cameraId: string): StreamBehaviour {
  for (const kind of ['silent', 'refuse', 'noPicture', 'wrongPassword'] as const) if (faults.has(cameraId, kind)) return kind;
  return 'normal';
}

function sourceOf({ faults, plant }: CameraSimulatorOptions, cameraId: string, isReplay: boolean): StreamSource {
  return {
    sequence,
    picture,
    frame(atMs, number) {
      const position = number % groupLength;
      if (position > 0) return [unchangedFrame(sceneWidth, sceneHeight, position)];
      const shownMs = Math.floor((isReplay ? null : faults.sinceMs(cameraId, 'frozen')) ?? atMs);
      const stamp = new Date(shownMs + offsetMsOf(shownMs, plant.company.timeZone)).toISOString().slice(0, 19).replace('T', ' ');
      const scene = drawScene(cameraId, shownMs, stamp, isReplay ? 'none' : sceneFaultOf(faults, cameraId));
      return [sequence, picture, keyFrame(scene, number / groupLength)];
    },
  };
}

function sceneFaultOf(faults: CameraFaults, cameraId: string): SceneFault {
  for (const kind of ['black', 'covered', 'blurred'] as const) if (faults.has(cameraId, kind)) return kind;
  return 'none';
}
