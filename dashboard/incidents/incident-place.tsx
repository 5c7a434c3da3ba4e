// What the team must know of the place: how to get in, whom to call, valves and water, and a sketch of where things and people are.
import type { ReactNode } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { usePointById } from '../values/all-points.ts';
import { ReadingText } from '../values/reading-text.tsx';
import { PlaceSketch, type SketchMark } from './place-sketch.tsx';

export function IncidentPlace({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const pointById = usePointById();
  const { plan } = incident;
  const station = stations.find((candidate) => candidate.id === incident.stationIds[0]);
  const marks: SketchMark[] = [
    ...plan.valves.flatMap((valve): SketchMark[] =>
      valve.position === null ? [] : [{ kind: 'valve', name: text(valve.name), ...valve.position }],
    ),
    ...plan.hydrants.flatMap((hydrant): SketchMark[] =>
      hydrant.position === null ? [] : [{ kind: 'hydrant', name: text(hydrant.name), ...hydrant.position }],
    ),
    ...incident.team.flatMap((member): SketchMark[] =>
      member.position === null ? [] : [{ kind: 'person', name: member.displayName, ...member.position }],
    ),
    ...incident.photos.flatMap((photo): SketchMark[] =>
      photo.position === null ? [] : [{ kind: 'photo', name: photo.caption ?? t('incidents.photos.title'), ...photo.position }],
    ),
  ];
  return (
    <section className="panel" aria-label={t('incidents.place.title')} data-testid="place">
      <div className="panel-head">
        <h2>{t('incidents.place.title')}</h2>
      </div>
      {station?.position != null && marks.length > 0 && <PlaceSketch origin={station.position} marks={marks} />}
      <dl className="facts place-facts">
        {plan.access.length > 0 && (
          <div>
            <dt>{t('incidents.place.access')}</dt>
            <dd>{plan.access.map(text).join(' · ')}</dd>
          </div>
        )}
        {plan.valves.length > 0 && (
          <div>
            <dt>{t('incidents.place.valves')}</dt>
            <dd>
              <ul>
                {plan.valves.map((valve) => {
                  const point = valve.pointId === null ? undefined : pointById.get(valve.pointId);
                  return (
                    <li key={valve.name.zh}>
                      <b>{text(valve.name)}</b> {point !== undefined && <ReadingText point={point} />}
                      {valve.isolates !== null && (
                        <span className="muted small"> {t('incidents.place.isolates', { what: text(valve.isolates) })}</span>
                      )}
                    </li>
                  );
                })}
              </ul>
            </dd>
          </div>
        )}
        {plan.hydrants.length > 0 && (
          <div>
            <dt>{t('incidents.place.hydrants')}</dt>
            <dd>
              <ul>
                {plan.hydrants.map((hydrant) => (
                  <li key={hydrant.name.zh}>
                    <b>{text(hydrant.name)}</b> {hydrant.note !== null && <span className="muted small">{text(hydrant.note)}</span>}
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
        {plan.contacts.length > 0 && (
          <div>
            <dt>{t('incidents.place.contacts')}</dt>
            <dd>
              <ul>
                {plan.contacts.map((contact) => (
                  <li key={`${contact.phone}${contact.name.zh}`}>
                    {text(contact.name)} <span className="muted small">{text(contact.role)}</span> <b className="number">{contact.phone}</b>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
      {plan.access.length + plan.valves.length + plan.hydrants.length + plan.contacts.length + marks.length === 0 && (
        <p className="empty">{t('incidents.place.none')}</p>
      )}
    </section>
  );
}
