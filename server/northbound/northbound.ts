// Everything that lets other systems take part: webhooks, Sparkplug B, OPC UA. Composes what the plant file switches on, and stops it in order.
// None of them can hold up alarms: each follows what is committed already, and a failing one is only shown.
import type { Logger } from 'pino';
import type { NorthboundPart } from '../../domain/api/northbound-api.ts';
import type { OpcuaServerSettings } from '../../domain/plant/compile-northbound.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { KnownAlarm } from '../alarms/alarm-change.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { LastValues } from '../live/last-values.ts';
import { OpcuaGateway } from './opcua/opcua-gateway.ts';
import { PartState } from './part-state.ts';
import { WebhookSender } from './webhook/webhook-sender.ts';

export interface NorthboundOptions {
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly isFirstOut: (known: KnownAlarm) => boolean;
  readonly values: LastValues;
  readonly access: AccessControl;
  readonly dataDir: string;
  readonly version: string;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
}

interface RunningPart {
  readonly state: PartState;
  status(): NorthboundPart;
  stop(): Promise<void>;
}

export interface Northbound {
  statuses(): readonly NorthboundPart[];
  /** Calls back with a line for whoever started the program, when an interface that others connect to is ready. */
  onReady(listener: (line: string) => void): void;
  stop(): Promise<void>;
}

export async function startNorthbound(options: NorthboundOptions): Promise<Northbound> {
  const { plant, journal, ledger, clock, log } = options;
  const parts: RunningPart[] = [];
  for (const settings of plant.northbound.webhooks) {
    const state = new PartState(`webhook ${settings.name}`, { ledger, clock, log });
    const sender = new WebhookSender({ settings, plant, journal, ledger, clock, state });
    parts.push({ state, status: () => sender.status(), stop: () => sender.stop() });
    await sender.start();
  }
  const opcua = plant.northbound.opcua === null ? null : openOpcua(options, plant.northbound.opcua);
  if (opcua !== null) {
    parts.push(opcua);
    await opcua.gateway.start();
  }
  const sparkplug = plant.northbound.sparkplug;
  if (sparkplug !== null) {
    const state = new PartState('sparkplug', options);
    // Loaded where it is used only: most plants have no broker.
    const { SparkplugNode } = await import('./sparkplug/sparkplug-node.ts');
    const node = new SparkplugNode({ ...options, settings: sparkplug, state });
    parts.push({ state, status: () => node.status(), stop: () => node.stop() });
    node.start();
  }
  return {
    onReady: (listener) => opcua?.gateway.onListening((endpoint) => listener(`OPC UA server  ${endpoint}`)),
    statuses: () => parts.map((part) => part.status()),
    async stop() {
      for (const part of parts.splice(0).toReversed()) {
        part.state.stop();
        try {
          await part.stop();
        } catch (error) {
          log.error({ part: part.state.name, err: error }, 'failed to stop');
        }
      }
    },
  };
}

function openOpcua(options: NorthboundOptions, settings: OpcuaServerSettings) {
  const state = new PartState('opcua', options);
  const gateway = new OpcuaGateway({ ...options, settings, state });
  return { state, gateway, status: () => gateway.status(), stop: () => gateway.stop() };
}
