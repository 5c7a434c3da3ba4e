// Turns a validated plant file into the compiled Plant: profiles resolved, names turned into indexes, cross-references checked.
// Every fault is an issue with its path; a plant with an error is never handed out.

import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { RecorderFile } from '../cameras/camera-file.ts';
import { compileDuty } from '../duty/duty-plan.ts';
import { checkNotificationSettings } from '../notification/check-notification-settings.ts';
import { compilePatrols } from '../patrols/patrol-plan.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import { type CameraDeviceFile, cameraDevices } from './camera-devices.ts';
import { checkResponsePlans } from './check-response-plans.ts';
import { compilePointAlarms, compileStationAlarms, deviceAlarm } from './compile-alarms.ts';
import { compileNorthbound } from './compile-northbound.ts';
import { compilePoint } from './compile-point.ts';
import type { DeviceProfile } from './device-profile.ts';
import { deviceId } from './identifiers.ts';
import type { CameraDevice, Device, DeviceCommon, Plant, Point, SignIn, Station } from './plant.ts';
import type { DeviceFile, PlantFile, StationFile } from './plant-file.ts';
import { type PathPart, PlantIssues } from './plant-issues.ts';
import type { PointRole } from './plant-kinds.ts';
import { deviceProfiles } from './profiles/device-profiles.ts';
import { shareTexts } from './share-texts.ts';

export interface CompileOptions {
  readonly version: string;
  readonly profiles?: ReadonlyMap<string, DeviceProfile>;
}

export function compilePlant(file: PlantFile, options: CompileOptions): { readonly plant: Plant; readonly issues: PlantIssues } {
  const issues = new PlantIssues();
  const profiles = options.profiles ?? deviceProfiles;
  const stations: Station[] = [];
  const devices: Device[] = [];
  const points: Point[] = [];
  const alarms: AlarmDefinition[] = [];
  const stationIndexById = new Map<string, number>();
  const deviceIndexById = new Map<string, number>();
  const pointIndexById = new Map<string, number>();
  const areaIds = new Set(file.areas.map((area) => area.id));
  const deviceFilesOf: (readonly (DeviceFile | CameraDeviceFile)[])[] = [];

  if (!isTimeZone(file.company.timeZone)) {
    issues.error(['company', 'timeZone'], `unknown time zone ${file.company.timeZone}: use an IANA name such as Asia/Shanghai`);
  }
  requireUnique(
    file.areas.map((area) => area.id),
    (index, id) => issues.error(['areas', index, 'id'], `area ${id} is defined twice`),
  );

  file.stations.forEach((stationFile, stationIndex) => {
    const path: PathPart[] = ['stations', stationIndex];
    if (stationIndexById.has(stationFile.id)) issues.error([...path, 'id'], `station ${stationFile.id} is defined twice`);
    stationIndexById.set(stationFile.id, stationIndex);
    if (!areaIds.has(stationFile.area)) {
      issues.error([...path, 'area'], `area ${stationFile.area} is not in areas (${[...areaIds].join(', ')})`);
    }
    const stationDeviceIndexes: number[] = [];
    const stationPointIndexes: number[] = [];
    const deviceFiles = [...stationFile.devices, ...cameraDevices(stationFile, path, issues)];
    deviceFilesOf.push(deviceFiles);

    deviceFiles.forEach((deviceFile, devicePosition) => {
      const devicePath = placeOfDevice(path, stationFile, devicePosition);
      const id = deviceId(stationFile.id, deviceFile.id);
      const deviceIndex = devices.length;
      if (deviceIndexById.has(id) || pointIndexById.has(id)) issues.error([...devicePath, 'id'], `device ${id} is defined twice`);
      deviceIndexById.set(id, deviceIndex);
      stationDeviceIndexes.push(deviceIndex);
      const profile = deviceFile.profile === undefined ? null : (profiles.get(deviceFile.profile) ?? null);
      if (deviceFile.profile !== undefined && profile === null) {
        issues.error(
          [...devicePath, 'profile'],
          `no device profile named ${deviceFile.profile}: known are ${[...profiles.keys()].join(', ')}`,
        );
      }
      const devicePointIndexes: number[] = [];
      const tagIndexes = new Map<string, number>();
      deviceFile.points.forEach((pointFile, pointPosition) => void tagIndexes.set(pointFile.tag, points.length + pointPosition));

      deviceFile.points.forEach((pointFile, pointPosition) => {
        const pointPath: PathPart[] = [...devicePath, 'points', pointPosition];
        const point = compilePoint({
          file: pointFile,
          index: points.length,
          stationId: stationFile.id,
          stationIndex,
          deviceIndex,
          deviceFile,
          profile,
          tagIndexes,
          path: pointPath,
          issues,
        });
        if (pointIndexById.has(point.id)) issues.error([...pointPath, 'tag'], `point ${point.id} is defined twice`);
        else pointIndexById.set(point.id, point.index);
        points.push(point);
        devicePointIndexes.push(point.index);
        stationPointIndexes.push(point.index);
      });
      const device = compileDevice(deviceFile, {
        id,
        index: deviceIndex,
        stationIndex,
        profile,
        pointIndexes: devicePointIndexes,
        path: devicePath,
        issues,
      });
      devices.push(device);
      alarms.push(
        deviceAlarm({
          file: deviceFile,
          device,
          index: alarms.length,
          defaults: file.defaultAlarms,
          management: file.alarmManagement,
          path: devicePath,
          issues,
        }),
      );
    });
    stations.push({
      index: stationIndex,
      id: stationFile.id,
      type: stationFile.type,
      name: stationFile.name,
      areaId: stationFile.area,
      address: stationFile.address ?? null,
      position: stationFile.position ?? null,
      collectorId: stationFile.collector,
      deviceIndexes: stationDeviceIndexes,
      pointIndexes: stationPointIndexes,
    });
  });

  // Alarms come last: a deviation may refer to a point of another device of the station.
  file.stations.forEach((stationFile, stationIndex) => {
    const station = stations[stationIndex];
    if (station === undefined) return;
    const pointByTag = new Map<string, Point>();
    for (const pointIndex of station.pointIndexes) {
      const point = points[pointIndex];
      if (point !== undefined) pointByTag.set(point.tag, point);
    }
    deviceFilesOf[stationIndex]?.forEach((deviceFile, devicePosition) => {
      deviceFile.points.forEach((pointFile, pointPosition) => {
        const point = points[devices[station.deviceIndexes[devicePosition] ?? -1]?.pointIndexes[pointPosition] ?? -1];
        if (point === undefined) return;
        const path = [...placeOfDevice(['stations', stationIndex], stationFile, devicePosition), 'points', pointPosition];
        const compiled = compilePointAlarms({
          file: pointFile,
          point,
          pointByTag,
          defaults: file.defaultAlarms,
          management: file.alarmManagement,
          firstIndex: alarms.length,
          path,
          issues,
        });
        alarms.push(...compiled);
        points[point.index] = { ...point, alarmIndexes: compiled.map((alarm) => alarm.index) };
      });
    });
    alarms.push(
      ...compileStationAlarms({
        file: stationFile,
        station,
        pointByTag,
        management: file.alarmManagement,
        firstIndex: alarms.length,
        path: ['stations', stationIndex],
        issues,
      }),
    );
  });

  const alarmIndexById = new Map<string, number>();
  for (const alarm of alarms) {
    const isOfDuplicatePoint = alarm.pointIndex !== null && pointIndexById.get(points[alarm.pointIndex]?.id ?? '') !== alarm.pointIndex;
    if (alarmIndexById.has(alarm.id) && !isOfDuplicatePoint) {
      const stationPath: PathPart[] = ['stations', alarm.stationIndex];
      issues.error(stationPath, `alarm ${alarm.id} is defined twice: give one of them a name`);
    }
    alarmIndexById.set(alarm.id, alarm.index);
  }

  const pipelines = file.pipelines.flatMap((pipeline, index) => {
    const fromStationIndex = stationIndexById.get(pipeline.from);
    const toStationIndex = stationIndexById.get(pipeline.to);
    if (fromStationIndex === undefined) issues.error(['pipelines', index, 'from'], `station ${pipeline.from} is not defined`);
    if (toStationIndex === undefined) issues.error(['pipelines', index, 'to'], `station ${pipeline.to} is not defined`);
    if (fromStationIndex === undefined || toStationIndex === undefined) return [];
    const end = (stationIndex: number, field: 'fromPressure' | 'toPressure', role: PointRole): number | null => {
      const own = (stations[stationIndex]?.pointIndexes ?? []).flatMap((pointIndex) => points[pointIndex] ?? []);
      const tag = pipeline[field];
      if (tag === undefined) return own.find((point) => point.role === role && point.kind === 'analog')?.index ?? null;
      const named = own.find((point) => point.tag === tag);
      if (named === undefined) issues.error(['pipelines', index, field], `station ${stations[stationIndex]?.id} has no point ${tag}`);
      return named?.index ?? null;
    };
    return [
      {
        fromStationIndex,
        toStationIndex,
        name: pipeline.name ?? null,
        fromPointIndex: end(fromStationIndex, 'fromPressure', 'outletPressure'),
        toPointIndex: end(toStationIndex, 'toPressure', 'inletPressure'),
      },
    ];
  });

  checkResponsePlans(file, { stationIndexById, pointIndexById, issues });
  checkNotificationSettings(file.notifications, new Set(stationIndexById.keys()), issues);

  const plant: Plant = {
    version: options.version,
    company: file.company,
    alarmManagement: file.alarmManagement,
    areas: file.areas,
    stations,
    devices,
    points,
    alarms: shareTexts(alarms),
    pipelines,
    duty: compileDuty(file.duty, issues),
    incidents: file.incidents,
    responsePlans: file.responsePlans,
    patrols: compilePatrols(file.patrols, stations, issues),
    notifications: file.notifications,
    northbound: compileNorthbound(file.northbound, { companyId: file.company.id, stationIndexById, issues }),
    map: { tiles: file.map.tiles ?? null, attribution: file.map.attribution ?? null },
    peekHosts: file.engineering.peekHosts,
    pointTable: { version: options.version, ids: points.map((point) => point.id) },
    stationIndexById,
    deviceIndexById,
    pointIndexById,
    alarmIndexById,
  };
  return { plant, issues };
}

interface DeviceContext {
  readonly id: string;
  readonly index: number;
  readonly stationIndex: number;
  readonly profile: DeviceProfile | null;
  readonly pointIndexes: readonly number[];
  readonly path: readonly PathPart[];
  readonly issues: PlantIssues;
}

/** Cameras follow the devices of their station. */
function placeOfDevice(path: readonly PathPart[], { devices }: StationFile, position: number): PathPart[] {
  return position < devices.length ? [...path, 'devices', position] : [...path, 'cameras', position - devices.length];
}

function signInOf(user: RecorderFile['user']): SignIn | null {
  return user === undefined ? null : { name: user.name, passwordEnv: user.passwordEnv ?? null, passwordFile: user.passwordFile ?? null };
}

function cameraOf({ camera, recorder }: CameraDeviceFile): Omit<CameraDevice, keyof DeviceCommon> {
  return {
    protocol: 'camera',
    zone: camera.zone ?? null,
    rtsp: camera.rtsp,
    onvif: camera.onvif ?? null,
    user: signInOf(camera.user),
    recorder:
      recorder === null
        ? null
        : {
            id: recorder.id,
            name: recorder.name ?? { zh: recorder.id, en: recorder.id },
            onvif: recorder.onvif,
            user: signInOf(recorder.user),
            recording: camera.recorder?.recording ?? null,
          },
    probeEveryMs: camera.probe,
    darkAfterMs: camera.darkAfter,
    retentionMs: camera.retention,
    clockToleranceMs: camera.clockTolerance,
    picture: {
      blackBelow: camera.picture.blackBelow,
      coveredBelow: camera.picture.coveredBelow,
      blurredBelow: camera.picture.blurredBelow,
      frozenAfterMs: camera.picture.frozenAfter,
    },
    live: camera.live ?? null,
  };
}

function compileDevice(file: DeviceFile | CameraDeviceFile, context: DeviceContext): Device {
  const { path, issues, profile } = context;
  const name: LocalizedText =
    file.name ?? (profile === null ? { zh: file.id, en: file.id } : { zh: profile.model, en: `${profile.maker} ${profile.model}` });
  const common = {
    index: context.index,
    id: context.id,
    stationIndex: context.stationIndex,
    name,
    profileId: profile?.id ?? null,
    timeoutMs: file.timeout,
    pointIndexes: context.pointIndexes,
  };
  if (file.protocol === 'camera') return { ...common, ...cameraOf(file) };
  if (file.protocol === 'opcua') {
    const isUnsecured = file.securityMode === 'None' || file.securityPolicy === 'None';
    if (isUnsecured && !file.insecure)
      issues.error([...path, 'securityMode'], 'an unsecured OPC UA connection needs insecure: true, and is then shown on the health page');
    if ((file.securityMode === 'None') !== (file.securityPolicy === 'None'))
      issues.error([...path, 'securityPolicy'], 'securityMode None and securityPolicy None go together');
    if (file.user !== undefined && file.user.passwordEnv === undefined && file.user.passwordFile === undefined) {
      issues.error([...path, 'user'], 'name the password by passwordEnv or passwordFile; a password never stands in the plant file');
    }
    return {
      ...common,
      protocol: 'opcua',
      endpoint: file.endpoint,
      securityMode: file.securityMode,
      securityPolicy: file.securityPolicy,
      user:
        file.user === undefined
          ? null
          : { name: file.user.name, passwordEnv: file.user.passwordEnv ?? null, passwordFile: file.user.passwordFile ?? null },
      serverThumbprint: file.serverThumbprint ?? null,
      publishingIntervalMs: file.publishingInterval,
    };
  }
  const limits = { ...file.limits, ...profile?.limits };
  limits.forbidden.forEach((range, index) => {
    if (range.to < range.from)
      issues.error([...path, 'limits', 'forbidden', index, 'to'], `range ends (${range.to}) before it begins (${range.from})`);
  });
  const base = profile?.addressBase ?? file.addressBase;
  return {
    ...common,
    protocol: file.protocol,
    line: file.protocol === 'modbusRtu' ? { kind: 'serial', serial: file.serial } : { kind: 'tcp', host: file.host, port: file.port },
    unitId: file.unitId,
    limits: {
      ...limits,
      forbidden: limits.forbidden.map((range) => ({ table: range.table, from: range.from - base, to: range.to - base })),
    },
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function requireUnique(names: readonly string[], report: (index: number, name: string) => void): void {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (seen.has(name)) report(index, name);
    seen.add(name);
  });
}
