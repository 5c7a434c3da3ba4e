// All keys on one page, and the switch that turns single-key shortcuts off.
import { type ReactNode, useSyncExternalStore } from 'react';
import { useWords } from '../language/language.ts';
import { Dialog } from './dialog.tsx';
import { areSingleKeysOn, setSingleKeys } from './keys.ts';
import { navigation } from './navigation.ts';

const groups = [
  {
    title: 'keys.everywhere',
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
    keys: [
      ['← ↑ → ↓', 'keys.move'],
      ['Enter', 'keys.open'],
    ],
  },
  {
    title: 'keys.inAlarms',
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
  return (
    <Dialog title={t('keys.title')} onClose={onClose} testId="keyboard-help">
      <div className="dialog-body key-groups">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
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
