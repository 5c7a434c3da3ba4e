import { StatusCodes } from 'node-opcua';
import { expect, test } from 'vitest';
import { qualityCodes, qualitySeverity } from '../../../domain/readings/quality.ts';
import { statusOfQuality } from './quality-status.ts';

test('every quality has a status of the same severity', () => {
  // The two highest bits of a status code are its severity.
  const severities = ['good', 'uncertain', 'bad'];
  for (const code of qualityCodes) expect(severities[statusOfQuality(code).value >>> 30]).toBe(qualitySeverity(code));
});

test('no quality but the plain ones falls to a plain status, and an unknown one is bad', () => {
  const plain = qualityCodes.filter((code) => [StatusCodes.Good.value, StatusCodes.Bad.value].includes(statusOfQuality(code).value));
  expect(plain).toEqual([0, 32]);
  expect(statusOfQuality(255)).toBe(StatusCodes.Bad);
});
