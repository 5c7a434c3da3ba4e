// Every request of the evidence screen, with the shape of its answer.
import { z } from 'zod';
import {
  type EvidenceJobView,
  type EvidenceKeys,
  evidenceJobSchema,
  evidenceKeysSchema,
  type RequestEvidence,
} from '../../domain/api/evidence-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const of = (id: string) => `/api/evidence/${encodeURIComponent(id)}`;

export async function fetchEvidence(signal?: AbortSignal): Promise<EvidenceJobView[]> {
  return valueOrThrow(await request('/api/evidence', { schema: z.array(evidenceJobSchema), ...(signal && { signal }) }));
}

export async function fetchEvidenceKeys(signal?: AbortSignal): Promise<EvidenceKeys> {
  return valueOrThrow(await request('/api/evidence/keys', { schema: evidenceKeysSchema, ...(signal && { signal }) }));
}

export function askForEvidence(body: RequestEvidence): Promise<Answer<EvidenceJobView>> {
  return request('/api/evidence', { method: 'POST', body, schema: evidenceJobSchema });
}

export function cancelEvidence(id: string): Promise<Answer<EvidenceJobView>> {
  return request(`${of(id)}/cancel`, { method: 'POST', schema: evidenceJobSchema });
}

export function removeEvidence(id: string): Promise<Answer<null>> {
  return request(of(id), { method: 'DELETE', schema: null });
}

export function bundleAddress(id: string): string {
  return `${of(id)}/bundle`;
}
