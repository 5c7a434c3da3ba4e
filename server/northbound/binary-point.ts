// Which discrete points other systems get as true or false: those whose named states are 0 and 1.
import type { Point } from '../../domain/plant/plant.ts';

export function isBinary(point: Pick<Point, 'kind' | 'states'>): boolean {
  return (
    point.kind === 'discrete' &&
    point.states !== null &&
    point.states.length > 0 &&
    point.states.every(({ value }) => value === 0 || value === 1)
  );
}
