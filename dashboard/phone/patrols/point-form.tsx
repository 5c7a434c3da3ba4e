// What is found at one point: a result for each item, readings typed in, photos, anything else; and the proof of having been there, or why there is none.
import { type ChangeEvent, type ReactNode, useId, useState } from 'react';
import { itemResults, type PatrolItem, type PatrolPoint } from '../../../domain/patrols/patrol.ts';
import { useWords } from '../../language/language.ts';
import { ConfirmButton } from '../confirm-button.tsx';
import { smallPicture } from '../incidents/small-picture.ts';
import { positionNow } from '../position/share-position.ts';
import { useDo } from '../queue/queue-context.tsx';
import { type Draft, emptyDraft, missingIn, resultOf, resultsOf } from './point-draft.ts';
import type { PhonePatrol } from './use-walkable-patrols.ts';

export interface ReadLabel {
  readonly placeId: string;
  readonly code: string;
  readonly by: 'scan' | 'tag';
}

export function PointForm({
  each: { patrol },
  point,
  label,
  onScan,
  onDone,
  onClose,
}: {
  readonly each: PhonePatrol;
  readonly point: PatrolPoint;
  /** The label that was read, of this point. */
  readonly label: ReadLabel | null;
  readonly onScan: () => void;
  readonly onDone: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const { t, text } = useWords();
  const act = useDo();
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const missing = missingIn(draft, point, label !== null);

  async function confirm(): Promise<void> {
    setIsWorking(true);
    const common = { patrolId: patrol.id, name: patrol.name, place: point.name, placeId: point.placeId };
    try {
      await act(patrol.stationId, {
        kind: 'patrolVisit',
        ...common,
        proof: label === null ? 'hand' : label.by,
        code: label?.code ?? null,
        handReason: label === null ? (draft.handReason?.trim() ?? null) : null,
        position: positionNow(),
        results: resultsOf(draft, point),
        finding: draft.finding.trim() === '' ? null : draft.finding.trim(),
        isHazard: draft.isHazard && draft.finding.trim() !== '',
      });
      for (const picture of draft.pictures) await act(patrol.stationId, { kind: 'patrolPhoto', ...common, picture });
      onDone();
    } catch {
      setProblem(t('phone.queue.keepFailed'));
      setIsWorking(false);
    }
  }

  async function takePicture(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    const picture = await smallPicture(file);
    if (picture === null) return setProblem(t('phone.incident.notAPicture'));
    setProblem(null);
    setDraft((before) => ({ ...before, pictures: [...before.pictures, picture] }));
  }

  return (
    <section className="phone-panel" aria-labelledby="point-title" data-testid="point-form">
      <h2 id="point-title">{text(point.name)}</h2>
      {point.hint !== null && <p className="phone-hint">{text(point.hint)}</p>}
      <Proof draft={draft} label={label} onScan={onScan} onChange={change} />
      {point.items.map((item) => (
        <ItemField key={item.id} item={item} draft={draft} onChange={change} />
      ))}
      <FindingField draft={draft} onChange={change} />
      <label className="phone-button" data-disabled={isWorking || undefined}>
        {draft.pictures.length === 0 ? t('phone.patrol.photo') : t('phone.patrol.photoTaken', { count: draft.pictures.length })}
        {point.needsPhoto && draft.pictures.length === 0 && <small> {t('phone.patrol.photoNeeded')}</small>}
        <input
          className="visually-hidden"
          type="file"
          accept="image/*"
          capture="environment"
          disabled={isWorking}
          onChange={(event) => void takePicture(event)}
          data-testid="point-photo"
        />
      </label>
      {problem !== null && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {problem}
        </p>
      )}
      {missing.length > 0 && (
        <p className="phone-hint" data-testid="still-missing">
          {t('phone.patrol.stillMissing', { what: missing.map((what) => t(`phone.patrol.missing.${what}`)).join('、') })}
        </p>
      )}
      <ConfirmButton
        className="big-button big-button-next"
        name={t('phone.patrol.confirm')}
        label={t('phone.patrol.confirm')}
        isDisabled={missing.length > 0 || isWorking}
        onConfirm={() => void confirm()}
        testId="confirm-point"
      />
      <button type="button" className="phone-button" onClick={onClose}>
        {t('common.cancel')}
      </button>
    </section>
  );
}

function Proof({
  draft,
  label,
  onScan,
  onChange,
}: {
  readonly draft: Draft;
  readonly label: ReadLabel | null;
  readonly onScan: () => void;
  readonly onChange: (part: Partial<Draft>) => void;
}): ReactNode {
  const { t } = useWords();
  const fieldId = useId();
  if (label !== null)
    return (
      <p className="no-margin" data-testid="proof">
        ✓ {t(label.by === 'tag' ? 'phone.patrol.tagged' : 'phone.patrol.scanned')}
      </p>
    );
  if (draft.handReason !== null)
    return (
      <div className="phone-field">
        <label htmlFor={fieldId}>
          {t('phone.patrol.byHandReason')} · {t('phone.patrol.byHandMark')}
        </label>
        <textarea
          id={fieldId}
          rows={2}
          maxLength={300}
          value={draft.handReason}
          onChange={(event) => onChange({ handReason: event.target.value })}
          data-testid="hand-reason"
        />
      </div>
    );
  return (
    <>
      <p className="no-margin">{t('phone.patrol.notScanned')}</p>
      <div className="two-buttons">
        <button type="button" className="phone-button" onClick={onScan} data-testid="scan-point">
          {t('phone.patrol.scan')}
        </button>
        <button type="button" className="phone-button" onClick={() => onChange({ handReason: '' })} data-testid="by-hand">
          {t('phone.patrol.byHand')}
        </button>
      </div>
    </>
  );
}

function ItemField({
  item,
  draft,
  onChange,
}: {
  readonly item: PatrolItem;
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}): ReactNode {
  const { t, text } = useWords();
  const result = resultOf(draft, item)?.result;
  return (
    <fieldset className="patrol-item" data-testid={`item-${item.id}`}>
      <legend>{text(item.text)}</legend>
      {item.reading !== null && (
        <label className="phone-field">
          <span className="phone-hint number">
            {item.reading.min !== null || item.reading.max !== null
              ? t('phone.patrol.limits', { min: item.reading.min ?? '…', max: item.reading.max ?? '…', unit: item.reading.unit })
              : item.reading.unit}
          </span>
          <input
            inputMode="decimal"
            aria-label={`${text(item.text)} ${item.reading.unit}`}
            value={draft.values[item.id] ?? ''}
            maxLength={12}
            onChange={(event) => onChange({ values: { ...draft.values, [item.id]: event.target.value } })}
            data-testid={`value-${item.id}`}
          />
        </label>
      )}
      <div className="three-buttons">
        {itemResults.map((name) => (
          <button
            key={name}
            type="button"
            className="phone-button"
            aria-pressed={result === name}
            onClick={() => onChange({ results: { ...draft.results, [item.id]: name } })}
            data-testid={`${name}-${item.id}`}
          >
            {t(`phone.patrol.${name}`)}
          </button>
        ))}
      </div>
      {result === 'failed' && (
        <label className="phone-field">
          <span>
            {t('phone.patrol.failedNote')} · <b>{t('phone.patrol.willBeHazard')}</b>
          </span>
          <textarea
            rows={2}
            maxLength={500}
            value={draft.notes[item.id] ?? ''}
            onChange={(event) => onChange({ notes: { ...draft.notes, [item.id]: event.target.value } })}
            data-testid={`note-${item.id}`}
          />
        </label>
      )}
    </fieldset>
  );
}

function FindingField({ draft, onChange }: { readonly draft: Draft; readonly onChange: (part: Partial<Draft>) => void }): ReactNode {
  const { t } = useWords();
  return (
    <>
      <label className="phone-field">
        <span>{t('phone.patrol.finding')}</span>
        <textarea
          rows={2}
          maxLength={2_000}
          value={draft.finding}
          onChange={(event) => onChange({ finding: event.target.value })}
          data-testid="finding"
        />
      </label>
      {draft.finding.trim() !== '' && (
        <label className="tick">
          <input
            type="checkbox"
            checked={draft.isHazard}
            onChange={(event) => onChange({ isHazard: event.target.checked })}
            data-testid="is-hazard"
          />
          <span>{t('phone.patrol.isHazard')}</span>
        </label>
      )}
    </>
  );
}
