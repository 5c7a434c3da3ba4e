// Identifier shapes: stations `GS-01`, devices `GS-01.PLC-1`, points `GS-01.PT-101` (station, then ISA-5.1 tag), alarms `GS-01.PT-101.highHigh`.
import { z } from 'zod';

export const stationIdSchema = z.string().regex(/^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*$/, 'expected a station id such as GS-01');

/** ISA-5.1 instrument tag: function letters, loop number, optional suffix (PT-101, PDT-101A, XS-7). */
export const tagSchema = z.string().regex(/^[A-Z][A-Z0-9]{0,5}-[A-Z0-9]{1,8}$/, 'expected an ISA-5.1 tag such as PT-101');

export const deviceNameSchema = z.string().regex(/^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*$/, 'expected a device id such as PLC-1');

export const alarmNameSchema = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'expected a name such as highHigh or gasConfirmed');

export function pointId(stationId: string, tag: string): string {
  return `${stationId}.${tag}`;
}

export function deviceId(stationId: string, name: string): string {
  return `${stationId}.${name}`;
}
