// A point for tests of drawings, with what matters to the test said by it.
import type { PointView } from '../../domain/api/plant-api.ts';
import type { PointRole } from '../../domain/plant/plant-kinds.ts';

export function pointFixture(tag: string, role: PointRole, unitOf: string | null = null): PointView {
  return {
    id: `GS-01.${tag}`,
    tag,
    stationId: 'GS-01',
    deviceId: 'D',
    name: { zh: tag, en: tag },
    kind: 'analog',
    role,
    unitOf,
    plan: null,
    unit: '',
    digits: 1,
    range: null,
    normal: null,
    setpoint: null,
    scanMs: 1_000,
    states: null,
    limits: [],
    latest: { pointId: `GS-01.${tag}`, value: null, timeMs: null, quality: { severity: 'bad', reason: 'notYetRead' } },
  };
}
