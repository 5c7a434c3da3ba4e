// The plant as a Sparkplug B edge node: births, data by exception, a death left with the broker as its will, and rebirth on request, which is the only command
// it knows; nothing a broker says ever reaches the plant. While the broker is away, what happens is kept (with a bound) and sent later as historical.
// Source: Eclipse Sparkplug 3.0, chapters 4 to 6.
import type { Logger } from 'pino';
import type { NorthboundPart } from '../../../domain/api/northbound-api.ts';
import type { SparkplugSettings } from '../../../domain/plant/compile-northbound.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { KnownAlarm } from '../../alarms/alarm-change.ts';
import { newAlarmRecord } from '../../alarms/alarm-record.ts';
import type { AlarmStore } from '../../alarms/alarm-store.ts';
import type { LastValues } from '../../live/last-values.ts';
import type { PartState } from '../part-state.ts';
import { type PointChanges, PointFeed } from '../point-feed.ts';
import { BrokerConnection, keepAliveMs } from './broker-connection.ts';
import { decodeCommand, encodePayload, type SparkplugMetric, SparkplugType } from './payload.ts';
import { alarmMetric, pointMetric } from './plant-metrics.ts';
import { type StoredMessage, StoredMessages } from './stored-messages.ts';

export interface SparkplugNodeOptions {
  readonly settings: SparkplugSettings;
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly values: LastValues;
  readonly clock: Clock;
  readonly log: Logger;
  readonly state: PartState;
  readonly version: string;
  readonly random?: () => number;
}

/** What was sent so shortly before the connection broke may not have arrived: alarms are sent again, as historical. */
const unsureMs = 2 * keepAliveMs;
/** More than this waiting in the socket: values wait (and pass as the newest ones later). */
const bufferedBytesMax = 1_048_576;
const rebirthPauseMs = 2_000;
const drainMs = 50;
const flushedAtOnce = 200;
const rebirthName = 'Node Control/Rebirth';

export class SparkplugNode {
  readonly #options: SparkplugNodeOptions;
  readonly #feed: PointFeed;
  readonly #stations: ReadonlySet<number>;
  readonly #stored: StoredMessages;
  readonly #connection: BrokerConnection;
  readonly #alarmsOfStation: ReadonlyMap<number, readonly number[]>;
  readonly #bornStations = new Set<number>();
  /** By point: what the host was told last. */
  readonly #toldQuality: Uint8Array;
  readonly #timers = new Set<TimerHandle>();
  readonly #unsure: { readonly atMs: number; readonly message: StoredMessage }[] = [];
  #isBorn = false;
  #isStopped = false;
  #birthSequence = -1;
  #sequence = 0;
  /** Counts births: an older one that is still under way gives up. */
  #birth = 0;
  #sent = 0;
  #failures = 0;
  #rebornAtMs = Number.NEGATIVE_INFINITY;
  #isRebirthDue = false;
  #stopListening: () => void = () => undefined;

  constructor(options: SparkplugNodeOptions) {
    this.#options = options;
    this.#feed = new PointFeed(options.plant, options.values, options.settings.stationIndexes);
    this.#stations = new Set(options.settings.stationIndexes);
    this.#stored = new StoredMessages(options.settings.storedMessagesMax);
    this.#connection = new BrokerConnection({
      settings: options.settings,
      clientId: `gatewatch-${options.plant.company.id}-${options.settings.node}`,
      clock: options.clock,
      will: () => {
        this.#birthSequence = (this.#birthSequence + 1) % 256;
        return { topic: this.#topic('NDEATH'), payload: this.#death() };
      },
      subscription: this.#topic('NCMD'),
      onConnected: () => this.#connected(),
      onLost: (reason) => this.#lost(reason),
      onMessage: (topic, payload) => this.#hear(topic, payload),
      ...(options.random === undefined ? {} : { random: options.random }),
    });
    this.#toldQuality = new Uint8Array(options.plant.points.length);
    const grouped = Map.groupBy(options.plant.alarms, ({ stationIndex }) => stationIndex);
    this.#alarmsOfStation = new Map([...grouped].map(([stationIndex, alarms]) => [stationIndex, alarms.map(({ index }) => index)]));
  }

  start(): void {
    this.#feed.all();
    this.#stopListening = this.#options.store.onChange((changes) => this.#tellAlarms(changes));
    this.#every(this.#options.settings.intervalMs, () => this.#tellValues());
    this.#connection.start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    for (const timer of this.#timers) timer.cancel();
    // A will is only published where the connection breaks: leaving in order, the node says itself that it goes.
    await this.#connection.stop(this.#isBorn ? { topic: this.#topic('NDEATH'), payload: this.#death() } : null);
  }

  status(): NorthboundPart {
    const { settings, state } = this.#options;
    return {
      name: state.name,
      ...state.view(),
      endpoint: settings.broker,
      isInsecure: settings.isInsecure,
      clients: this.#isBorn ? 1 : 0,
      pending: this.#stored.size,
      sent: this.#sent,
      failures: this.#failures,
      dropped: this.#stored.dropped,
    };
  }

  #connected(): void {
    this.#options.state.running();
    this.#bear();
  }

  #lost(reason: string): void {
    const { state, clock } = this.#options;
    this.#isBorn = false;
    this.#failures += 1;
    state.failing(reason);
    const nowMs = clock.monotonicMs();
    this.#stored.putFirst(this.#unsure.filter(({ atMs }) => nowMs - atMs <= unsureMs).map(({ message }) => message));
    this.#unsure.length = 0;
  }

  /** Node first, then station by station, giving way in between: a birth of a large plant must not delay an alarm. */
  async #beBorn(): Promise<void> {
    const { plant, clock, version } = this.#options;
    const nowMs = clock.nowMs();
    this.#birth += 1;
    const birth = this.#birth;
    this.#sequence = 0;
    this.#isBorn = true;
    this.#bornStations.clear();
    this.#rebornAtMs = clock.monotonicMs();
    this.#publish('NBIRTH', null, [
      { name: 'bdSeq', timestamp: nowMs, type: SparkplugType.int64, value: this.#birthSequence },
      { name: rebirthName, timestamp: nowMs, type: SparkplugType.boolean, value: false },
      { name: 'Properties/Company', timestamp: nowMs, type: SparkplugType.string, value: plant.company.name.zh },
      { name: 'Properties/Software', timestamp: nowMs, type: SparkplugType.string, value: `Gatewatch ${version}` },
    ]);
    for (const stationIndex of this.#stations) {
      while (this.#connection.bufferedBytes > bufferedBytesMax) await this.#pause(drainMs);
      if (birth !== this.#birth || !this.#isBorn) return;
      this.#bearStation(stationIndex);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#flush();
  }

  #bearStation(stationIndex: number): void {
    const { plant, clock, values, store } = this.#options;
    const station = plant.stations[stationIndex];
    if (station === undefined) return;
    const options = { isBirth: true, isHistorical: false, hasQuality: true, nowMs: clock.nowMs() };
    const points = station.pointIndexes.flatMap((index) => {
      const point = plant.points[index];
      if (point === undefined) return [];
      const quality = values.qualityOf(index);
      this.#toldQuality[index] = quality;
      const text = values.text.get(index) ?? null;
      return [pointMetric(point, { timeMs: values.timeMs[index] ?? 0, value: values.value[index] ?? Number.NaN, quality, text }, options)];
    });
    const alarms = (this.#alarmsOfStation.get(stationIndex) ?? []).flatMap((index) => {
      const definition = plant.alarms[index];
      if (definition === undefined) return [];
      return [alarmMetric(plant, definition, store.find(definition.id)?.record ?? newAlarmRecord(definition.id), options)];
    });
    this.#bornStations.add(stationIndex);
    this.#publish('DBIRTH', station.id, [...points, ...alarms]);
  }

  #tellAlarms(changes: readonly KnownAlarm[]): void {
    const byStation = Map.groupBy(
      changes.filter(({ definition }) => this.#stations.has(definition.stationIndex)),
      ({ definition }) => definition.stationIndex,
    );
    for (const [stationIndex, alarms] of byStation) {
      const message: StoredMessage = { kind: 'alarms', stationIndex, alarms };
      if (!this.#isToldTo(stationIndex)) {
        this.#stored.put(message);
        continue;
      }
      this.#unsure.push({ atMs: this.#options.clock.monotonicMs(), message });
      this.#send(message, false);
    }
  }

  /** Whether a message about the station may go out now: its birth has, and nothing older waits. */
  #isToldTo(stationIndex: number): boolean {
    return this.#isBorn && this.#bornStations.has(stationIndex);
  }

  async #tellValues(): Promise<void> {
    this.#forgetSure();
    if (this.#isRebirthDue) this.#rebirth();
    if (this.#isBorn && this.#connection.bufferedBytes > bufferedBytesMax) return;
    const changes = this.#feed.take();
    if (changes !== null)
      for (const message of this.#byStation(changes)) {
        if (this.#isToldTo(message.stationIndex)) this.#send(message, false);
        else this.#stored.put(message);
        await new Promise((resolve) => setImmediate(resolve));
      }
    this.#flush();
  }

  #byStation(changes: PointChanges): readonly StoredMessage[] {
    const rowsOf = new Map<number, number[]>();
    changes.point.forEach((point, row) => {
      const stationIndex = this.#options.plant.points[point]?.stationIndex ?? -1;
      const rows = rowsOf.get(stationIndex);
      if (rows === undefined) rowsOf.set(stationIndex, [row]);
      else rows.push(row);
    });
    return [...rowsOf].map(([stationIndex, rows]) => ({ kind: 'values', stationIndex, rows, changes }));
  }

  /** What was kept goes out after the births, oldest first, marked as historical; not faster than the socket takes it. The next interval goes on. */
  #flush(): void {
    for (let sent = 0; sent < flushedAtOnce && this.#connection.bufferedBytes <= bufferedBytesMax; sent += 1) {
      const message = this.#stored.first();
      if (message === undefined || !this.#isToldTo(message.stationIndex)) return;
      this.#send(message, true);
      this.#stored.removeFirst();
    }
  }

  #send(message: StoredMessage, isHistorical: boolean): void {
    const { plant, clock } = this.#options;
    const station = plant.stations[message.stationIndex];
    if (station === undefined) return;
    const options = { isBirth: false, isHistorical, hasQuality: true, nowMs: clock.nowMs() };
    const metrics =
      message.kind === 'alarms'
        ? message.alarms.map(({ definition, record }) => alarmMetric(plant, definition, record, options))
        : message.rows.flatMap((row) => {
            const { changes } = message;
            const point = plant.points[changes.point[row] ?? -1];
            if (point === undefined) return [];
            const reading = {
              timeMs: changes.timeMs[row] ?? 0,
              value: changes.value[row] ?? Number.NaN,
              quality: changes.quality[row] ?? 0,
              text: changes.text.get(row) ?? null,
            };
            const hasQuality = isHistorical || reading.quality !== Quality.good || this.#toldQuality[point.index] !== reading.quality;
            if (!isHistorical) this.#toldQuality[point.index] = reading.quality;
            return [pointMetric(point, reading, { ...options, hasQuality })];
          });
    this.#publish('DDATA', station.id, metrics);
  }

  #publish(type: 'NBIRTH' | 'DBIRTH' | 'DDATA', device: string | null, metrics: readonly SparkplugMetric[]): void {
    const payload = encodePayload({ timestamp: this.#options.clock.nowMs(), seq: this.#sequence, metrics });
    this.#sequence = (this.#sequence + 1) % 256;
    this.#sent += 1;
    this.#connection.publish(this.#topic(type, device), payload);
  }

  /** The only thing that anybody may ask of the node. */
  #hear(topic: string, bytes: Uint8Array): void {
    const { log } = this.#options;
    if (topic !== this.#topic('NCMD')) return;
    const metrics = decodeCommand(bytes);
    if (metrics?.some(({ name, value }) => name === rebirthName && value === true) === true) {
      this.#isRebirthDue = true;
      this.#rebirth();
      return;
    }
    log.warn(
      { part: 'sparkplug', names: metrics?.map(({ name }) => name.slice(0, 100)).slice(0, 5) ?? null },
      'a command from the broker was refused',
    );
  }

  /** Not more often than every two seconds, however many ask. */
  #rebirth(): void {
    if (!this.#isBorn || this.#options.clock.monotonicMs() - this.#rebornAtMs < rebirthPauseMs) return;
    this.#isRebirthDue = false;
    this.#bear();
  }

  #bear(): void {
    this.#beBorn().catch((error: unknown) => this.#options.log.error({ part: 'sparkplug', err: error }, 'a birth failed'));
  }

  #death(): Buffer {
    const timestamp = this.#options.clock.nowMs();
    return encodePayload({ timestamp, metrics: [{ name: 'bdSeq', timestamp, type: SparkplugType.int64, value: this.#birthSequence }] });
  }

  #topic(type: 'NBIRTH' | 'NDEATH' | 'NCMD' | 'DBIRTH' | 'DDATA', device: string | null = null): string {
    const { group, node } = this.#options.settings;
    return ['spBv1.0', group, type, node, ...(device === null ? [] : [device])].join('/');
  }

  #forgetSure(): void {
    const nowMs = this.#options.clock.monotonicMs();
    while (this.#unsure.length > 0 && nowMs - (this.#unsure[0]?.atMs ?? 0) > unsureMs) this.#unsure.shift();
  }

  #after(delayMs: number, work: () => void): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      if (!this.#isStopped) work();
    });
    this.#timers.add(timer);
  }

  #every(periodMs: number, work: () => Promise<void>): void {
    this.#after(periodMs, () => {
      work()
        .catch((error: unknown) => this.#options.log.error({ part: 'sparkplug', err: error }, 'failed'))
        .finally(() => this.#every(periodMs, work));
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#after(ms, resolve));
  }
}
