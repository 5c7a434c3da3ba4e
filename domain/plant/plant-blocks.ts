// Blocks of YAML for a plant file: a station copied from another, a device from a profile; and the check of a block as if it had been pasted. Pure.
import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import type { AddDevice, CopyStation, PlantCheckRequest } from '../api/engineering-api.ts';
import type { ProfilePoint } from './device-profile.ts';
import { contentOf, locateIssues, type ParsedPlant, parsePlantText } from './parse-plant-file.ts';
import type { PathPart, PlantIssue } from './plant-issues.ts';
import type { PointRole } from './plant-kinds.ts';
import { deviceProfiles } from './profiles/device-profiles.ts';

const looseStationSchema = z.looseObject({ id: z.string(), devices: z.array(z.looseObject({ id: z.string() })).default([]) });
type LooseStation = z.output<typeof looseStationSchema>;
const loosePlantSchema = z.looseObject({ stations: z.array(looseStationSchema) });

export type BlockResult = { readonly kind: 'block'; readonly text: string } | { readonly kind: 'refused'; readonly reason: string };

/** Settings that belong to the one place and not to its copy. */
const ownToPlace = ['position', 'address'] as const;

export function copyStation(plantText: string, ask: CopyStation): BlockResult {
  const plant = loosePlantSchema.safeParse(parseDocument(plantText).toJS({ maxAliasCount: 1_000 }));
  if (!plant.success) return { kind: 'refused', reason: 'the plant file cannot be read' };
  const { stations } = plant.data;
  const original = stations.find(({ id }) => id === ask.from);
  if (original === undefined) return { kind: 'refused', reason: `there is no station ${ask.from}` };
  if (stations.some(({ id }) => id === ask.id)) return { kind: 'refused', reason: `there is a station ${ask.id} already` };
  const { id: _id, name: _name, ...rest } = original;
  const copy: Record<string, unknown> = { id: ask.id, type: rest.type, name: ask.name.en === '' ? ask.name.zh : ask.name, ...rest };
  for (const setting of ownToPlace) delete copy[setting];
  copy.devices = original.devices.map((device) => movedDevice(device, ask.hosts));
  return { kind: 'block', text: blockText([copy], 2) };
}

function movedDevice(device: LooseStation['devices'][number], hosts: Readonly<Record<string, string>>): Record<string, unknown> {
  const moved: Record<string, unknown> = { ...device };
  for (const setting of ['host', 'endpoint'] as const) {
    const old = device[setting];
    if (typeof old === 'string') moved[setting] = hosts[old] ?? old;
  }
  // The certificate of another server: trusting the old one would be trusting nobody.
  delete moved.serverThumbprint;
  return moved;
}

const tagLetters: Partial<Record<PointRole, string>> = {
  gasDetector: 'GD',
  gasDetectorState: 'GI',
  flameDetector: 'BE',
  inletPressure: 'PT',
  outletPressure: 'PT',
  pressure: 'PT',
  tankPressure: 'PT',
  temperature: 'TT',
  gasTemperature: 'TT',
  ambientTemperature: 'TT',
  flow: 'FT',
  totalizer: 'FQ',
  tankLevel: 'LT',
  heartbeat: 'XK',
};
const lettersByKind = { analog: 'XT', discrete: 'XS', counter: 'XQ', text: 'XN' } as const;

export function deviceFromProfile(ask: AddDevice): BlockResult {
  const profile = deviceProfiles.get(ask.profileId);
  if (profile === undefined) return { kind: 'refused', reason: `there is no profile ${ask.profileId}` };
  const nextLoop = new Map<string, number>();
  const points = Object.entries(profile.points).flatMap(([from, entry]) =>
    Array.from({ length: entry.channelStep === undefined ? 1 : ask.channels }, (_, index) => {
      const letters = tagLetters[entry.role ?? 'other'] ?? lettersByKind[entry.kind ?? 'analog'];
      const loop = nextLoop.get(letters) ?? ask.firstLoop;
      nextLoop.set(letters, loop + 1);
      return pointBlock(`${letters}-${loop}`, from, entry, entry.channelStep === undefined ? null : index + 1);
    }),
  );
  const { deviceId, protocol, host, port, unitId, profileId } = ask;
  return { kind: 'block', text: blockText([{ id: deviceId, protocol, host, port, unitId, profile: profileId, points }], 6) };
}

function pointBlock(tag: string, from: string, entry: ProfilePoint, channel: number | null): Record<string, unknown> {
  const kind = entry.kind ?? 'analog';
  return {
    tag,
    name: channel === null ? from : `${from} ${channel}`,
    ...(kind === 'analog' ? {} : { kind }),
    from,
    ...(channel === null ? {} : { channel }),
    // The map of some instruments does not say the range: it is on the type plate.
    ...(kind === 'analog' && entry.range === undefined ? { range: { min: 0, max: 100 } } : {}),
  };
}

function blockText(items: readonly unknown[], indent: number): string {
  const lines = stringify(items, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
  return `${lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`)).join('\n')}\n`;
}

/** As if the block had been pasted at the end of its list; lines are those of the block. */
export function checkText(plantText: string, ask: PlantCheckRequest): ParsedPlant {
  if (ask.place.kind === 'plant') return parsePlantText(ask.text, { version: 'check' });
  const refused = (message: string): ParsedPlant => ({
    kind: 'invalid',
    issues: [{ severity: 'error', path: [], message, line: 1, column: 1 }],
  });
  const plant = parseDocument(plantText).toJS({ maxAliasCount: 1_000 }) as unknown;
  const loose = loosePlantSchema.safeParse(plant);
  if (!loose.success) return refused('the plant file in force cannot be read');
  const block = parseDocument(ask.text, { version: '1.2', uniqueKeys: true, prettyErrors: false });
  if (block.errors.length > 0) return locateIssues(ask.text, []);
  const content = contentOf(block);
  if (content.kind === 'refused') return refused(content.message);
  const { value } = content;
  const isList = Array.isArray(value);
  const items: unknown[] = isList ? value : [value];
  if (items.length === 0 || items.some((item) => typeof item !== 'object' || item === null))
    return refused('expected a list that begins with "- id: …"');
  const { stations } = loose.data;
  const { place } = ask;
  let prefix: readonly PathPart[];
  let first: number;
  if (place.kind === 'station') {
    prefix = ['stations'];
    first = stations.length;
    (stations as unknown[]).push(...items);
  } else {
    const stationIndex = stations.findIndex(({ id }) => id === place.stationId);
    const station = stations[stationIndex];
    if (station === undefined) return refused(`there is no station ${place.stationId} in the plant file in force`);
    prefix = ['stations', stationIndex, 'devices'];
    first = station.devices.length;
    (station.devices as unknown[]).push(...items);
  }
  let whole: string;
  try {
    whole = JSON.stringify(loose.data);
  } catch {
    return refused('the block contains itself');
  }
  const parsed = parsePlantText(whole, { version: 'check' });
  const own = (parsed.kind === 'ok' ? parsed.warnings : parsed.issues).flatMap((issue): PlantIssue[] => {
    const isInside = prefix.every((part, index) => issue.path[index] === part);
    const position = issue.path[prefix.length];
    if (!isInside || typeof position !== 'number' || position < first)
      // What the rest of the file is warned of is not the block's.
      return parsed.kind === 'ok' ? [] : [{ ...issue, line: null, column: null }];
    const rest = issue.path.slice(prefix.length + 1);
    return [{ ...issue, path: isList ? [position - first, ...rest] : rest }];
  });
  const located = locateIssues(ask.text, own);
  return parsed.kind === 'ok' && located.kind === 'invalid' ? { ...parsed, warnings: located.issues } : located;
}
