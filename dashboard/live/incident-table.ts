// Every incident and drill that is not closed, as the server last said. A snapshot replaces all; a patch counts only if it is newer.
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import { Observable } from './observable.ts';

export class IncidentTable {
  readonly #incidents = new Map<string, IncidentSummary>();
  readonly list = new Observable<readonly IncidentSummary[]>([]);

  replace(incidents: readonly IncidentSummary[]): void {
    this.#incidents.clear();
    for (const incident of incidents) this.#incidents.set(incident.id, incident);
    this.#publish();
  }

  apply(incidents: readonly IncidentSummary[]): void {
    for (const incident of incidents) {
      const held = this.#incidents.get(incident.id);
      if (held !== undefined && incident.length < held.length) continue;
      if (incident.state === 'closed') this.#incidents.delete(incident.id);
      else this.#incidents.set(incident.id, incident);
    }
    this.#publish();
  }

  #publish(): void {
    this.list.set([...this.#incidents.values()].sort((one, other) => other.openedAtMs - one.openedAtMs));
  }
}
