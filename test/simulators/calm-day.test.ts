// The demo plant's physics under the real detector: a day without scenarios raises nothing; each scenario raises what an engineer expects, and heals.
import { describe, expect, test } from 'vitest';
import { createDetector } from '../../collector/detection/create-detector.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { formatIssue } from '../../domain/plant/plant-issues.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ScenarioPlayer, scenarios } from '../../simulators/control/scenarios.ts';
import { Story } from '../../simulators/control/story.ts';
import { demoPlantText } from '../../simulators/demo/demo-plant.ts';
import { Network } from '../../simulators/process/network.ts';

const startMs = Date.UTC(2026, 0, 15, 0, 0, 0);

function demoPlant(): Plant {
  const parsed = parsePlantText(demoPlantText({ host: '127.0.0.1', portOf: () => 1, thumbprintOf: () => '0'.repeat(40) }), {
    version: 'demo',
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.issues.map((issue) => formatIssue(issue, 'demo')).join('\n'));
  return parsed.plant;
}

const plant = demoPlant();

/** Physics and detector without sockets, a second at a time. */
function createRig(seed: number) {
  const network = new Network(plant, seed, startMs - 120_000);
  const player = new ScenarioPlayer(network);
  const raised: string[] = [];
  const active = new Set<string>();
  const detector = createDetector({
    plant,
    onEdge: (edge) => {
      const id = plant.alarms[edge.alarmIndex]?.id ?? '';
      if (edge.kind === 'raise') {
        raised.push(id);
        active.add(id);
      }
      if (edge.kind === 'clear') active.delete(id);
    },
  });
  for (const device of plant.devices) detector.device(device.index, true, network.timeMs, network.timeMs);
  return {
    network,
    player,
    raised,
    active,
    second(stepMs = 1_000) {
      for (let done = 0; done < 1_000; done += stepMs) network.step(stepMs);
      player.step();
      const batch = createReadingBatch(plant.pointTable, plant.points.length);
      for (const point of plant.points) {
        const value = network.values[point.index] ?? Number.NaN;
        const isInRange =
          point.range === null ||
          (value >= point.range.min - 0.1 * (point.range.max - point.range.min) &&
            value <= point.range.max + 0.1 * (point.range.max - point.range.min));
        pushReading(
          batch,
          point.index,
          network.timeMs,
          value,
          Number.isNaN(value) ? Quality.badInstrumentFault : isInRange ? Quality.good : Quality.badOutOfRange,
        );
      }
      detector.readings(batch, network.timeMs, network.timeMs);
      detector.tick(network.timeMs, network.timeMs);
    },
  };
}

test('eight stations of at least five types, at least 400 points, every name in two languages, real byte orders', () => {
  expect(plant.stations).toHaveLength(8);
  expect(new Set(plant.stations.map((station) => station.type)).size).toBeGreaterThanOrEqual(5);
  expect(plant.points.length).toBeGreaterThanOrEqual(400);
  for (const point of plant.points) {
    expect(point.name.zh, point.id).toMatch(/\p{Script=Han}|UPS/u);
    expect(point.name.en, point.id).toMatch(/^[A-Za-z0-9 ()-]+$/);
  }
  const orders = new Set(plant.points.flatMap((point) => (point.source.kind === 'modbus' ? point.source.register.wordOrder : [])));
  expect(orders).toEqual(new Set(['ABCD', 'CDAB', 'BADC', 'DCBA']));
  expect(plant.devices.filter((device) => device.protocol === 'opcua')).toHaveLength(2);
  expect(new Set(plant.devices.flatMap((device) => device.profileId ?? []))).toEqual(
    new Set(['igd-toc-635', 'honeywell-xnx', 'sick-flowsic500', 'tripp-lite-ups']),
  );
});

test('a whole day without scenarios raises no alarm, and every value stays in its range', { timeout: 120_000 }, () => {
  const seed = 20_260_115;
  const rig = createRig(seed);
  const outside = new Set<string>();
  for (let second = 0; second < 86_400; second += 1) {
    rig.second();
    if (second % 60 !== 0) continue;
    for (const point of plant.points) {
      const value = rig.network.values[point.index] ?? Number.NaN;
      if (point.range !== null && !(value >= point.range.min - 0.01 * (point.range.max - point.range.min) && value <= point.range.max))
        outside.add(point.id);
    }
  }
  expect({ seed, raised: rig.raised, outside: [...outside] }).toEqual({ seed, raised: [], outside: [] });
});

describe('scenarios', () => {
  /** Alarm ids that must be among those raised; device faults act on the sockets and are tested there. */
  const expected: Readonly<Record<string, readonly RegExp[]>> = {
    leak: [/^GS-01\.GD-501\.high$/, /^GS-01\.GD-501\.highHigh$/, /^GS-01\.gasConfirmed$/],
    'line-break': [/^GS-02\.PT-101\.rateOfChange$/, /^GS-02\.PT-101\.lowLow$/],
    'regulator-failure': [/^RS-01\.ZT-112\.low$/],
    'slam-shut-trip': [/^RS-02\.XS-111\.state$/],
    'filter-clog': [/^GS-02\.PDT-111\.high$/],
    'mains-loss': [/^ST-01\.XS-801\.state$/],
    'odorizer-fault': [/^GS-01\.QT-401\.low$/],
    'door-open': [/^RS-01\.ZS-901\.state$/],
    intrusion: [/^CN-01\.XS-903\.state$/],
    'tank-overfill': [/^LP-01\.LT-211\.high$/],
  };

  test.each(Object.entries(expected))('%s raises what it should, and heals', (name, patterns) => {
    const rig = createRig(7);
    rig.player.start(name, {});
    for (let second = 0; second < 240; second += 1) rig.second(200);
    for (const pattern of patterns) expect(rig.raised.join('\n')).toMatch(new RegExp(pattern.source, 'm'));
    expect(rig.player.running()).toEqual([]);
    for (let second = 0; second < 600; second += 1) rig.second();
    expect([...rig.active]).toEqual([]);
  });

  test('the rate of change tells of a line break before the low-low limit does', () => {
    const rig = createRig(3);
    rig.player.start('line-break', {});
    for (let second = 0; second < 120; second += 1) rig.second(200);
    const at = (id: string) => rig.raised.indexOf(id);
    expect(at('GS-02.PT-101.rateOfChange')).toBeGreaterThanOrEqual(0);
    expect(at('GS-02.PT-101.rateOfChange')).toBeLessThan(at('GS-02.PT-101.lowLow'));
  });

  test('a confirmed leak goes from one detector to several, stays until the valve is closed, then blows away', () => {
    const rig = createRig(5);
    rig.player.start('confirmed-leak', {});
    const secondOf = (id: string) => {
      for (let second = 0; second < 120; second += 1) {
        if (rig.active.has(id)) return second;
        rig.second(200);
      }
      return Number.NaN;
    };
    const first = secondOf('RS-01.GD-501.high');
    expect(rig.active.has('RS-01.GD-502.high')).toBe(false);
    expect(first + secondOf('RS-01.gasConfirmed')).toBeGreaterThan(first + 5);
    for (let second = 0; second < 60; second += 1) rig.second(200);
    expect(rig.active.has('RS-01.gasConfirmed')).toBe(true);
    rig.player.start('close-valve', { station: 'RS-01' });
    for (let second = 0; second < 150; second += 1) rig.second(200);
    expect([...rig.active]).toEqual(['RS-01.ZS-101.state']);
    rig.player.stop('confirmed-leak');
    rig.player.stop('close-valve');
    for (let second = 0; second < 120; second += 1) rig.second(200);
    expect([...rig.active]).toEqual([]);
  });

  test('a line break falls at two points of the station within the time that makes it an incident', () => {
    const rig = createRig(3);
    rig.player.start('line-break', {});
    for (let second = 0; second < 60; second += 1) rig.second(200);
    expect(rig.raised).toContain('GS-02.PT-101.rateOfChange');
    expect(rig.raised).toContain('GS-02.PT-120.rateOfChange');
  });

  test('every named scenario of the demo exists, has words in two languages and an end', () => {
    const names = scenarios.map((scenario) => scenario.name);
    for (const name of [...Object.keys(expected), 'detector-drift', 'sensor-fault', 'device-lost', 'slow-device', 'frozen-value'])
      expect(names).toContain(name);
    for (const scenario of scenarios) {
      expect(scenario.title.zh).toMatch(/\p{Script=Han}/u);
      expect(scenario.title.en).not.toBe('');
      expect(scenario.seconds).toBeGreaterThan(0);
    }
  });

  test('a scenario that does not exist, or a station that does not, is refused with what there is', () => {
    const { player } = createRig(1);
    expect(() => player.start('earthquake', {})).toThrow(/leak/);
    expect(() => player.start('leak', { station: 'GS-99' })).toThrow(/GS-99/);
  });
});

describe('story', () => {
  function playedIn(seed: number, minutes: number) {
    const rig = createRig(seed);
    const story = new Story(rig.player, seed, rig.network.timeMs);
    const log: string[] = [];
    let before = new Set<string>();
    for (let second = 0; second < minutes * 60; second += 1) {
      rig.network.step(1_000);
      rig.player.step();
      story.step(rig.network.timeMs);
      const now = new Set(rig.player.running().map((running) => running.name));
      for (const name of now) if (!before.has(name)) log.push(`${second} ${name}`);
      before = now;
    }
    return { log, values: [...rig.network.values] };
  }

  test('same seed, same story and same values; another seed, another story', () => {
    const first = playedIn(11, 15);
    expect(playedIn(11, 15)).toEqual(first);
    expect(playedIn(12, 15).log).not.toEqual(first.log);
  });

  test('a new event every minute or two, the first within two minutes', () => {
    const { log } = playedIn(1, 30);
    const times = log.map((line) => Number(line.split(' ')[0]));
    expect(times[0]).toBeLessThanOrEqual(120);
    for (const [index, time] of times.entries()) if (index > 0) expect(time - (times[index - 1] as number)).toBeLessThanOrEqual(150);
    expect(times.length).toBeGreaterThanOrEqual(15);
  });
});
