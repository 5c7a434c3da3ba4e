// Who is signed in, and what he may change about the page: language, appearance, keys, sign-out.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useSyncExternalStore } from 'react';
import { languages } from '../../domain/text/localized-text.ts';
import { setLanguage, useWords } from '../language/language.ts';
import { setTheme, theme, themes } from '../look/theme.ts';
import { usePlant } from '../session/plant-context.tsx';
import { KeyHint } from './key-hint.tsx';
import { Menu } from './menu.tsx';

const languageNames = { zh: '中文', en: 'English' } as const;
const themeKeys = { system: 'header.themeSystem', light: 'header.themeLight', dark: 'header.themeDark' } as const;

export function UserMenu({ onHelp }: { readonly onHelp: () => void }): ReactNode {
  const { t, language } = useWords();
  const { session, onSignOut } = usePlant();
  const chosenTheme = useSyncExternalStore(theme.subscribe, theme.get);
  return (
    <Menu
      label={`${t('header.user')}: ${session.displayName}`}
      className="user-menu"
      testId="user-menu"
      button={
        <>
          <span className="user-name">{session.displayName}</span>
          <span className="user-role">{t(`role.${session.role}`)}</span>
          <span aria-hidden="true">▾</span>
        </>
      }
    >
      {(close) => (
        <>
          <fieldset className="menu-choice">
            <legend>{t('header.language')}</legend>
            {languages.map((name) => (
              <button
                key={name}
                type="button"
                lang={name === 'zh' ? 'zh-CN' : 'en'}
                aria-pressed={language === name}
                onClick={() => void setLanguage(name)}
                data-testid={`language-${name}`}
              >
                {languageNames[name]}
              </button>
            ))}
          </fieldset>
          <fieldset className="menu-choice">
            <legend>{t('header.theme')}</legend>
            {themes.map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={chosenTheme === name}
                onClick={() => setTheme(name)}
                data-testid={`theme-${name}`}
              >
                {t(themeKeys[name])}
              </button>
            ))}
          </fieldset>
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              close();
              onHelp();
            }}
          >
            {t('header.help')} <KeyHint name="?" />
          </button>
          <Link to="/account" className="menu-item" onClick={close} data-testid="open-account">
            {t('account.open')}
          </Link>
          <button type="button" className="menu-item" onClick={onSignOut} data-testid="sign-out">
            {t('header.signOut')}
          </button>
        </>
      )}
    </Menu>
  );
}
