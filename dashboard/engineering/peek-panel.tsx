// A look at a device's registers: the words, and what they would be as every type in every word order, so that the right one shows itself.
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import type { EngineeringDevice, PeekRequest } from '../../domain/api/engineering-api.ts';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import { type ModbusTable, modbusTables } from '../../domain/plant/modbus-schema.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatClock } from '../time/plant-time.ts';
import { peek } from './engineering-requests.ts';
import { RegisterTable } from './register-table.tsx';
import { useAsk } from './use-ask.ts';

type Registers = Extract<EngineeringAnswer, { kind: 'registers' }>;

export function PeekPanel({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const ask = useAsk<EngineeringAnswer>();
  const [isOther, setIsOther] = useState(false);
  const [host, setHost] = useState(device.modbus?.host ?? '');
  const [port, setPort] = useState(String(device.modbus?.port ?? 502));
  const [unit, setUnit] = useState(String(device.unitId ?? 1));
  const [framing, setFraming] = useState<'tcp' | 'rtu'>(device.modbus?.framing ?? 'tcp');
  const [table, setTable] = useState<ModbusTable>('holding');
  const [base, setBase] = useState<0 | 1>(0);
  const [address, setAddress] = useState('0');
  const [count, setCount] = useState('10');
  const [isRepeating, setIsRepeating] = useState(false);
  const [asked, setAsked] = useState<{ readonly first: number; readonly base: 0 | 1; readonly table: ModbusTable } | null>(null);
  const { run } = ask;

  const body = (): PeekRequest => ({
    target: isOther
      ? { kind: 'address', host: host.trim(), port: Number(port), framing, unitId: Number(unit) }
      : { kind: 'device', deviceId: device.id },
    stationId: device.stationId,
    table,
    address: Number(address) - base,
    count: Number(count),
  });

  async function read(): Promise<void> {
    const request = body();
    const answer = await run(() => peek(request));
    if (answer !== null) setAsked({ first: request.address + base, base, table });
    else setIsRepeating(false);
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    void read();
  }
  useEffect(() => {
    if (!isRepeating || ask.isAsking) return;
    const timer = setTimeout(() => void read(), 1_000);
    return () => clearTimeout(timer);
  });

  const registers: Registers | null = ask.value?.kind === 'registers' ? ask.value : null;
  return (
    <div className="peek" data-testid="peek">
      <form className="peek-form" onSubmit={submit}>
        <label className="check peek-other">
          <input type="checkbox" checked={isOther} onChange={(event) => setIsOther(event.target.checked)} data-testid="peek-other" />
          {t('engineering.peek.other')}
        </label>
        {isOther && (
          <>
            <Field label={t('engineering.peek.host')} value={host} onChange={setHost} testId="peek-host" wide />
            <Field label={t('engineering.peek.port')} value={port} onChange={setPort} isNumber min={1} max={65_535} />
            <Field label={t('engineering.peek.unit')} value={unit} onChange={setUnit} isNumber max={255} />
            <label className="field">
              <span>{t('engineering.peek.framing')}</span>
              <select value={framing} onChange={(event) => setFraming(event.target.value === 'rtu' ? 'rtu' : 'tcp')}>
                {(['tcp', 'rtu'] as const).map((name) => (
                  <option key={name} value={name}>
                    {t(`engineering.peek.framings.${name}`)}
                  </option>
                ))}
              </select>
            </label>
            <p className="muted small no-margin peek-other">{t('engineering.peek.onlyDevices')}</p>
          </>
        )}
        <label className="field">
          <span>{t('engineering.peek.table')}</span>
          <select
            value={table}
            onChange={(event) => setTable(modbusTables.find((name) => name === event.target.value) ?? 'holding')}
            data-testid="peek-table"
          >
            {modbusTables.map((name) => (
              <option key={name} value={name}>
                {t(`engineering.peek.tables.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={t('engineering.peek.address')}
          value={address}
          onChange={setAddress}
          isNumber
          min={base}
          max={65_535 + base}
          testId="peek-address"
        />
        <label className="field">
          <span>{t('engineering.peek.base')}</span>
          <select value={base} onChange={(event) => setBase(event.target.value === '1' ? 1 : 0)} data-testid="peek-base">
            <option value={0}>{t('engineering.peek.base0')}</option>
            <option value={1}>{t('engineering.peek.base1')}</option>
          </select>
        </label>
        <Field label={t('engineering.peek.count')} value={count} onChange={setCount} isNumber min={1} max={125} testId="peek-count" />
        <button type="submit" className="button button-primary" disabled={ask.isAsking && !isRepeating} data-testid="peek-read">
          {ask.isAsking && !isRepeating ? t('engineering.peek.reading') : t('engineering.peek.read')}
        </button>
        <label className="check">
          <input type="checkbox" checked={isRepeating} onChange={(event) => setIsRepeating(event.target.checked)} />
          {t('engineering.peek.repeat')}
        </label>
      </form>
      <ProblemNotice text={ask.problem} testId="peek-problem" />
      {registers !== null && asked !== null && (
        <>
          <p className="muted small no-margin number" role="status">
            {t('engineering.peek.took', { time: formatClock(registers.atMs, zone), ms: registers.tookMs })}
          </p>
          <RegisterTable words={registers.words} first={asked.first} table={asked.table} base={asked.base} />
        </>
      )}
    </div>
  );
}

function Field({
  label,
  value,
  onChange,
  isNumber = false,
  min = 0,
  max,
  wide = false,
  testId,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isNumber?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly wide?: boolean;
  readonly testId?: string;
}): ReactNode {
  return (
    <label className={`field ${wide ? 'peek-wide' : ''}`}>
      <span>{label}</span>
      <input
        required
        value={value}
        {...(isNumber ? { type: 'number', min, max, step: 1 } : { maxLength: 253, spellCheck: false })}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
    </label>
  );
}
