// A device from a profile: its block of YAML with a point for each entry.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PlantBlock } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { StationOptions } from '../station/station-options.tsx';
import { BlockResult } from './block-result.tsx';
import { addDevice, fetchProfiles } from './engineering-requests.ts';
import { useAsk } from './use-ask.ts';

export function AddDevicePanel(): ReactNode {
  const { t } = useWords();
  const { stations } = usePlant();
  const ask = useAsk<PlantBlock>();
  const profiles = useQuery({ queryKey: ['engineering', 'profiles'], queryFn: ({ signal }) => fetchProfiles(signal), staleTime: 600_000 });
  const [framing, setFraming] = useState<'modbusTcp' | 'modbusRtuOverTcp'>('modbusTcp');
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const field = (name: string): string => String(data.get(name) ?? '').trim();
    void ask.run(() =>
      addDevice({
        stationId: field('stationId'),
        profileId: field('profileId'),
        deviceId: field('deviceId'),
        protocol: framing,
        host: field('host'),
        port: Number(field('port')),
        unitId: Number(field('unitId')),
        firstLoop: Number(field('firstLoop')),
        channels: Number(field('channels')),
      }),
    );
  }
  return (
    <section className="panel" aria-label={t('engineering.plant.addTitle')} data-testid="add-device">
      <div className="panel-head">
        <h2>{t('engineering.plant.addTitle')}</h2>
      </div>
      <form className="plant-form" onSubmit={submit}>
        <div className="plant-fields">
          <label className="field">
            <span>{t('engineering.plant.station')}</span>
            <select name="stationId">
              <StationOptions stations={stations} />
            </select>
          </label>
          <label className="field">
            <span>{t('engineering.plant.profile')}</span>
            <select name="profileId">
              {(profiles.data ?? []).map(({ id, maker, model }) => (
                <option key={id} value={id}>
                  {`${maker} ${model}`}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('engineering.plant.deviceId')}</span>
            <input name="deviceId" required placeholder="XNX-1" spellCheck={false} />
          </label>
          <label className="field">
            <span>{t('engineering.peek.framing')}</span>
            <select value={framing} onChange={(event) => setFraming(event.target.value === 'modbusTcp' ? 'modbusTcp' : 'modbusRtuOverTcp')}>
              <option value="modbusTcp">{t('engineering.peek.framings.tcp')}</option>
              <option value="modbusRtuOverTcp">{t('engineering.peek.framings.rtu')}</option>
            </select>
          </label>
          <label className="field">
            <span>{t('engineering.peek.host')}</span>
            <input name="host" required placeholder="192.168.10.20" spellCheck={false} />
          </label>
          <label className="field">
            <span>{t('engineering.peek.port')}</span>
            <input name="port" type="number" required min={1} max={65_535} defaultValue={502} />
          </label>
          <label className="field">
            <span>{t('engineering.peek.unit')}</span>
            <input name="unitId" type="number" required min={0} max={255} defaultValue={1} />
          </label>
          <label className="field">
            <span>{t('engineering.plant.firstLoop')}</span>
            <input name="firstLoop" type="number" required min={1} max={9_999} defaultValue={501} />
          </label>
          <label className="field">
            <span>{t('engineering.plant.channels')}</span>
            <input name="channels" type="number" required min={1} max={64} defaultValue={1} />
          </label>
        </div>
        <button type="submit" className="button" disabled={ask.isAsking}>
          {t('engineering.plant.make')}
        </button>
        <ProblemNotice text={ask.problem} />
        {ask.value !== null && <BlockResult block={ask.value} hint={t('engineering.plant.pasteDevice')} />}
      </form>
    </section>
  );
}
