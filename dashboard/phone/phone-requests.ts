// The paths of the server that the phone calls, apart from the control room's, so that the phone loads few schemas.
import { z } from 'zod';
import { alarmViewSchema } from '../../domain/api/alarm-api.ts';
import { type HazardView, hazardViewSchema } from '../../domain/api/hazard-api.ts';
import { type IncidentView, incidentViewSchema } from '../../domain/api/incident-api.ts';
import { type WalkablePatrol, walkablePatrolSchema } from '../../domain/api/patrol-api.ts';
import {
  alarmDefinitionViewSchema,
  type PlantView,
  type PointView,
  plantViewSchema,
  pointViewSchema,
  type StationSummary,
  type StationView,
  stationSummarySchema,
  stationViewSchema,
} from '../../domain/api/plant-api.ts';
import { request, valueOrThrow } from '../http/request.ts';

export async function fetchPlant(): Promise<PlantView> {
  return valueOrThrow(await request('/api/plant', { schema: plantViewSchema }));
}

export async function fetchStations(): Promise<StationSummary[]> {
  return valueOrThrow(await request('/api/stations', { schema: z.array(stationSummarySchema) }));
}

export async function fetchStation(id: string): Promise<StationView> {
  return valueOrThrow(await request(`/api/stations/${encodeURIComponent(id)}`, { schema: stationViewSchema }));
}

export async function fetchPoints(stationId: string): Promise<PointView[]> {
  return valueOrThrow(await request(`/api/points?station=${encodeURIComponent(stationId)}`, { schema: z.array(pointViewSchema) }));
}

export async function fetchIncident(id: string): Promise<IncidentView> {
  return valueOrThrow(await request(`/api/incidents/${encodeURIComponent(id)}`, { schema: incidentViewSchema }));
}

export async function fetchMyHazards(): Promise<HazardView[]> {
  return valueOrThrow(await request('/api/hazards/mine', { schema: z.array(hazardViewSchema) }));
}

export async function fetchWalkable(): Promise<WalkablePatrol[]> {
  return valueOrThrow(await request('/api/patrols/walkable', { schema: z.array(walkablePatrolSchema) }));
}

export const alarmDetailSchema = alarmViewSchema.extend({ definition: alarmDefinitionViewSchema });
export type AlarmDetail = z.output<typeof alarmDetailSchema>;

export async function fetchAlarm(id: string): Promise<AlarmDetail> {
  return valueOrThrow(await request(`/api/alarms/${encodeURIComponent(id)}`, { schema: alarmDetailSchema }));
}
