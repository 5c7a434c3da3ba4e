// Things that can happen to the demo plant, by name. Each begins, lasts, and ends by itself; all can be stopped. Used by people, by the story and by tests.
import type { Point } from '../../domain/plant/plant.ts';
import type { Network } from '../process/network.ts';
import type { Disturbances } from '../process/station-process.ts';
import { cameraScenarios } from './camera-scenarios.ts';
import { closeValve, confirmedLeak } from './confirmed-leak.ts';
import { type Place, type Scenario, ScenarioError, type ScenarioRequest } from './scenario.ts';

function disturb(
  change: (disturbances: Disturbances, place: Place) => void,
  undo: (disturbances: Disturbances, place: Place) => void,
): Scenario['begin'] {
  return (place) => {
    change(place.process.disturbances, place);
    return () => undo(place.process.disturbances, place);
  };
}

function pointOf({ network, process, request }: Place, choose: (point: Point) => boolean): Point {
  const points = process.station.pointIndexes.flatMap((index) => network.plant.points[index] ?? []);
  const found =
    request.point === undefined ? points.find(choose) : points.find((point) => point.id === request.point || point.tag === request.point);
  if (found === undefined) throw new ScenarioError(`station ${process.station.id} has no ${request.point ?? 'suitable'} point for this`);
  return found;
}

function deviceFault(kind: 'lost' | 'slow' | 'exception'): Scenario['begin'] {
  return ({ network, process, request }) => {
    const devices = process.station.deviceIndexes.flatMap((index) => network.plant.devices[index] ?? []);
    const device =
      request.point === undefined
        ? devices[0]
        : devices.find((candidate) => candidate.id === request.point || candidate.id.endsWith(`.${request.point}`));
    if (device === undefined) throw new ScenarioError(`station ${process.station.id} has no device ${request.point ?? ''}`);
    network.deviceFaults.set(device.index, { kind });
    return () => void network.deviceFaults.delete(device.index);
  };
}

function force(choose: (point: Point) => boolean, value: (point: Point, place: Place) => number): Scenario['begin'] {
  return (place) => {
    const point = pointOf(place, choose);
    place.network.forced.set(point.index, value(point, place));
    return () => void place.network.forced.delete(point.index);
  };
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'leak',
    title: { zh: '燃气泄漏', en: 'Gas leak' },
    station: 'GS-01',
    seconds: 50,
    isBig: true,
    begin: disturb(
      (d, { request }) => {
        d.leakLel = request.size ?? 65;
      },
      (d) => {
        d.leakLel = 0;
      },
    ),
  },
  confirmedLeak,
  closeValve,
  {
    name: 'line-break',
    title: { zh: '进站管道破裂', en: 'Line break' },
    station: 'GS-02',
    seconds: 60,
    isBig: true,
    begin: disturb(
      (d) => {
        d.isLineBroken = true;
      },
      (d) => {
        d.isLineBroken = false;
      },
    ),
  },
  {
    name: 'regulator-failure',
    title: { zh: '工作调压器失效', en: 'Regulator fails open' },
    station: 'RS-01',
    seconds: 45,
    isBig: false,
    begin: disturb(
      (d, { request }) => {
        d.isWorkerFailedOpen = true;
        d.isMonitorFailed = request.size === 2;
      },
      (d, { process }) => {
        d.isWorkerFailedOpen = false;
        d.isMonitorFailed = false;
        process.resetSlamShuts();
      },
    ),
  },
  {
    name: 'slam-shut-trip',
    title: { zh: '切断阀动作', en: 'Slam-shut trips' },
    station: 'RS-02',
    seconds: 40,
    isBig: true,
    begin: disturb(
      (d) => {
        d.isSlamShutTripped = true;
      },
      (d, { process }) => {
        d.isSlamShutTripped = false;
        process.resetSlamShuts();
      },
    ),
  },
  {
    name: 'filter-clog',
    title: { zh: '过滤器堵塞', en: 'Filter clogs' },
    station: 'GS-02',
    seconds: 60,
    isBig: false,
    begin: disturb(
      (d, { request }) => {
        d.filterDirt = request.size ?? 7;
      },
      (d) => {
        d.filterDirt = 1;
      },
    ),
  },
  {
    name: 'mains-loss',
    title: { zh: '市电失电', en: 'Mains lost' },
    station: 'ST-01',
    seconds: 45,
    isBig: false,
    begin: disturb(
      (d) => {
        d.isMainsLost = true;
      },
      (d) => {
        d.isMainsLost = false;
      },
    ),
  },
  {
    name: 'odorizer-fault',
    title: { zh: '加臭泵故障', en: 'Odorant pump fails' },
    station: 'GS-01',
    seconds: 60,
    isBig: false,
    begin: disturb(
      (d) => {
        d.isOdorantPumpFailed = true;
      },
      (d) => {
        d.isOdorantPumpFailed = false;
      },
    ),
  },
  {
    name: 'door-open',
    title: { zh: '站门打开', en: 'Gate open' },
    station: 'RS-01',
    seconds: 25,
    isBig: false,
    begin: disturb(
      (d) => {
        d.isGateOpen = true;
      },
      (d) => {
        d.isGateOpen = false;
      },
    ),
  },
  {
    name: 'intrusion',
    title: { zh: '周界入侵', en: 'Intrusion' },
    station: 'CN-01',
    seconds: 20,
    isBig: false,
    begin: disturb(
      (d) => {
        d.isIntruded = true;
      },
      (d) => {
        d.isIntruded = false;
      },
    ),
  },
  {
    name: 'tank-overfill',
    title: { zh: '储罐充装过量', en: 'Tank overfilled' },
    station: 'LP-01',
    seconds: 60,
    isBig: false,
    begin: disturb(
      (d) => {
        d.isTankOverfilling = true;
      },
      (d) => {
        d.isTankOverfilling = false;
      },
    ),
  },
  {
    name: 'detector-drift',
    title: { zh: '探测器漂移', en: 'Detector drifts' },
    station: 'CN-01',
    seconds: 40,
    isBig: false,
    begin: (place) => {
      const point = pointOf(place, (candidate) => candidate.role === 'gasDetector');
      place.network.drift.set(point.index, place.request.size ?? 24);
      return () => void place.network.drift.delete(point.index);
    },
  },
  {
    name: 'sensor-fault',
    title: { zh: '变送器故障', en: 'Transmitter fault' },
    station: 'RS-01',
    seconds: 40,
    isBig: false,
    begin: force(
      (point) => point.milliamp !== null,
      (point) =>
        point.milliamp === null ? Number.NaN : ((3.5 - point.milliamp.offset) / point.milliamp.factor) * point.factor + point.offset,
    ),
  },
  {
    name: 'frozen-value',
    title: { zh: '数值冻结', en: 'Frozen value' },
    station: 'GS-02',
    seconds: 60,
    isBig: false,
    begin: (place) => {
      const point = pointOf(place, (candidate) => candidate.role === 'outletPressure');
      place.network.frozen.add(point.index);
      return () => void place.network.frozen.delete(point.index);
    },
  },
  {
    name: 'gas-detector-inhibit',
    title: { zh: '探测器禁止', en: 'Detector inhibited' },
    station: 'RS-01',
    seconds: 40,
    isBig: false,
    begin: force(
      (point) => point.role === 'gasDetectorState',
      (point) => (point.states?.some((state) => state.value === 16) ? 16 : 3),
    ),
  },
  {
    name: 'heartbeat-stop',
    title: { zh: '心跳停止', en: 'Heartbeat stops' },
    station: 'RS-01',
    seconds: 60,
    isBig: false,
    begin: (place) => {
      const point = pointOf(place, (candidate) => candidate.role === 'heartbeat' && candidate.tag.startsWith('GK'));
      place.network.frozen.add(point.index);
      return () => void place.network.frozen.delete(point.index);
    },
  },
  {
    name: 'device-lost',
    title: { zh: '设备失联', en: 'Device lost' },
    station: 'GS-02',
    seconds: 40,
    isBig: false,
    begin: deviceFault('lost'),
  },
  {
    name: 'slow-device',
    title: { zh: '设备响应缓慢', en: 'Slow device' },
    station: 'ST-01',
    seconds: 40,
    isBig: false,
    begin: deviceFault('slow'),
  },
  {
    name: 'exception-02',
    title: { zh: '设备拒绝读取', en: 'Device refuses to be read' },
    station: 'LP-01',
    seconds: 40,
    isBig: false,
    begin: deviceFault('exception'),
  },
  ...cameraScenarios,
];

export interface RunningScenario {
  readonly name: string;
  readonly station: string;
  readonly endsAtMs: number;
}

interface Playing extends RunningScenario {
  readonly end: () => void;
  readonly isBig: boolean;
  readonly beganAtMs: number;
  readonly step: (elapsedMs: number) => void;
}

/** Plays scenarios on a network; time comes from the network. */
export class ScenarioPlayer {
  readonly #network: Network;
  readonly #running = new Map<string, Playing>();

  constructor(network: Network) {
    this.#network = network;
  }

  start(name: string, request: ScenarioRequest): RunningScenario {
    const scenario = scenarios.find((candidate) => candidate.name === name);
    if (scenario === undefined)
      throw new ScenarioError(`no scenario ${name}: there are ${scenarios.map((candidate) => candidate.name).join(', ')}`);
    const stationId = request.station ?? scenario.station;
    const process = this.#network.stations.find((candidate) => candidate.station.id === stationId);
    if (process === undefined)
      throw new ScenarioError(
        `no station ${stationId}: there are ${this.#network.stations.map((candidate) => candidate.station.id).join(', ')}`,
      );
    if (request.seconds !== undefined && !(request.seconds > 0 && request.seconds <= 86_400))
      throw new ScenarioError('seconds must lie between 0 and 86400');
    this.stop(name, stationId);
    const place: Place = { network: this.#network, process, request };
    const end = scenario.begin(place);
    const running: Playing = {
      name,
      station: stationId,
      endsAtMs: this.#network.timeMs + (request.seconds ?? scenario.seconds) * 1_000,
      end,
      isBig: scenario.isBig,
      beganAtMs: this.#network.timeMs,
      step: (elapsedMs) => scenario.step?.(place, elapsedMs),
    };
    this.#running.set(`${name} ${stationId}`, running);
    return view(running);
  }

  /** True where something was stopped. */
  stop(name: string, stationId?: string): boolean {
    let isStopped = false;
    for (const [key, running] of this.#running) {
      if (running.name !== name || (stationId !== undefined && running.station !== stationId)) continue;
      running.end();
      this.#running.delete(key);
      isStopped = true;
    }
    return isStopped;
  }

  /** Moves on what goes in stages; ends what has run its time. */
  step(): void {
    for (const [key, running] of this.#running) {
      if (running.endsAtMs > this.#network.timeMs) {
        running.step(this.#network.timeMs - running.beganAtMs);
        continue;
      }
      running.end();
      this.#running.delete(key);
    }
  }

  get hasBig(): boolean {
    return [...this.#running.values()].some((running) => running.isBig);
  }

  running(): readonly RunningScenario[] {
    return [...this.#running.values()].map(view);
  }
}

function view({ name, station, endsAtMs }: RunningScenario): RunningScenario {
  return { name, station, endsAtMs };
}
