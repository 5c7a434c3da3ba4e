// Everything that lets other systems take part: webhooks, Sparkplug B, OPC UA. Composes what the plant file switches on, and stops it in order.
// None of them can hold up alarms: each follows what is committed already, and a failing one is only shown.
import type { Logger } from 'pino';
import type { NorthboundPart } from '../../domain/api/northbound-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { PartState } from './part-state.ts';
import { WebhookSender } from './webhook/webhook-sender.ts';

export interface NorthboundOptions {
  readonly plant: Plant;
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
  return {
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
