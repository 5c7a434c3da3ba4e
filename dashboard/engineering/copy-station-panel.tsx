// A new station as a copy of another: new id, name and addresses.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PlantBlock } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { StationOptions } from '../station/station-options.tsx';
import { BlockResult } from './block-result.tsx';
import { copyStation, fetchDevices } from './engineering-requests.ts';
import { useAsk } from './use-ask.ts';

export function CopyStationPanel(): ReactNode {
  const { t } = useWords();
  const { stations } = usePlant();
  const [from, setFrom] = useState(stations[0]?.id ?? '');
  const [id, setId] = useState('');
  const [zh, setZh] = useState('');
  const [en, setEn] = useState('');
  const [hosts, setHosts] = useState<Readonly<Record<string, string>>>({});
  const ask = useAsk<PlantBlock>();
  const devices = useQuery({ queryKey: ['engineering', 'devices'], queryFn: ({ signal }) => fetchDevices(signal), staleTime: 2_000 });
  const old = [
    ...new Set(
      (devices.data ?? []).flatMap((device) =>
        device.stationId === from ? [device.modbus === null ? device.address : (device.modbus.host ?? [])].flat() : [],
      ),
    ),
  ];
  function submit(event: FormEvent): void {
    event.preventDefault();
    const moved = Object.fromEntries(old.flatMap((host) => (hosts[host]?.trim() ? [[host, hosts[host]]] : [])));
    void ask.run(() => copyStation({ from, id: id.trim(), name: { zh: zh.trim(), en: en.trim() }, hosts: moved }));
  }
  return (
    <section className="panel" aria-label={t('engineering.plant.copyTitle')} data-testid="copy-station">
      <div className="panel-head">
        <h2>{t('engineering.plant.copyTitle')}</h2>
      </div>
      <form className="plant-form" onSubmit={submit}>
        <div className="plant-fields">
          <label className="field">
            <span>{t('engineering.plant.copyFrom')}</span>
            <select value={from} onChange={(event) => setFrom(event.target.value)}>
              <StationOptions stations={stations} />
            </select>
          </label>
          <label className="field">
            <span>{t('engineering.plant.newId')}</span>
            <input
              value={id}
              required
              placeholder="GS-09"
              spellCheck={false}
              onChange={(event) => setId(event.target.value)}
              data-testid="copy-id"
            />
          </label>
          <label className="field">
            <span>{t('engineering.plant.nameZh')}</span>
            <input value={zh} required maxLength={100} onChange={(event) => setZh(event.target.value)} data-testid="copy-name" />
          </label>
          <label className="field">
            <span>{t('engineering.plant.nameEn')}</span>
            <input value={en} maxLength={100} onChange={(event) => setEn(event.target.value)} />
          </label>
        </div>
        {old.length > 0 && (
          <fieldset className="people-stations plant-fields">
            <legend className="muted">{t('engineering.plant.hosts')}</legend>
            {old.map((host) => (
              <label className="field" key={host}>
                <span>{host}</span>
                <input
                  value={hosts[host] ?? ''}
                  placeholder={host}
                  spellCheck={false}
                  onChange={(event) => setHosts({ ...hosts, [host]: event.target.value })}
                />
              </label>
            ))}
          </fieldset>
        )}
        <button type="submit" className="button" disabled={ask.isAsking} data-testid="copy-submit">
          {t('engineering.plant.make')}
        </button>
        <ProblemNotice text={ask.problem} />
        {ask.value !== null && <BlockResult block={ask.value} hint={t('engineering.plant.pasteStation')} />}
      </form>
    </section>
  );
}
