// What the engineering screens ask of the server.
import { z } from 'zod';
import {
  type AddDevice,
  type CopyStation,
  type EngineeringDevice,
  engineeringDeviceSchema,
  type PeekRequest,
  type PlantBlock,
  type PlantCheckRequest,
  type PlantCheckResult,
  type PlantSource,
  type ProfileView,
  plantBlockSchema,
  plantCheckResultSchema,
  plantSourceSchema,
  profileViewSchema,
  type ScanMinute,
  scanMinuteSchema,
} from '../../domain/api/engineering-api.ts';
import {
  type PlantDifference,
  type PlantVersionView,
  plantDifferenceSchema,
  plantVersionSchema,
} from '../../domain/api/plant-versions-api.ts';
import { type EngineeringAnswer, engineeringAnswerSchema } from '../../domain/messages/engineering-command.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const base = '/api/engineering';
const deviceUrl = (id: string, what: string): string => `${base}/devices/${encodeURIComponent(id)}/${what}`;

export async function fetchDevices(signal: AbortSignal): Promise<EngineeringDevice[]> {
  return valueOrThrow(await request(`${base}/devices`, { schema: z.array(engineeringDeviceSchema), signal }));
}

export async function fetchScans(id: string, signal: AbortSignal): Promise<ScanMinute[]> {
  return valueOrThrow(await request(deviceUrl(id, 'scans'), { schema: z.array(scanMinuteSchema), signal }));
}

export async function fetchProfiles(signal: AbortSignal): Promise<ProfileView[]> {
  return valueOrThrow(await request(`${base}/profiles`, { schema: z.array(profileViewSchema), signal }));
}

export async function fetchPlantSource(signal: AbortSignal): Promise<PlantSource> {
  return valueOrThrow(await request(`${base}/plant`, { schema: plantSourceSchema, signal }));
}

export async function fetchPlantVersions(signal: AbortSignal): Promise<PlantVersionView[]> {
  return valueOrThrow(await request(`${base}/plant-versions`, { schema: z.array(plantVersionSchema), signal }));
}

export async function fetchPlantDifference(from: number, to: number, signal: AbortSignal): Promise<PlantDifference> {
  return valueOrThrow(await request(`${base}/plant-difference?from=${from}&to=${to}`, { schema: plantDifferenceSchema, signal }));
}

export function askDevice(id: string, what: 'plan' | 'frames'): Promise<Answer<EngineeringAnswer>> {
  return request(deviceUrl(id, what), { schema: engineeringAnswerSchema });
}

export function reconnectDevice(id: string): Promise<Answer<EngineeringAnswer>> {
  return request(deviceUrl(id, 'reconnect'), { method: 'POST', schema: engineeringAnswerSchema });
}

export function peek(body: PeekRequest): Promise<Answer<EngineeringAnswer>> {
  return request(`${base}/peek`, { method: 'POST', body, schema: engineeringAnswerSchema });
}

export function browse(deviceId: string, nodeId: string | null): Promise<Answer<EngineeringAnswer>> {
  return request(`${base}/browse`, { method: 'POST', body: { deviceId, nodeId }, schema: engineeringAnswerSchema });
}

export function readNode(deviceId: string, nodeId: string): Promise<Answer<EngineeringAnswer>> {
  return request(`${base}/node`, { method: 'POST', body: { deviceId, nodeId }, schema: engineeringAnswerSchema });
}

export function checkPlant(body: PlantCheckRequest): Promise<Answer<PlantCheckResult>> {
  return request('/api/plant/check', { method: 'POST', body, schema: plantCheckResultSchema });
}

export function copyStation(body: CopyStation): Promise<Answer<PlantBlock>> {
  return request(`${base}/copy-station`, { method: 'POST', body, schema: plantBlockSchema });
}

export function addDevice(body: AddDevice): Promise<Answer<PlantBlock>> {
  return request(`${base}/add-device`, { method: 'POST', body, schema: plantBlockSchema });
}
