// The response plan as a list to tick: who, what, by when; done by whom and when; what is late stands out while the incident is open.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { planRoleWords } from '../../domain/incidents/incident-words.ts';
import type { PlanItem } from '../../domain/incidents/response-plan.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { formatMinute, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { ActionNoticeLine } from './action-notice.tsx';
import type { IncidentActing } from './use-incident-action.ts';

interface Props {
  readonly incident: IncidentView;
  readonly acting: IncidentActing;
}

export function PlanChecklist({ incident, acting }: Props): ReactNode {
  const { t } = useWords();
  const [noting, setNoting] = useState<PlanItem | null>(null);
  const { items, revised } = incident.plan;
  const done = items.filter((item) => incident.ticks[item.id] !== undefined).length;
  return (
    <section className="panel" aria-label={t('incidents.checklist.title')}>
      <div className="panel-head">
        <h2>{t('incidents.checklist.title')}</h2>
        {items.length > 0 && <b className="number">{t('incidents.checklist.progress', { done, total: items.length })}</b>}
        {revised !== null && <span className="muted small number panel-link">{t('incidents.checklist.revised', { date: revised })}</span>}
      </div>
      {items.length === 0 && <p className="empty">{t('incidents.checklist.none')}</p>}
      <ul className="checklist" data-testid="checklist">
        {items.map((item) => (
          <Item key={item.id} item={item} incident={incident} acting={acting} onNote={() => setNoting(item)} />
        ))}
      </ul>
      {noting !== null && <NoteDialog item={noting} acting={acting} onClose={() => setNoting(null)} />}
    </section>
  );
}

function Item({ item, incident, acting, onNote }: Props & { readonly item: PlanItem; readonly onNote: () => void }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nowMs = useNow(5_000);
  const durationText = useDurationText();
  const mayAct = usePermission('incidents.act') && incident.closed === null;
  const tick = incident.ticks[item.id];
  const dueAtMs = item.targetMinutes === null ? null : incident.openedAtMs + item.targetMinutes * 60_000;
  const endMs = incident.closed?.atMs ?? nowMs;
  const isLate = dueAtMs !== null && (tick === undefined ? endMs > dueAtMs : tick.result === 'done' && tick.atMs > dueAtMs);
  const words = text(item.text);
  const [isOnItsWay, setIsOnItsWay] = useState(false);
  async function send(result: 'done' | 'open'): Promise<void> {
    setIsOnItsWay(true);
    await acting.send({ kind: 'tick', itemId: item.id, result });
    setIsOnItsWay(false);
  }
  return (
    <li data-ticked={tick?.result} data-late={(isLate && tick === undefined) || undefined} data-testid={`item-${item.id}`}>
      <label className="check">
        <input
          type="checkbox"
          checked={tick?.result === 'done'}
          disabled={!mayAct || acting.isSending}
          ref={(input) => {
            // Neither ticked nor not, until the server has said so.
            if (input !== null) input.indeterminate = isOnItsWay;
          }}
          onChange={(event) => void send(event.target.checked ? 'done' : 'open')}
        />
        <span>
          <span className="checklist-text">{words}</span>
          <span className="muted small checklist-facts number">
            {text(planRoleWords[item.role])}
            {!item.isRequired && ` · ${t('incidents.checklist.optional')}`}
            {dueAtMs !== null && ` · ${t('incidents.checklist.dueAt', { time: formatMinute(dueAtMs, zone) })}`}
            {isLate && dueAtMs !== null && (
              <b className={tick === undefined ? 'overdue' : undefined}>
                {' · '}
                {t('incidents.checklist.overdue', { duration: durationText((tick?.atMs ?? endMs) - dueAtMs) })}
              </b>
            )}
          </span>
          {tick !== undefined && (
            <span className="small checklist-facts number">
              {tick.result === 'notApplicable' && <b>{t('incidents.checklist.notApplicable')} · </b>}
              {t('incidents.checklist.by', { name: tick.by.displayName, time: formatRecent(tick.atMs, nowMs, zone) })}
              {tick.note !== null && ` · ${tick.note}`}
            </span>
          )}
        </span>
      </label>
      {mayAct && tick === undefined && (
        <button
          type="button"
          className="button button-small button-quiet"
          onClick={onNote}
          aria-label={`${t('incidents.checklist.note')}: ${words}`}
        >
          {t('incidents.checklist.note')}
        </button>
      )}
      {mayAct && tick?.result === 'notApplicable' && (
        <button
          type="button"
          className="button button-small button-quiet"
          aria-label={`${t('incidents.checklist.undo')}: ${words}`}
          onClick={() => void send('open')}
        >
          {t('incidents.checklist.undo')}
        </button>
      )}
    </li>
  );
}

function NoteDialog({
  item,
  acting,
  onClose,
}: {
  readonly item: PlanItem;
  readonly acting: IncidentActing;
  readonly onClose: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const [note, setNote] = useState('');
  const said = note.trim();
  async function send(result: 'done' | 'notApplicable'): Promise<void> {
    if (await acting.send({ kind: 'tick', itemId: item.id, result, ...(said === '' ? {} : { note: said }) })) onClose();
  }
  return (
    <Dialog title={text(item.text)} onClose={onClose} testId="tick-dialog">
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void send('done');
        }}
      >
        <div className="dialog-body">
          <ActionNoticeLine acting={acting} />
          <label className="field">
            <span>{t('incidents.checklist.note')}</span>
            <textarea data-autofocus="" value={note} maxLength={2_000} onChange={(event) => setNote(event.target.value)} />
          </label>
        </div>
        <div className="dialog-foot">
          <button type="button" className="button" disabled={said === '' || acting.isSending} onClick={() => void send('notApplicable')}>
            {t('incidents.checklist.notApplicable')}
          </button>
          <button type="submit" className="button button-primary" disabled={acting.isSending}>
            {t('incidents.checklist.done')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
