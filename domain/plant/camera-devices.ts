// Cameras of a station as devices with points: so that their state is a reading with quality, and their alarms go the way of every alarm.

import type { z } from 'zod';
import { type CameraSignal, cameraSignals, cameraTag, cameraTagLetters, pictureStateNames, pictureStates } from '../cameras/camera.ts';
import type { CameraFile, RecorderFile } from '../cameras/camera-file.ts';
import type { commFailSchema } from './alarm-schema.ts';
import { type PointFile, pointFileSchema, type StationFile } from './plant-file.ts';
import type { PathPart, PlantIssues } from './plant-issues.ts';

export interface CameraDeviceFile {
  readonly protocol: 'camera';
  readonly id: string;
  readonly name: CameraFile['name'];
  readonly profile?: undefined;
  readonly scan: number;
  readonly timeout: number;
  readonly commFail: z.output<typeof commFailSchema>;
  readonly points: readonly PointFile[];
  readonly camera: CameraFile;
  readonly recorder: RecorderFile | null;
}

export function cameraDevices(station: StationFile, path: readonly PathPart[], issues: PlantIssues): CameraDeviceFile[] {
  station.recorders.forEach((recorder, index) => {
    if (station.recorders.findIndex(({ id }) => id === recorder.id) !== index)
      issues.error([...path, 'recorders', index, 'id'], `recorder ${recorder.id} is defined twice`);
  });
  return station.cameras.map((camera, index) => {
    const wanted = camera.recorder?.id;
    const recorder = station.recorders.find(({ id }) => id === wanted) ?? null;
    if (wanted !== undefined && recorder === null)
      issues.error([...path, 'cameras', index, 'recorder', 'id'], `station ${station.id} has no recorder ${wanted}`);
    return deviceOf(camera, recorder);
  });
}

/** What a point of a camera measures, by the letters of its tag. */
export function cameraSignalOf(tag: string): CameraSignal {
  const [letters] = tag.split('-');
  return cameraSignals.find((signal) => cameraTagLetters[signal] === letters) ?? 'picture';
}

function deviceOf(camera: CameraFile, recorder: RecorderFile | null): CameraDeviceFile {
  const { priority, darkAfter } = camera;
  const dark = { class: 'diagnostic', onDelay: 0, offDelay: 0, latching: false } as const;
  return {
    protocol: 'camera',
    id: camera.id,
    name: camera.name,
    scan: camera.probe,
    timeout: camera.timeout,
    commFail: {
      ...dark,
      after: darkAfter,
      priority,
      message: { zh: `${camera.name.zh}：摄像机不通`, en: `${camera.name.en}: camera cannot be reached` },
    },
    points: [
      picturePoint(camera),
      ...(camera.onvif === undefined ? [] : [clockPoint(camera)]),
      ...(recorder === null ? [] : recordingPoints(camera)),
    ],
    camera,
    recorder,
  };
}

const duration = (milliseconds: number) => `${milliseconds}ms`;

function picturePoint({ id, name, darkAfter, priority, zone }: CameraFile): PointFile {
  return pointFileSchema.parse({
    tag: cameraTag('picture', id),
    name: { zh: `${name.zh} 画面`, en: `${name.en} picture` },
    kind: 'discrete',
    role: 'camera',
    defaultAlarms: false,
    states: pictureStates.map((state, value) => ({ value, name: pictureStateNames[state], isNormal: state === 'good' })),
    ...(zone === undefined ? {} : { plan: { zone } }),
    alarms: [
      {
        kind: 'state',
        name: 'cameraDark',
        notEquals: 0,
        priority,
        class: 'diagnostic',
        onDelay: duration(darkAfter),
        message: { zh: `${name.zh}：无可用图像`, en: `${name.en}: no usable picture` },
        cause: {
          zh: '镜头被遮挡或失焦、夜间补光失效、编码器死机、图像未更新',
          en: 'Lens covered or out of focus, light failed, encoder hangs',
        },
        consequence: { zh: '该区域无视频监控，报警时无法看现场', en: 'The area is not watched; alarms there cannot be looked at' },
        response: {
          zh: '在视频页查看画面；派人到场检查镜头、电源、网络',
          en: 'Look at the video page; have lens, power and network looked at on site',
        },
      },
    ],
  });
}

function clockPoint({ id, name, clockTolerance, darkAfter }: CameraFile): PointFile {
  const tolerance = clockTolerance / 1_000;
  const alarm = (kind: 'high' | 'low', setpoint: number) => ({
    kind,
    setpoint,
    priority: 'low',
    class: 'diagnostic',
    onDelay: duration(darkAfter),
    message: { zh: `${name.zh}：时钟偏差`, en: `${name.en}: clock is off` },
    cause: { zh: '未对时（NTP）或时区设置错误', en: 'Not synchronised (NTP), or the wrong time zone' },
    consequence: { zh: '录像时间不可作证', en: 'The times of its recordings prove nothing' },
    response: { zh: '检查摄像机的 NTP 与时区设置', en: 'Check NTP and time zone of the camera' },
  });
  return pointFileSchema.parse({
    tag: cameraTag('clockOffset', id),
    name: { zh: `${name.zh} 时钟偏差`, en: `${name.en} clock offset` },
    role: 'camera',
    unit: 's',
    digits: 1,
    // A clock that was never set is years off: a reading all the same.
    range: { min: -2_000_000_000, max: 2_000_000_000 },
    exceptionDeviation: 0.2,
    defaultAlarms: false,
    alarms: [alarm('high', tolerance), alarm('low', -tolerance)],
  });
}

function recordingPoints({ id, name, retention }: CameraFile): PointFile[] {
  const days = retention / 86_400_000;
  return [
    pointFileSchema.parse({
      tag: cameraTag('recordedShare', id),
      name: { zh: `${name.zh} 录像完整率（24 小时）`, en: `${name.en} recorded in 24 h` },
      role: 'camera',
      unit: '%',
      digits: 1,
      range: { min: 0, max: 100 },
      defaultAlarms: false,
      alarms: [
        {
          kind: 'low',
          setpoint: 99,
          priority: 'low',
          class: 'diagnostic',
          message: { zh: `${name.zh}：录像不完整`, en: `${name.en}: recording has gaps` },
          cause: { zh: '录像机停录、磁盘故障、网络中断', en: 'Recorder stopped, disk failed, network lost' },
          consequence: { zh: '录像不足，无法调阅取证', en: 'Nothing to look back at for the time missed' },
          response: { zh: '检查录像机的录像计划与磁盘', en: 'Check schedule and disks of the recorder' },
        },
      ],
    }),
    pointFileSchema.parse({
      tag: cameraTag('retention', id),
      name: { zh: `${name.zh} 录像保存天数`, en: `${name.en} days kept` },
      role: 'camera',
      unit: 'd',
      digits: 1,
      range: { min: 0, max: 4_000 },
      normal: { min: days, max: 4_000 },
      exceptionDeviation: 0.1,
      defaultAlarms: false,
    }),
  ];
}
