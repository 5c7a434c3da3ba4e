// What stands where a list will be: it is being loaded, or why it could not be.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';

export function ListWaiting({ query }: { readonly query: { readonly isError: boolean; readonly error: Error | null } }): ReactNode {
  const { t } = useWords();
  return (
    <p className="empty panel" role={query.isError ? 'alert' : 'status'}>
      {query.isError ? t('common.failed', { reason: query.error?.message ?? '' }) : t('common.loading')}
    </p>
  );
}
