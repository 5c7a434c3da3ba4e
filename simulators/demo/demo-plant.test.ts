// The demo plant is what people see first: none of its alarms may leave the operator without an answer.
import { describe, expect, test } from 'vitest';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { demoPlantText } from './demo-plant.ts';

describe('demo plant', () => {
  let port = 20_000;
  const text = demoPlantText({
    host: '127.0.0.1',
    portOf: () => {
      port += 1;
      return port;
    },
    thumbprintOf: () => 'AA'.repeat(20),
  });
  const parsed = parsePlantText(text, { version: 'demo' });
  const alarms = 'plant' in parsed ? parsed.plant.alarms : [];

  test('every alarm says its cause, its consequence and what to do', () => {
    expect(alarms.length).toBeGreaterThan(1_000);
    const silent = alarms.filter(({ cause, consequence, response }) => cause === null || consequence === null || response === null);
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  test('every alarm that is not about the instruments says how long there is', () => {
    const timeless = alarms.filter((alarm) => alarm.class !== 'diagnostic' && alarm.responseTimeMs === null);
    expect(timeless.map(({ id }) => id)).toEqual([]);
  });
});
