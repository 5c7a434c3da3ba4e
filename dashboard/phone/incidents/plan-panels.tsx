// What a team must know of the place and has to do there: how to get in, whom to call, hydrants, valves, the check-list.
import type { ReactNode } from 'react';
import type { IncidentView } from '../../../domain/api/incident-api.ts';
import { planRoleWords } from '../../../domain/incidents/incident-words.ts';
import type { PlanView } from '../../../domain/incidents/response-plan.ts';
import { useWords } from '../../language/language.ts';
import { usePermission } from '../../session/plant-context.tsx';
import type { IncidentStep, QueuedAction } from '../queue/queued-action.ts';
import { geoLink } from '../station/phone-station-screen.tsx';

export function AccessPanel({ plan }: { readonly plan: PlanView }): ReactNode {
  const { t, text } = useWords();
  if (plan.access.length === 0) return null;
  return (
    <section className="phone-panel" aria-labelledby="access-title">
      <h2 id="access-title">{t('phone.incident.access')}</h2>
      {plan.access.map((line) => (
        <p key={line.zh} className="no-margin">
          {text(line)}
        </p>
      ))}
    </section>
  );
}

export function ContactsPanel({ plan }: { readonly plan: PlanView }): ReactNode {
  const { t, text } = useWords();
  if (plan.contacts.length === 0) return null;
  return (
    <section className="phone-panel" aria-labelledby="contacts-title">
      <h2 id="contacts-title">{t('phone.incident.contacts')}</h2>
      {plan.contacts.map(({ name, role, phone }) => (
        <a key={`${name.zh} ${phone}`} className="phone-button call" href={`tel:${phone.replace(/[^\d+*#]/g, '')}`} data-testid="call">
          <span>
            {text(name)} <small>{text(role)}</small>
          </span>
          <span className="number">{phone}</span>
        </a>
      ))}
    </section>
  );
}

export function PlacesPanel({ plan }: { readonly plan: PlanView }): ReactNode {
  const { t, text } = useWords();
  const places = [
    ...plan.hydrants.map(({ name, note, position }) => ({ kind: 'hydrant' as const, name, note, position })),
    ...plan.valves.map(({ name, isolates, position }) => ({
      kind: 'valve' as const,
      name,
      note: isolates,
      position,
    })),
  ];
  if (places.length === 0) return null;
  return (
    <section className="phone-panel" aria-labelledby="places-title">
      <h2 id="places-title">{t('phone.incident.places')}</h2>
      <ul className="phone-list">
        {places.map(({ kind, name, note, position }) => (
          <li key={`${kind} ${name.zh}`} className="place">
            <span className="phone-row-text">
              <span>
                <b>{t(`phone.incident.${kind}`)}</b> {text(name)}
              </span>
              {note !== null && (
                <span className="phone-row-small">
                  {kind === 'valve' ? t('phone.incident.isolates', { what: text(note) }) : text(note)}
                </span>
              )}
            </span>
            {position !== null && (
              <a
                className="phone-button"
                href={geoLink(position.latitude, position.longitude, text(name))}
                aria-label={`${t('phone.station.map')} ${text(name)}`}
              >
                {t('phone.incident.map')}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ChecklistPanel({
  incident,
  waiting,
  onStep,
}: {
  readonly incident: IncidentView;
  readonly waiting: readonly QueuedAction[];
  readonly onStep: (step: IncidentStep) => void;
}): ReactNode {
  const { t, text } = useWords();
  const mayAct = usePermission('incidents.act');
  const { items } = incident.plan;
  if (items.length === 0) return null;
  const unsent = new Map<string, 'done' | 'notApplicable' | 'open'>();
  for (const { deed } of waiting) if (deed.kind === 'incident' && deed.step.kind === 'tick') unsent.set(deed.step.itemId, deed.step.result);
  const isTicked = (itemId: string): boolean => (unsent.get(itemId) ?? (incident.ticks[itemId] === undefined ? 'open' : 'done')) !== 'open';
  return (
    <section className="phone-panel" aria-labelledby="checklist-title">
      <h2 id="checklist-title">
        {t('phone.incident.checklist', { done: items.filter((item) => isTicked(item.id)).length, total: items.length })}
      </h2>
      <ul className="phone-list">
        {items.map((item) => (
          <li key={item.id}>
            <label className="tick" data-unsent={unsent.has(item.id) || undefined}>
              <input
                type="checkbox"
                checked={isTicked(item.id)}
                disabled={!mayAct}
                onChange={(event) => onStep({ kind: 'tick', itemId: item.id, result: event.target.checked ? 'done' : 'open' })}
                data-testid={`tick-${item.id}`}
              />
              <span className="phone-row-text">
                <span>{text(item.text)}</span>
                <span className="phone-row-small">
                  {text(planRoleWords[item.role])}
                  {item.targetMinutes !== null && ` · ${t('phone.incident.within', { count: item.targetMinutes })}`}
                  {unsent.has(item.id) && ` · ${t('phone.queue.unsent')}`}
                  {!unsent.has(item.id) && incident.ticks[item.id] !== undefined && ` · ${incident.ticks[item.id]?.by.displayName}`}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}
