// Which registers are read in which request, as the collector does it now.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { valueOrThrow } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { askDevice } from './engineering-requests.ts';

export function PlanPanel({ deviceId }: { readonly deviceId: string }): ReactNode {
  const { t } = useWords();
  const plan = useQuery({
    queryKey: ['engineering', 'plan', deviceId],
    queryFn: async () => valueOrThrow(await askDevice(deviceId, 'plan')),
    staleTime: 30_000,
  });
  if (plan.isError) return <ProblemNotice text={plan.error.message} />;
  if (plan.data === undefined) return <p className="empty">{t('common.loading')}</p>;
  if (plan.data.kind !== 'plan') return null;
  return (
    <div data-testid="plan">
      <p className="muted small no-margin">{t('engineering.plan.note')}</p>
      {plan.data.groups.map((group) => (
        <table className="table number" key={group.scanMs}>
          <caption>{t('engineering.plan.every', { period: `${group.scanMs / 1_000} s` })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('engineering.plan.request')}</th>
              <th scope="col">{t('engineering.plan.points')}</th>
            </tr>
          </thead>
          <tbody>
            {group.requests.map(({ table, address, count, pointIds }) => (
              <tr key={`${table} ${address}`}>
                <td>{t('engineering.plan.registers', { table, from: address, to: address + count - 1, count })}</td>
                <td>{pointIds.map((id) => id.slice(id.lastIndexOf('.') + 1)).join(' ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
