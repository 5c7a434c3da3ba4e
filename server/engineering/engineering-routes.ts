// Engineering over HTTP: what an engineer asks of devices (each journaled, none a write), how their scans go, profiles, and work on the plant file.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  addDeviceSchema,
  copyStationSchema,
  engineeringDeviceSchema,
  nodeRequestSchema,
  peekRequestSchema,
  plantBlockSchema,
  plantCheckRequestSchema,
  plantCheckResultSchema,
  plantSourceSchema,
  profileViewSchema,
  scanMinuteSchema,
} from '../../domain/api/engineering-api.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import { type EngineeringAnswer, type EngineeringCommand, engineeringAnswerSchema } from '../../domain/messages/engineering-command.ts';
import { isFieldDevice } from '../../domain/plant/device-kinds.ts';
import type { Device, Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { ServerLink } from '../../link/link.ts';
import { actorOf, type Identity, maySee } from '../access/identity.ts';
import { identityOf } from '../http/create-app.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { PlantFileSource } from '../plant/plant-versions.ts';
import { deviceView, profileViews } from './device-views.ts';
import { failureProblem } from './failure-problem.ts';
import { workOnPlant } from './plant-work.ts';
import { workDone } from './plant-work-problem.ts';
import type { ScanHistory } from './scan-history.ts';

export interface EngineeringRouteOptions {
  readonly plant: Plant;
  /** As it was read at the start; null where the server was given a plant without its text. */
  readonly plantSource: PlantFileSource | null;
  readonly link: ServerLink;
  readonly ledger: Ledger;
  readonly history: ScanHistory;
  readonly statuses: () => readonly CollectorStatus[];
  readonly isLive: (collectorId: string) => boolean;
  readonly clock: Clock;
}

/** Looking must not load a device: a person looks about twice a second at the most. */
const lookLimit = { max: 120, timeWindow: 60_000 };
const workLimit = { max: 30, timeWindow: 60_000 };
const read = { permission: 'engineering.read' } as const;
const look = { permission: 'engineering.peek', rateLimit: lookLimit } as const;
const work = { permission: 'engineering.peek', rateLimit: workLimit } as const;

export function engineeringRoutes(options: EngineeringRouteOptions): FastifyPluginAsyncZod {
  const { plant, plantSource, link, ledger, history, clock } = options;
  const params = z.object({ id: z.string() });

  function deviceFor(identity: Identity, id: string): Device {
    const device = plant.devices[plant.deviceIndexById.get(id) ?? -1];
    if (device === undefined || !maySee(identity, plant.stations[device.stationIndex]?.id ?? ''))
      throw new ProblemError(404, 'Not found', { detail: `There is no device ${id}` });
    return device;
  }

  const collectorOf = (device: Device): string => plant.stations[device.stationIndex]?.collectorId ?? 'default';

  /** Asks, and tells the journal that it was asked and what came of it. What a look saw is not the journal's business. */
  async function ask(
    identity: Identity,
    collectorId: string,
    stationId: string | null,
    command: EngineeringCommand,
  ): Promise<EngineeringAnswer> {
    const answer = await link.command(collectorId, command);
    await ledger.note({
      occurredAtMs: clock.nowMs(),
      kind: `engineering.${command.kind}`,
      stationId,
      alarmId: null,
      occurrenceId: null,
      actor: actorOf(identity),
      detail: { ...askedOf(command), ...(answer.kind === 'failed' ? { failed: answer.reason } : {}) },
    });
    if (answer.kind === 'failed') throw failureProblem(answer);
    return answer;
  }

  function askDevice(identity: Identity, deviceId: string, command: EngineeringCommand): Promise<EngineeringAnswer> {
    const device = deviceFor(identity, deviceId);
    return ask(identity, collectorOf(device), plant.stations[device.stationIndex]?.id ?? null, command);
  }

  function requireSource(identity: Identity): PlantFileSource {
    if (identity.stationIds !== null)
      throw new ProblemError(403, 'Not allowed', { detail: 'The plant file is about every station; you are limited to some.' });
    if (plantSource === null)
      throw new ProblemError(404, 'Not found', { detail: 'This server was started without the text of its plant file.' });
    return plantSource;
  }

  async function worked(task: Parameters<typeof workOnPlant>[0]) {
    const answer = workDone(await workOnPlant(task));
    if (answer.kind !== 'checked' && answer.kind !== 'block') throw new Error(`a check was answered with ${answer.kind}`);
    return answer;
  }

  return async (app) => {
    app.get(
      '/api/engineering/devices',
      { schema: { response: { 200: z.array(engineeringDeviceSchema) } }, config: read },
      async (request) => {
        const identity = identityOf(request);
        return plant.devices
          .filter(isFieldDevice)
          .filter(({ stationIndex }) => maySee(identity, plant.stations[stationIndex]?.id ?? ''))
          .map((device) => deviceView(plant, device, options.statuses(), options.isLive));
      },
    );
    app.get(
      '/api/engineering/devices/:id/scans',
      { schema: { params, response: { 200: z.array(scanMinuteSchema) } }, config: read },
      async (request) => [...history.of(deviceFor(identityOf(request), request.params.id).id)],
    );
    for (const kind of ['plan', 'frames'] as const) {
      app.get(
        `/api/engineering/devices/:id/${kind}`,
        { schema: { params, response: { 200: engineeringAnswerSchema } }, config: look },
        (request) => askDevice(identityOf(request), request.params.id, { kind, deviceId: request.params.id }),
      );
    }
    app.post(
      '/api/engineering/devices/:id/reconnect',
      { schema: { params, response: { 200: engineeringAnswerSchema } }, config: work },
      (request) => askDevice(identityOf(request), request.params.id, { kind: 'reconnect', deviceId: request.params.id }),
    );
    app.post(
      '/api/engineering/peek',
      { schema: { body: peekRequestSchema, response: { 200: engineeringAnswerSchema } }, config: look },
      (request) => {
        const identity = identityOf(request);
        const { target, stationId, ...what } = request.body;
        const command: EngineeringCommand = { kind: 'peek', target, ...what };
        if (target.kind === 'device') return askDevice(identity, target.deviceId, command);
        // An address is nobody's station yet: who is limited to some looks from one of these.
        const station = plant.stations.find(({ id }) => (stationId === undefined ? maySee(identity, id) : id === stationId));
        if (station === undefined || !maySee(identity, station.id))
          throw new ProblemError(404, 'Not found', { detail: `There is no station ${stationId ?? ''}` });
        return ask(identity, station.collectorId, station.id, command);
      },
    );
    app.post(
      '/api/engineering/browse',
      { schema: { body: nodeRequestSchema, response: { 200: engineeringAnswerSchema } }, config: look },
      (request) => askDevice(identityOf(request), request.body.deviceId, { kind: 'browse', ...request.body }),
    );
    app.post(
      '/api/engineering/node',
      { schema: { body: nodeRequestSchema, response: { 200: engineeringAnswerSchema } }, config: look },
      (request) => {
        const { deviceId, nodeId } = request.body;
        if (nodeId === null) throw new ProblemError(400, 'Bad input', { detail: 'nodeId is missing' });
        return askDevice(identityOf(request), deviceId, { kind: 'node', deviceId, nodeId });
      },
    );
    app.get('/api/engineering/profiles', { schema: { response: { 200: z.array(profileViewSchema) } }, config: read }, async (request) => {
      const identity = identityOf(request);
      return profileViews(plant).map((profile) => ({
        ...profile,
        usedBy: profile.usedBy.filter((id) => maySee(identity, id.slice(0, id.lastIndexOf('.')))),
      }));
    });
    app.get(
      '/api/engineering/plant',
      { schema: { response: { 200: plantSourceSchema } }, config: { ...read, rateLimit: workLimit } },
      async (request) => {
        const source = requireSource(identityOf(request));
        const checked = await worked({ kind: 'check', plantText: source.text, ask: { text: source.text, place: { kind: 'plant' } } });
        return { file: source.file, version: plant.version, text: source.text, check: checked.check };
      },
    );
    app.post(
      '/api/plant/check',
      { bodyLimit: 10 * 1024 * 1024, schema: { body: plantCheckRequestSchema, response: { 200: plantCheckResultSchema } }, config: work },
      async (request) => {
        const { text, place } = request.body;
        const identity = identityOf(request);
        // A whole file can be checked anywhere; a block is checked against the file in force.
        const plantText = place.kind === 'plant' ? '' : requireSource(identity).text;
        return (await worked({ kind: 'check', plantText, ask: { text, place } })).check;
      },
    );
    app.post(
      '/api/engineering/copy-station',
      { schema: { body: copyStationSchema, response: { 200: plantBlockSchema } }, config: work },
      async (request) => {
        const { text } = requireSource(identityOf(request));
        return blockOf(await worked({ kind: 'copyStation', plantText: text, ask: request.body }));
      },
    );
    app.post(
      '/api/engineering/add-device',
      { schema: { body: addDeviceSchema, response: { 200: plantBlockSchema } }, config: work },
      async (request) => {
        const { text } = requireSource(identityOf(request));
        return blockOf(await worked({ kind: 'addDevice', plantText: text, ask: request.body }));
      },
    );
  };
}

function blockOf(answer: { readonly kind: string; readonly text?: string; readonly check: z.output<typeof plantCheckResultSchema> }) {
  return { text: answer.text ?? '', check: answer.check };
}

/** What was asked, flat, for the journal. */
function askedOf(command: EngineeringCommand): Record<string, unknown> {
  const { kind: _kind, ...asked } = command;
  if (command.kind !== 'peek') return asked;
  const { target, table, address, count } = command;
  const place = target.kind === 'device' ? { deviceId: target.deviceId } : { host: `${target.host}:${target.port}`, unitId: target.unitId };
  return { ...place, table, address, count };
}
