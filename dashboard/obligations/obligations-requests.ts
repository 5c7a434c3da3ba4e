// The questions that the obligations screens ask of the server, and what they change there.
import {
  type AddCertificate,
  type CallContacts,
  certificateListSchema,
  certificateViewSchema,
  emergencyContactsSchema,
  inspectionSchema,
  obligationDetailSchema,
  obligationMatrixSchema,
} from '../../domain/api/obligations-api.ts';
import { request, valueOrThrow } from '../http/request.ts';

/** A month of the plant's calendar, or the last days up to now. */
export interface ObligationPeriod {
  readonly month: string | null;
  readonly days: number | null;
}

export function periodSearch({ month, days }: ObligationPeriod, nowMs: number): URLSearchParams {
  const search = new URLSearchParams();
  if (month !== null) search.set('month', month);
  else if (days !== null) {
    search.set('from', String(nowMs - days * 86_400_000));
    search.set('to', String(nowMs));
  }
  return search;
}

export async function fetchMatrix(search: URLSearchParams, signal: AbortSignal) {
  return valueOrThrow(await request(`/api/obligations?${search}`, { schema: obligationMatrixSchema, signal }));
}

export async function fetchObligation(id: string, stationId: string | null, search: URLSearchParams, signal: AbortSignal) {
  const asked = new URLSearchParams(search);
  if (stationId !== null) asked.set('station', stationId);
  return valueOrThrow(await request(`/api/obligations/${encodeURIComponent(id)}?${asked}`, { schema: obligationDetailSchema, signal }));
}

export async function fetchInspection(stationId: string, signal: AbortSignal) {
  return valueOrThrow(await request(`/api/stations/${encodeURIComponent(stationId)}/inspection`, { schema: inspectionSchema, signal }));
}

const contactsPath = (stationId: string) => `/api/stations/${encodeURIComponent(stationId)}/emergency-contacts`;

export async function fetchContacts(stationId: string, signal: AbortSignal) {
  return valueOrThrow(await request(contactsPath(stationId), { schema: emergencyContactsSchema, signal }));
}

export function postContactCall(stationId: string, body: CallContacts) {
  return request(contactsPath(stationId), { method: 'POST', body, schema: emergencyContactsSchema });
}

export async function fetchCertificates(signal: AbortSignal) {
  return valueOrThrow(await request('/api/certificates', { schema: certificateListSchema, signal }));
}

export function addCertificate(body: AddCertificate) {
  return request('/api/certificates', { method: 'POST', body, schema: certificateViewSchema });
}

export function revokeCertificate(id: string, reason: string) {
  return request(`/api/certificates/${encodeURIComponent(id)}/revoke`, { method: 'POST', body: { reason }, schema: certificateViewSchema });
}
