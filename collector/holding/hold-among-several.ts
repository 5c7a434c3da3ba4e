// A collector process among several: what `--hold` asks for is checked, and the stations are held in turn over NATS. The rules of holding are in RULES.md.
import { hostname } from 'node:os';
import type { Plant } from '../../domain/plant/plant.ts';
import { StartError } from '../../domain/start/start-error.ts';
import type { DiskReserve } from '../../historian/disk-reserve.ts';
import type { Historian } from '../../historian/historian.ts';
import { connectNatsCollectorLink } from '../../link/nats/nats-collector-link.ts';
import { connectNatsLeaseStore } from '../../link/nats/nats-lease-store.ts';
import { createCollector } from '../collector.ts';
import type { CollectorCommand, CollectorOptions } from '../collector-command.ts';
import { holdStations } from './hold-stations.ts';
import type { WhenIsolated } from './station-lease.ts';

/** Several processes may hold the stations of these collectors, one at a time. `ended` settles where this one must leave them to another. */
export async function holdAmongSeveral(
  options: CollectorOptions & { readonly hold: string },
  command: CollectorCommand & { readonly historian: Historian; readonly disk: DiskReserve },
): Promise<{ readonly ended: Promise<StartError> }> {
  const { settings, plant, historian, disk, dataDir, clock, log, onStop, print } = command;
  if (settings.historian.startsWith('duckdb:'))
    throw new StartError('the embedded historian belongs to one process: give the collectors that share stations --historian influx://…');
  const collectorIds = collectorIdsOf(options.hold, plant);
  const whenIsolated = whenIsolatedOf(options.whenIsolated);
  const nodeName = options.node ?? hostname();
  const plantId = plant.company.id;
  const store = await connectNatsLeaseStore(settings.link, { plantId, node: nodeName });
  onStop('leases', () => store.close());
  const { promise: ended, resolve: end } = Promise.withResolvers<StartError>();
  const stations = holdStations({
    collectorIds,
    nodeName,
    dataDir,
    store,
    clock,
    log,
    whenIsolated,
    connectLink: (collectorId) => connectNatsCollectorLink(settings.link, { collectorId, table: plant.pointTable, plantId }),
    createCollector: (collectorId, link, holding) =>
      createCollector({ plant, collectorId, historian, link, disk, dataDir, clock, log, holding }),
    onChange: (collectorId, isHeld) => print(`  ${isHeld ? 'holds' : 'leaves'} the stations of ${collectorId}`),
    onFailed: () =>
      end(new StartError('this process holds stations that it cannot read: it ends, so that another takes over (see the log)')),
  });
  onStop('stations', () => stations.stop());
  print(`collector process ${nodeName} is running`);
  return { ended };
}

function collectorIdsOf(hold: string, plant: Plant): readonly string[] {
  const collectorIds = hold.split(',').map((id) => id.trim());
  const known = new Set(plant.stations.map((station) => station.collectorId));
  const unknown = collectorIds.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new StartError(`--hold ${hold}: the plant file gives no station to ${unknown.join(', ')}; it knows ${[...known].join(', ')}`);
  return collectorIds;
}

function whenIsolatedOf(text: string): WhenIsolated {
  if (text !== 'goOn' && text !== 'stop') throw new StartError(`--when-isolated is ${text}: expected goOn or stop`);
  return text;
}
