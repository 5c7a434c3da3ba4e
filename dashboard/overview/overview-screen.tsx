// The overview at the desk: the board with what to show of it. The choice is in the address, so that a link shows the same.
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { noAlarms } from '../alarms/alarm-order.ts';
import { useWords } from '../language/language.ts';
import { useMaps } from '../map/use-maps.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';
import type { OverviewSearch } from '../shell/router.tsx';
import { OverviewBoard, type OverviewView, useShownStations, useStationAlarms } from './overview-board.tsx';
import { chosenAreas, type WallOrder } from './wall-order.ts';

const WallLinksDialog = lazy(() => import('../wall/wall-links-dialog.tsx').then((module) => ({ default: module.WallLinksDialog })));

const route = getRouteApi('/');

export function OverviewScreen(): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { view = 'tiles', order = 'area', area } = search;
  const areaIds = chosenAreas(
    area,
    plant.areas.map(({ id }) => id),
  );
  const hasMap = useMaps().length > 0;
  const mayMakeLinks = usePermission('users.manage');
  const [isMakingLinks, setIsMakingLinks] = useState(false);
  const choose = (change: OverviewSearch): void => void navigate({ to: '/', search: { ...search, ...change }, replace: true });
  return (
    <OverviewBoard areaIds={areaIds} order={order} view={view}>
      <div className="overview-line">
        <h1>{t('overview.title')}</h1>
        <OverviewFigures areaIds={areaIds} />
        <span className="overview-controls">
          {plant.areas.length > 1 && (
            <label className="overview-choice">
              <span className="visually-hidden">{t('overview.area')}</span>
              <select className="input" value={area ?? ''} onChange={({ target }) => choose({ area: target.value || undefined })}>
                <option value="">{t('overview.allAreas')}</option>
                {plant.areas.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {text(name)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Choice<WallOrder>
            label={t('overview.order')}
            value={order}
            options={[
              ['area', t('overview.orderArea')],
              ['worst', t('overview.orderWorst')],
            ]}
            onChoose={(value) => choose({ order: value === 'area' ? undefined : value })}
          />
          <Choice<OverviewView>
            label={t('overview.view')}
            value={view}
            options={[
              ['tiles', t('overview.viewTiles')],
              ['network', t('overview.viewNetwork')],
              ...(hasMap ? [['map', t('overview.viewMap')] as const] : []),
            ]}
            onChoose={(value) => choose({ view: value === 'tiles' ? undefined : value })}
          />
        </span>
        {mayMakeLinks && (
          <button type="button" className="button" onClick={() => setIsMakingLinks(true)} data-testid="open-wall-links">
            {t('overview.wall.open')}
          </button>
        )}
        <span className="muted overview-keys">{t('overview.keys')}</span>
        <Suspense>{isMakingLinks && <WallLinksDialog onClose={() => setIsMakingLinks(false)} />}</Suspense>
      </div>
    </OverviewBoard>
  );
}

export function OverviewFigures({ areaIds }: { readonly areaIds: readonly string[] }): ReactNode {
  const { t } = useWords();
  const byStation = useStationAlarms();
  const stations = useShownStations(areaIds);
  const abnormal = stations.filter((station) => (byStation.get(station.id) ?? noAlarms).worstPriority !== null).length;
  return (
    <>
      <span>{abnormal === 0 ? t('overview.quiet') : t('overview.abnormal', { count: abnormal })}</span>
      <span className="muted">{t('overview.stations', { count: stations.length })}</span>
    </>
  );
}

function Choice<Value extends string>({
  label,
  value,
  options,
  onChoose,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}): ReactNode {
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">{label}</legend>
      {options.map(([name, word]) => (
        <button key={name} type="button" aria-pressed={name === value} onClick={() => onChoose(name)} data-testid={`choose-${name}`}>
          {word}
        </button>
      ))}
    </fieldset>
  );
}
