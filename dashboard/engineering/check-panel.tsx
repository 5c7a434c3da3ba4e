// Paste YAML, see what is wrong in which line.
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import type { PlantCheckResult } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { StationOptions } from '../station/station-options.tsx';
import { CheckResult } from './check-result.tsx';
import { checkPlant } from './engineering-requests.ts';
import { useAsk } from './use-ask.ts';

type PlaceKind = 'plant' | 'station' | 'device';

export function CheckPanel(): ReactNode {
  const { t } = useWords();
  const { stations } = usePlant();
  const [kind, setKind] = useState<PlaceKind>('station');
  const [stationId, setStationId] = useState(stations[0]?.id ?? '');
  const [text, setText] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const ask = useAsk<PlantCheckResult>();
  function submit(event: FormEvent): void {
    event.preventDefault();
    void ask.run(() => checkPlant({ text, place: kind === 'device' ? { kind, stationId } : { kind } }));
  }
  function showLine(line: number): void {
    const lines = text.split('\n');
    const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  }
  return (
    <section className="panel" aria-label={t('engineering.plant.checkTitle')}>
      <div className="panel-head">
        <h2>{t('engineering.plant.checkTitle')}</h2>
      </div>
      <form className="plant-form" onSubmit={submit}>
        <p className="no-margin muted">{t('engineering.plant.checkHint')}</p>
        <div className="plant-fields">
          <label className="field">
            <span>{t('engineering.plant.place')}</span>
            <select value={kind} onChange={(event) => setKind(event.target.value as PlaceKind)} data-testid="check-place">
              {(['station', 'device', 'plant'] as const).map((name) => (
                <option key={name} value={name}>
                  {t(`engineering.plant.places.${name}`)}
                </option>
              ))}
            </select>
          </label>
          {kind === 'device' && (
            <label className="field">
              <span>{t('engineering.plant.ofStation')}</span>
              <select value={stationId} onChange={(event) => setStationId(event.target.value)}>
                <StationOptions stations={stations} />
              </select>
            </label>
          )}
        </div>
        <label className="field">
          <span>{t('engineering.plant.text')}</span>
          <textarea
            ref={area}
            className="plant-input"
            value={text}
            rows={16}
            required
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            data-testid="check-text"
          />
        </label>
        <button type="submit" className="button button-primary" disabled={ask.isAsking} data-testid="check-submit">
          {ask.isAsking ? t('engineering.plant.checking') : t('engineering.plant.check')}
        </button>
        <ProblemNotice text={ask.problem} />
        {ask.value !== null && <CheckResult check={ask.value} onLine={showLine} />}
      </form>
    </section>
  );
}
