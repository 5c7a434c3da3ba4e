// One device: what it is, how it fares, and by sections what it holds. Sections that ask the device are for those who may.
import { type ReactNode, useState } from 'react';
import type { EngineeringDevice } from '../../domain/api/engineering-api.ts';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import { formatOffset } from '../health/health-sentence.ts';
import { useWords, type WordKey } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { BrowsePanel } from './browse-panel.tsx';
import { ConnectionText } from './connection-text.tsx';
import { reconnectDevice } from './engineering-requests.ts';
import { FramesPanel } from './frames-panel.tsx';
import { PeekPanel } from './peek-panel.tsx';
import { PlanPanel } from './plan-panel.tsx';
import { ScanChart } from './scan-chart.tsx';
import { useAsk } from './use-ask.ts';

type Section = 'scans' | 'peek' | 'browse' | 'plan' | 'frames';

export function DevicePanel({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t, text } = useWords();
  const mayPeek = usePermission('engineering.peek');
  const isOpcua = device.protocol === 'opcua';
  const sections: readonly Section[] = mayPeek ? (isOpcua ? ['browse', 'scans'] : ['peek', 'plan', 'frames', 'scans']) : ['scans'];
  const [section, setSection] = useState<Section>(sections[0] ?? 'scans');
  return (
    <section className="panel device-panel" aria-label={device.id} data-testid="device-panel">
      <div className="panel-head">
        <h2>
          {device.id} <span className="muted">{text(device.name)}</span>
        </h2>
        <ConnectionText device={device} />
        {mayPeek && <Reconnect device={device} />}
      </div>
      <Facts device={device} />
      <div className="choices device-sections" role="toolbar" aria-label={device.id}>
        {sections.map((name) => (
          <button key={name} type="button" aria-pressed={section === name} onClick={() => setSection(name)} data-testid={`section-${name}`}>
            {t(`engineering.section.${name}`)}
          </button>
        ))}
      </div>
      <div className="device-section">
        {section === 'peek' && <PeekPanel device={device} />}
        {section === 'browse' && <BrowsePanel device={device} />}
        {section === 'plan' && <PlanPanel deviceId={device.id} />}
        {section === 'frames' && <FramesPanel deviceId={device.id} />}
        {section === 'scans' && <ScanChart device={device} />}
      </div>
    </section>
  );
}

function Reconnect({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t } = useWords();
  const ask = useAsk<EngineeringAnswer>();
  return (
    <>
      <span role="status" className="muted small">
        {ask.problem ?? (ask.value === null ? '' : t('engineering.reconnecting'))}
      </span>
      <button
        type="button"
        className="button button-small panel-link"
        title={t('engineering.reconnectHint')}
        disabled={ask.isAsking}
        onClick={() => void ask.run(() => reconnectDevice(device.id))}
        data-testid="reconnect"
      >
        {t('engineering.reconnect')}
      </button>
    </>
  );
}

function Facts({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const { status, modbus } = device;
  const facts: readonly (readonly [string, string | null])[] = [
    [t('engineering.fact.address'), device.address],
    [t('engineering.fact.unit'), device.unitId === null ? null : String(device.unitId)],
    [t('engineering.fact.protocol'), device.protocol],
    [t('engineering.fact.security'), device.security],
    [t('engineering.fact.profile'), device.profileId],
    [t('engineering.fact.wordOrder'), modbus === null ? null : modbus.wordOrders.join(', ')],
    [t('engineering.fact.scan'), device.scanMs.map((period) => `${period / 1_000} s`).join(', ')],
    [t('engineering.fact.points'), String(device.pointCount)],
    [t('engineering.fact.collector'), device.collectorId],
    [
      t('engineering.column.connection'),
      status === null ? null : t('engineering.since', { time: formatRecent(status.sinceMs, serverNowMs(), zone) }),
    ],
    [t('engineering.fact.reconnects'), status === null ? null : String(status.reconnects)],
    [t('engineering.fact.requests'), status === null || device.protocol === 'opcua' ? null : String(status.requests)],
    [t('engineering.fact.clock'), status?.clockOffsetMs == null ? null : formatOffset(status.clockOffsetMs)],
  ];
  const reasons = Object.entries(status?.errorsByReason ?? {});
  return (
    <dl className="device-facts number">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
      <div className="device-errors">
        <dt className="muted">{t('engineering.section.errors')}</dt>
        <dd data-testid="device-errors">
          {reasons.length === 0
            ? t('engineering.noErrors')
            : reasons.map(([reason, count]) => `${t(`engineering.reason.${reason}` as WordKey)} ${count}`).join(' · ')}
        </dd>
      </div>
    </dl>
  );
}
