// All keys on one page, those of the open screen first, and the switch that turns single-key shortcuts off.
import { useLocation } from '@tanstack/react-router';
import { type ReactNode, useSyncExternalStore } from 'react';
import { useWords } from '../language/language.ts';
import { Dialog } from './dialog.tsx';
import { areSingleKeysOn, setSingleKeys } from './keys.ts';
import { navigation } from './navigation.ts';

const groups = [
  {
    title: 'keys.everywhere',
    screen: null,
    keys: [
      ...navigation.map(({ keys, name }) => [keys, name] as const),
      ['g s', 'keys.station'],
      ['/', 'keys.jump'],
      ['s', 'keys.silence'],
      ['?', 'keys.help'],
    ],
  },
  {
    title: 'keys.inOverview',
    screen: /^\/$/,
    keys: [
      ['← ↑ → ↓', 'keys.move'],
      ['Enter', 'keys.open'],
    ],
  },
  {
    title: 'keys.inAlarms',
    screen: /^\/alarms$/,
    keys: [
      ['↑ ↓', 'keys.move'],
      ['Enter', 'keys.open'],
      ['a', 'keys.acknowledge'],
      ['A', 'keys.acknowledgeAll'],
      ['h', 'keys.shelve'],
    ],
  },
  {
    title: 'keys.inTrends',
    screen: /^\/trends$/,
    keys: [
      ['l', 'trends.keysHelp.live'],
      ['p', 'trends.keysHelp.pause'],
      ['← →', 'trends.keysHelp.pan'],
      ['+ -', 'trends.keysHelp.zoom'],
      ['c', 'trends.keysHelp.compare'],
      ['Tab ← →', 'trends.keysHelp.cursor'],
    ],
  },
  {
    title: 'nav.replay',
    screen: /^\/replay$/,
    keys: [
      ['k', 'replay.keys.toggle'],
      ['[ ]', 'replay.keys.step'],
      ['{ }', 'replay.keys.alarm'],
      ['g l', 'replay.keys.leave'],
    ],
  },
] as const;

export function KeyboardHelp({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const isOn = useSyncExternalStore(areSingleKeysOn.subscribe, areSingleKeysOn.get);
  const { pathname } = useLocation();
  const isHere = ({ screen }: (typeof groups)[number]): boolean => screen?.test(pathname) ?? false;
  const ordered = [...groups].sort((one, other) => Number(isHere(other)) - Number(isHere(one)));
  return (
    <Dialog title={t('keys.title')} onClose={onClose} testId="keyboard-help">
      <div className="dialog-body key-groups">
        {ordered.map((group) => (
          <section key={group.title} data-here={isHere(group) || undefined}>
            <h3>
              {t(group.title)} {isHere(group) && <span className="tag">{t('keys.here')}</span>}
            </h3>
            <dl>
              {group.keys.map(([key, meaning]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{t(meaning)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <label className="check">
          <input type="checkbox" checked={isOn} onChange={(event) => setSingleKeys(event.target.checked)} />
          {t('keys.enabled')}
        </label>
      </div>
    </Dialog>
  );
}
