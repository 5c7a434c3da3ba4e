// The physics of one station, in small steps. Believable, not exact: droop, lock-up, monitor, relief, slam-shut, standby run, filter, leak plume, line break,
// odoriser, tanks, compressors, mains and UPS. Formulas and figures: docs/domain.md, section 3.
import type { Plant, Point, Station } from '../../domain/plant/plant.ts';
import { gaussian, type Random } from './random.ts';

/** What scenarios change. Every one is 0 or absent in normal operation. */
export interface Disturbances {
  /** Gas leaking near the first detectors, as the %LEL that would settle there. */
  leakLel: number;
  /** How much of it the detectors after the first see, 0 to 1. */
  leakSpread: number;
  /** The inlet and the leaking part are shut in; the network behind is fed from the ring. */
  isIsolated: boolean;
  isLineBroken: boolean;
  isWorkerFailedOpen: boolean;
  isMonitorFailed: boolean;
  isSlamShutTripped: boolean;
  /** Multiplies the clean filter's pressure loss. */
  filterDirt: number;
  isMainsLost: boolean;
  isOdorantPumpFailed: boolean;
  isGateOpen: boolean;
  isTankOverfilling: boolean;
  isIntruded: boolean;
}

export function noDisturbances(): Disturbances {
  return {
    leakLel: 0,
    leakSpread: 1,
    isIsolated: false,
    isLineBroken: false,
    isWorkerFailedOpen: false,
    isMonitorFailed: false,
    isSlamShutTripped: false,
    filterDirt: 1,
    isMainsLost: false,
    isOdorantPumpFailed: false,
    isGateOpen: false,
    isTankOverfilling: false,
    isIntruded: false,
  };
}

interface Run {
  worker: number;
  monitor: number;
  isTripped: boolean;
  afterRegulator: number;
  filterLoss: number;
}

const hourMs = 3_600_000;
/** Share of the day's mean: peaks 06–08, 11–13, 17–20. */
const hourlyDemand = [0.35, 0.3, 0.3, 0.3, 0.4, 0.8, 1.5, 1.6, 1.1, 0.9, 1, 1.5, 1.5, 1, 0.8, 0.8, 1, 1.7, 1.9, 1.7, 1.3, 1, 0.7, 0.5];

export function demandFactor(timeMs: number): number {
  const hours = (timeMs / hourMs + 8) % 24;
  const hour = Math.floor(hours);
  const share = hours - hour;
  return (hourlyDemand[hour] ?? 1) * (1 - share) + (hourlyDemand[(hour + 1) % 24] ?? 1) * share;
}

const calmCamera = { picture: 0, clockOffset: 0, recordedShare: 100, retention: 95 } as const;

export class StationProcess {
  readonly station: Station;
  readonly disturbances: Disturbances = noDisturbances();
  readonly #random: Random;
  readonly #nominalInlet: number;
  readonly #setpoint: number;
  readonly #qMax: number;
  readonly #detectors: { actual: number; shown: number }[];
  readonly #runs: Readonly<Record<'A' | 'B', Run>>;
  readonly #tanks = new Map<string, { level: number; pressure: number; temperature: number }>();
  #inlet: number;
  #outlet: number;
  #flow = 0;
  #isRelieving = false;
  #odorant = 20;
  #odorantTank = 78;
  #upsCharge = 100;
  #gust = 1;
  /** Share of the leak's gas that is still there after the valve was closed. */
  #gasLeft = 1;
  #ambient = 18;
  #timeMs = 0;
  #heartbeat = 0;
  readonly #volumes = { A: 4_812_350, B: 1_207_411 };

  constructor(plant: Plant, station: Station, random: Random) {
    this.station = station;
    this.#random = random;
    const points = station.pointIndexes.flatMap((index) => plant.points[index] ?? []);
    const inlet = points.find((point) => point.role === 'inletPressure');
    const outlet = points.find((point) => point.role === 'outletPressure');
    this.#nominalInlet = inlet?.normal === null || inlet?.normal === undefined ? 1 : (inlet.normal.min + inlet.normal.max) / 1.95;
    this.#setpoint = outlet?.setpoint ?? 0.4;
    this.#qMax = station.type === 'gate' ? 40_000 : station.type === 'regulating' ? 18_000 : station.type === 'district' ? 900 : 8_000;
    this.#inlet = this.#nominalInlet;
    this.#outlet = this.#setpoint * 0.99;
    this.#detectors = points.filter((point) => point.role === 'gasDetector').map(() => ({ actual: 0, shown: 0 }));
    const run = (): Run => ({ worker: 50, monitor: 100, isTripped: false, afterRegulator: this.#setpoint, filterLoss: 8 });
    this.#runs = { A: run(), B: run() };
    for (const point of points) {
      if (point.role !== 'tankPressure' || point.unitOf === null) continue;
      const nominal = point.normal === null ? 1 : (point.normal.min + point.normal.max) / 2;
      this.#tanks.set(point.unitOf, { level: 40 + 30 * random(), pressure: nominal * (0.95 + 0.1 * random()), temperature: 18 });
    }
  }

  /** Advances by `dtMs` (up to about a second). */
  step(timeMs: number, dtMs: number): void {
    this.#timeMs = timeMs;
    const dt = dtMs / 1_000;
    const { disturbances } = this;
    const demand = demandFactor(timeMs) / 2.2;
    this.#heartbeat += dt;
    this.#volumes[this.#runs.A.isTripped ? 'B' : 'A'] += (this.#flow * dt) / 3_600;
    this.#ambient = 18 + 7 * Math.sin(((timeMs / hourMs + 8 - 9) / 24) * 2 * Math.PI);
    this.#stepInlet(dt);
    this.#stepRuns(dt, demand);
    this.#stepLeak(dt);
    this.#odorant += ((disturbances.isOdorantPumpFailed ? 0 : 20) - this.#odorant) * (1 - Math.exp(-dt / 12));
    this.#odorantTank = Math.max(5, this.#odorantTank - dt * 0.000_02);
    this.#upsCharge = disturbances.isMainsLost ? Math.max(0, this.#upsCharge - dt * 0.12) : Math.min(100, this.#upsCharge + dt * 0.3);
    for (const [id, tank] of this.#tanks) {
      const isFilling = disturbances.isTankOverfilling && id === 'T1';
      tank.level = Math.min(97, Math.max(12, tank.level + (isFilling ? dt * 1.2 : tank.level > 75 ? -dt * 0.4 : 0)));
      tank.temperature += (this.#ambient - tank.temperature) * (1 - Math.exp(-dt / 3_600));
    }
  }

  resetSlamShuts(): void {
    this.#runs.A.isTripped = false;
    this.#runs.B.isTripped = false;
  }

  #stepInlet(dt: number): void {
    const slow = 1 + 0.015 * Math.sin(this.#timeMs / 900_000 + this.station.index);
    const target = this.disturbances.isLineBroken ? this.#nominalInlet * 0.25 : this.#nominalInlet * slow;
    const tau = this.disturbances.isLineBroken ? 60 : 20;
    this.#inlet += (target - this.#inlet) * (1 - Math.exp(-dt / tau));
  }

  /** Run A works, run B stands by at 0.95 of the set-point; monitor, relief and slam-shut act in the order of their set-points. */
  #stepRuns(dt: number, demand: number): void {
    const { disturbances } = this;
    const { A, B } = this.#runs;
    const ps = this.#setpoint;
    if (disturbances.isSlamShutTripped) A.isTripped = true;
    const flow = this.#qMax * demand;
    const droop = ps * (1.012 - 0.03 * Math.min(1, demand));
    let target = A.isTripped ? (B.isTripped ? 0 : droop * 0.95) : droop;
    let lag = 1.5;
    if (disturbances.isWorkerFailedOpen && !A.isTripped) {
      target = disturbances.isMonitorFailed ? ps * 1.26 : ps * 1.07;
      lag = disturbances.isMonitorFailed ? 8 : 3;
    }
    if (A.isTripped && B.isTripped) lag = 40;
    // Shut in: the ring holds the outlet, a little lower, and nothing flows through the station.
    if (disturbances.isIsolated) target = ps * 0.95;
    const available = this.#inlet * (this.station.type === 'district' ? 1_000 : 1) * 0.97;
    this.#outlet += (Math.min(target, available) - this.#outlet) * (1 - Math.exp(-dt / lag));
    this.#isRelieving = this.#outlet > ps * (this.#isRelieving ? 1.12 : 1.15);
    if (this.#outlet > ps * 1.2) A.isTripped = true;
    this.#flow += ((this.#outlet < ps * 0.3 || disturbances.isIsolated ? 0 : flow) - this.#flow) * (1 - Math.exp(-dt / 4));
    const opening = Math.min(94, 12 + 70 * Math.min(1, demand));
    const ease = 1 - Math.exp(-dt / 2.5);
    A.worker += ((A.isTripped ? 100 : disturbances.isWorkerFailedOpen ? 100 : opening) - A.worker) * ease;
    A.monitor += ((disturbances.isWorkerFailedOpen && !disturbances.isMonitorFailed && !A.isTripped ? opening : 100) - A.monitor) * ease;
    B.worker += ((A.isTripped && !B.isTripped ? opening : 0) - B.worker) * ease;
    const load = (this.#flow / this.#qMax) ** 2;
    A.filterLoss +=
      ((A.isTripped ? 0.2 : Math.min(92, 4 + 12 * load * disturbances.filterDirt + (disturbances.filterDirt - 1) * 6)) - A.filterLoss) *
      (1 - Math.exp(-dt / 6));
    B.filterLoss += ((A.isTripped ? 4 + 12 * load : 0.3) - B.filterLoss) * ease;
    A.afterRegulator = A.isTripped ? this.#outlet * 0.98 : this.#outlet * 1.004;
    B.afterRegulator = this.#outlet * 1.002;
  }

  /** A station's flow meter sees all of it, a run's meter what its run passes. */
  #shareOf(point: Point): number {
    if (point.unitOf === null) return 1;
    return (point.unitOf === 'A') === this.#runs.A.isTripped ? 0 : 1;
  }

  /** A plume: the first detectors see most, the others less; gusts come and go; the instrument follows with its own lag (IR: t90 about 20 s). */
  #stepLeak(dt: number): void {
    const pull = Math.exp(-dt / 8);
    this.#gust = Math.exp(Math.log(this.#gust) * pull + 0.12 * Math.sqrt(1 - pull * pull) * gaussian(this.#random));
    const { leakLel, leakSpread, isIsolated } = this.disturbances;
    // What is shut in blows off and away within a minute.
    this.#gasLeft = isIsolated ? this.#gasLeft * Math.exp(-dt / 15) : 1;
    this.#detectors.forEach((detector, index) => {
      const share = (index < 2 ? 1 - 0.12 * index : 0.3 / index) * (index === 0 ? 1 : leakSpread);
      const settled = leakLel * share * this.#gasLeft * this.#gust;
      detector.actual += (settled - detector.actual) * (1 - Math.exp(-dt / 4));
      detector.shown += (detector.actual - detector.shown) * (1 - Math.exp(-dt / 3));
    });
  }

  /** True value of a point now, with the instrument's noise, in the point's unit. */
  valueOf(point: Point, detectorIndex: number): number {
    const span = point.range === null ? 1 : point.range.max - point.range.min;
    const noisy = (value: number, share: number) => value + gaussian(this.#random) * share * span;
    const run = point.unitOf === 'B' ? this.#runs.B : this.#runs.A;
    const tank = this.#tanks.get(point.unitOf ?? '');
    const { disturbances } = this;
    switch (point.role) {
      case 'inletPressure':
        return noisy(point.unitOf === null ? this.#inlet : Math.max(0, this.#inlet - run.filterLoss / 1_000), 0.000_5);
      case 'outletPressure':
        return noisy(this.#outlet, 0.000_5);
      case 'pressure':
        return noisy(run.afterRegulator, 0.000_3);
      case 'filterDifferentialPressure':
        return noisy(run.filterLoss, 0.001);
      case 'regulatorTravel':
        return clamp(noisy(run.worker, 0.002), 0, 100);
      case 'monitorTravel':
        return clamp(noisy(run.monitor, 0.001), 0, 100);
      case 'shutoffValve':
        return disturbances.isIsolated && point.tag === 'ZS-101' ? 1 : 0;
      case 'slamShut':
        return run.isTripped ? 1 : 0;
      case 'relief':
        return this.#isRelieving ? 1 : 0;
      case 'flow':
        return Math.max(0, this.#flow * this.#shareOf(point) * (1 + 0.004 * gaussian(this.#random)));
      case 'totalizer':
        return Math.floor(point.unitOf === 'B' ? this.#volumes.B : this.#volumes.A);
      case 'gasTemperature':
        return noisy(point.tag === 'TT-301' ? this.#ambient - 6 : this.#ambient - 1, 0.000_5);
      case 'ambientTemperature':
        return noisy(this.#ambient, 0.000_5);
      case 'odorantRate':
        return Math.max(0, noisy(this.#odorant, 0.004));
      case 'odorantLevel':
        return noisy(this.#odorantTank, 0.000_5);
      case 'gasDetector':
        return Math.max(0, (this.#detectors[detectorIndex]?.shown ?? 0) + Math.abs(gaussian(this.#random)) * 0.3);
      case 'gasDetectorState':
        return point.states?.some((state) => state.value === 1 && state.isNormal) ? 1 : 0;
      case 'tankPressure':
        return noisy(
          (tank?.pressure ?? 1) *
            (disturbances.isTankOverfilling && point.unitOf === 'T1' ? 1 + Math.max(0, (tank?.level ?? 0) - 80) / 60 : 1),
          0.000_5,
        );
      case 'tankTemperature':
        return noisy(tank?.temperature ?? 18, 0.000_5);
      case 'tankLevel':
        return noisy(tank?.level ?? 50, 0.001);
      case 'compressorState':
        return point.unitOf === 'C3' ? 0 : 1;
      case 'compressorSuction':
        return noisy(0.38, 0.001);
      case 'compressorDischarge':
        return noisy(point.unitOf === 'C3' ? 19.5 : 22 + 1.5 * Math.sin(this.#timeMs / 60_000), 0.001);
      case 'oilPressure':
        return noisy(point.unitOf === 'C3' ? 0.26 : 0.36, 0.002);
      case 'vibration':
        return Math.max(0, noisy(point.unitOf === 'C3' ? 0.3 : 6.5, 0.006));
      case 'temperature':
        return noisy(point.unitOf === 'C3' ? 32 : 96 + 4 * Math.sin(this.#timeMs / 120_000), 0.001);
      case 'upsCharge':
        return this.#upsCharge;
      case 'upsRuntime':
        return this.#upsCharge * 2.4;
      case 'mainsVoltage':
        return disturbances.isMainsLost ? 0 : noisy(229, 0.004);
      case 'mainsState':
        // A UPS tells what its battery does (3 discharging, 1 floating), a relay that mains are lost.
        return point.states?.some((state) => state.value === 3) ? (disturbances.isMainsLost ? 3 : 1) : disturbances.isMainsLost ? 1 : 0;
      case 'pumpState':
        return point.tag === 'XS-401' && disturbances.isOdorantPumpFailed ? 0 : point.unitOf === 'P2' ? 0 : 1;
      case 'door':
        return disturbances.isGateOpen && point.tag === 'ZS-901' ? 1 : 0;
      case 'perimeter':
        return disturbances.isIntruded ? 1 : 0;
      case 'heartbeat':
        return Math.floor(this.#heartbeat) % 65_536;
      case 'vaporiserState':
      case 'vaporiserTemperature':
      case 'dispenserState':
      case 'dispenserPressure':
      case 'dispenserFlow':
      case 'camera':
        // Of sockets of their own; these stand where only physics is asked.
        return point.source.kind === 'camera' ? calmCamera[point.source.signal] : 0;
      case 'other':
        if (point.kind === 'discrete') return point.states?.find((state) => state.isNormal)?.value ?? 0;
        return noisy(point.normal === null ? 0 : (point.normal.min + point.normal.max) / 2, 0.002);
      default:
        return 0;
    }
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
