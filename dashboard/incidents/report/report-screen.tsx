// The accident report as a page to print: the chosen version (or the draft where none was saved), to whom it was reported, and the time line.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { IncidentView } from '../../../domain/api/incident-api.ts';
import { type ReportFields, reportFieldNames } from '../../../domain/incidents/incident.ts';
import { incidentSentence } from '../../../domain/incidents/incident-sentences.ts';
import { drillWord, incidentKindWords, reportDutyWords } from '../../../domain/incidents/incident-words.ts';
import { useWords } from '../../language/language.ts';
import { usePlant, useZone } from '../../session/plant-context.tsx';
import { formatDateTime } from '../../time/plant-time.ts';
import { useNow } from '../../values/use-now.ts';
import { StationNames } from '../incident-facts.tsx';
import { fetchIncident, fetchReportDraft } from '../incident-requests.ts';
import '../incidents.css';

const route = getRouteApi('/incidents/$incidentId/report');

interface Version {
  readonly version: number;
  readonly atMs: number;
  readonly by: string;
  readonly fields: ReportFields;
}

function versionsOf(incident: IncidentView): readonly Version[] {
  return incident.timeline.flatMap((entry) =>
    entry.source === 'incident' && entry.event.kind === 'saveReport'
      ? [{ version: entry.event.version, atMs: entry.event.atMs, by: entry.event.by?.displayName ?? '', fields: entry.event.fields }]
      : [],
  );
}

export function ReportScreen(): ReactNode {
  const { incidentId } = route.useParams();
  const { t, language } = useWords();
  const incident = useQuery({ queryKey: ['incidents', incidentId], queryFn: ({ signal }) => fetchIncident(incidentId, signal) });
  const draft = useQuery({
    queryKey: ['incidents', incidentId, 'draft', language],
    queryFn: ({ signal }) => fetchReportDraft(incidentId, language, signal),
    enabled: incident.data !== undefined && incident.data.report === null,
  });
  if (incident.data === undefined) return <p className="empty">{incident.isError ? t('incidents.notFound') : t('common.loading')}</p>;
  return <Report incident={incident.data} draft={draft.data ?? null} />;
}

function Report({ incident, draft }: { readonly incident: IncidentView; readonly draft: ReportFields | null }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { plant } = usePlant();
  const nowMs = useNow(60_000);
  const versions = versionsOf(incident);
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = versions.find((each) => each.version === chosen) ?? versions.at(-1) ?? null;
  const fields = shown?.fields ?? draft;
  return (
    <article className="report-page" data-testid="report-page">
      <div className="report-page-tools">
        <Link to="/incidents/$incidentId" params={{ incidentId: incident.id }} className="button">
          {t('incidents.back')}
        </Link>
        {versions.length > 1 && (
          <label>
            <span className="visually-hidden">{t('incidents.report.older')}</span>
            <select className="input" value={shown?.version ?? ''} onChange={(event) => setChosen(Number(event.target.value))}>
              {versions.toReversed().map((each) => (
                <option key={each.version} value={each.version}>
                  {t('incidents.report.version', { version: each.version, name: each.by, time: formatDateTime(each.atMs, zone) })}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" className="button button-primary" onClick={() => window.print()}>
          {t('incidents.report.printButton')}
        </button>
      </div>
      <header>
        {incident.isDrill && (
          <p className="drill-band">
            {drillWord.zh} · {drillWord.en}
          </p>
        )}
        <h1>{t('incidents.report.title')}</h1>
        <p>
          {text(plant.company.name)} · <StationNames ids={incident.stationIds} /> · {text(incidentKindWords[incident.kind])}
        </p>
        <p className="number">
          {t('incidents.report.number')} {incident.number} ·{' '}
          {shown === null
            ? t('incidents.report.draft', { time: formatDateTime(nowMs, zone) })
            : t('incidents.report.version', { version: shown.version, name: shown.by, time: formatDateTime(shown.atMs, zone) })}
        </p>
      </header>
      {fields === null ? (
        <p className="empty">{t('common.loading')}</p>
      ) : (
        reportFieldNames.map((name) => (
          <section key={name}>
            <h2>{t(`incidents.report.field.${name}`)}</h2>
            <p className="pre-line">{fields[name] === '' ? '—' : fields[name]}</p>
          </section>
        ))
      )}
      <section>
        <h2>{t('incidents.report.reportedTo')}</h2>
        <table className="incident-table number">
          <tbody>
            {incident.duties.map((duty) => (
              <tr key={duty.id}>
                <td>{text(reportDutyWords[duty.kind])}</td>
                <td>{t('incidents.reporting.dueAt', { time: formatDateTime(duty.dueAtMs, zone) })}</td>
                <td>{t(`incidents.reporting.state.${duty.state}`)}</td>
                <td>
                  {duty.reported !== null &&
                    `${formatDateTime(duty.reported.atMs, zone)} ${duty.reported.by.displayName} → ${duty.reported.toWhom}`}
                  {duty.waived !== null && `${duty.waived.by.displayName}: ${duty.waived.reason}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <h2>{t('incidents.timeline.title')}</h2>
        <table className="incident-table number report-timeline">
          <tbody>
            {incident.timeline
              .filter((entry) => entry.source === 'incident' || entry.what === 'raise' || entry.what === 'clear')
              .map((entry) =>
                entry.source === 'incident' ? (
                  <tr key={`i${entry.position}`}>
                    <td>{formatDateTime(entry.event.atMs, zone)}</td>
                    <td>{entry.event.by?.displayName ?? t('incidents.timeline.system')}</td>
                    <td>{text(incidentSentence(entry.event, incident.plan.items))}</td>
                  </tr>
                ) : (
                  <tr key={`a${entry.sequence}`}>
                    <td>{formatDateTime(entry.atMs, zone)}</td>
                    <td>{t(entry.what === 'raise' ? 'incidents.timeline.raise' : 'incidents.timeline.clear')}</td>
                    <td>
                      {text(entry.message)} ({entry.alarmId})
                    </td>
                  </tr>
                ),
              )}
          </tbody>
        </table>
      </section>
      <footer className="number">
        <p>{t('incidents.report.signature')}</p>
        <p className="muted">{t('incidents.report.printed', { time: formatDateTime(nowMs, zone) })}</p>
      </footer>
    </article>
  );
}
