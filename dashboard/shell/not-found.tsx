// An address that leads nowhere.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';

export function NotFound(): ReactNode {
  const { t } = useWords();
  return (
    <div className="empty">
      <strong>{t('common.notFound')}</strong>
      <p>{t('common.notFoundHint')}</p>
      <Link to="/" className="button">
        {t('common.toOverview')}
      </Link>
    </div>
  );
}
