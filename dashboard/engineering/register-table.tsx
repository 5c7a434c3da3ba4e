// Words as they came, and what they mean from a chosen one on: every type beside every word order. With what the instrument shows, the agreeing ones stand out.
import { type ReactNode, useState } from 'react';
import { interpretRegisters, likelyReadings, registersAsText } from '../../domain/engineering/interpret-registers.ts';
import { type ModbusTable, wordOrders } from '../../domain/plant/modbus-schema.ts';
import { useWords } from '../language/language.ts';

export interface RegisterTableProps {
  readonly words: readonly number[];
  /** Address of the first word, as the person counts. */
  readonly first: number;
  readonly table: ModbusTable;
  readonly base: 0 | 1;
}

interface Found {
  readonly offset: number;
  readonly type: string;
  readonly order: string;
  readonly off: number;
}

const mostFound = 6;

export function RegisterTable({ words, first, table, base }: RegisterTableProps): ReactNode {
  const { t } = useWords();
  const [chosen, setChosen] = useState(0);
  const [expected, setExpected] = useState('');
  if (table === 'coil' || table === 'discrete') return <Bits words={words} first={first} />;
  const offset = Math.min(chosen, words.length - 1);
  const interpretations = interpretRegisters(words.slice(offset, offset + 4));
  const wanted = expected.trim() === '' ? null : Number(expected);
  const found: Found[] =
    wanted === null || Number.isNaN(wanted)
      ? []
      : words
          .flatMap((_, index) =>
            likelyReadings(interpretRegisters(words.slice(index, index + 4)), wanted).map((match) => ({ offset: index, ...match })),
          )
          .toSorted((a, b) => a.off - b.off);
  const isFound = (type: string, order: string): boolean =>
    found.some((match) => match.offset === offset && match.type === type && match.order === order);
  const text = registersAsText(words.slice(offset));
  return (
    <div className="registers">
      <label className="field registers-expected">
        <span>{t('engineering.peek.expected')}</span>
        <input
          inputMode="decimal"
          value={expected}
          placeholder={t('engineering.peek.expectedHint')}
          onChange={(event) => setExpected(event.target.value)}
          data-testid="peek-expected"
        />
      </label>
      {wanted !== null && (
        <p className="notice" role="status" data-testid="peek-likely">
          {found.length === 0 ? (
            t('engineering.peek.noLikely')
          ) : (
            <>
              {t('engineering.peek.likely')}{' '}
              {found.slice(0, mostFound).map((match) => (
                <button
                  key={`${match.offset} ${match.type} ${match.order}`}
                  type="button"
                  className="button button-small"
                  onClick={() => setChosen(match.offset)}
                >
                  {match.type} {match.order} · {t('engineering.peek.at', { address: first + match.offset })}
                </button>
              ))}
            </>
          )}
        </p>
      )}
      {found[0] !== undefined && (
        <p className="no-margin">
          {t('engineering.peek.yaml')} <code data-testid="peek-yaml">{registerYaml(found[0], first, table)}</code>{' '}
          <span className="muted">{t('engineering.peek.baseNote', { base })}</span>
        </p>
      )}
      <div className="registers-columns">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
        <section className="registers-words" tabIndex={0} aria-label={t('engineering.peek.words')}>
          <table className="table number">
            <thead>
              <tr>
                <th scope="col">{t('engineering.peek.words')}</th>
                <th scope="col">{t('engineering.peek.hex')}</th>
                <th scope="col" className="cell-right">
                  {t('engineering.peek.decimal')}
                </th>
                <th scope="col">{t('engineering.peek.bits')}</th>
              </tr>
            </thead>
            <tbody>
              {words.map((word, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a register is its place
                <tr key={index} data-chosen={(index >= offset && index < offset + 4) || undefined}>
                  <th scope="row">
                    <button type="button" className="device-choice" aria-pressed={index === offset} onClick={() => setChosen(index)}>
                      {first + index}
                    </button>
                  </th>
                  <td>
                    <code>{word.toString(16).toUpperCase().padStart(4, '0')}</code>
                  </td>
                  <td className="cell-right">{word}</td>
                  <td>
                    <code>
                      {word
                        .toString(2)
                        .padStart(16, '0')
                        .replaceAll(/(.{4})(?=.)/g, '$1 ')}
                    </code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
        <section className="registers-meaning" tabIndex={0} aria-label={t('engineering.peek.type')}>
          <p className="no-margin">{t('engineering.peek.from', { address: first + offset })}</p>
          <table className="table number" data-testid="interpretations">
            <thead>
              <tr>
                <th scope="col">{t('engineering.peek.type')}</th>
                {wordOrders.map((order) => (
                  <th key={order} scope="col" className="cell-right">
                    {order}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {interpretations.map(({ type, readings }) => (
                <tr key={type}>
                  <th scope="row">{type}</th>
                  {wordOrders.map((order) => {
                    const reading = readings.find((each) => each.order === order);
                    return (
                      <td
                        key={order}
                        className="cell-right"
                        data-likely={isFound(type, order) || undefined}
                        data-reading={`${type} ${order}`}
                      >
                        {reading?.text ?? ''}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          {text !== null && <p className="no-margin muted">{t('engineering.peek.asText', { text })}</p>}
        </section>
      </div>
    </div>
  );
}

function registerYaml({ offset, type, order }: Found, first: number, table: ModbusTable): string {
  const isOneRegister = type.endsWith('16');
  const orderPart = isOneRegister && order === 'ABCD' ? '' : `, wordOrder: ${order}`;
  return `register: { table: ${table}, address: ${first + offset}, type: ${type}${orderPart} }`;
}

function Bits({ words, first }: { readonly words: readonly number[]; readonly first: number }): ReactNode {
  return (
    <ul className="bits number">
      {words.map((bit, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bit is its place
        <li key={index} data-set={bit === 1 || undefined}>
          <span className="muted">{first + index}</span> <b>{bit}</b>
        </li>
      ))}
    </ul>
  );
}
