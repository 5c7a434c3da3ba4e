// Beside a point: whether it is under test and for how long, and the button that begins or ends it.
import { type ReactNode, useState } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { useWords } from '../language/language.ts';
import { Countdown } from '../time/countdown.tsx';
import type { PointTest } from './use-work.ts';
import { WorkDialog } from './work-dialog.tsx';
import './maintenance.css';

export interface PointTestCellProps {
  readonly point: PointView;
  readonly test: PointTest | null;
  readonly mayTest: boolean;
}

export function PointTestCell({ point, test, mayTest }: PointTestCellProps): ReactNode {
  const { t, text } = useWords();
  // What was shown when the button was pressed: a test that ends meanwhile must not turn "end" into "start" under the hand.
  const [open, setOpen] = useState<{ readonly step: 'start' | 'end'; readonly test: PointTest | null } | null>(null);
  const name = `${point.tag} ${text(point.name)}`;
  const words = { tag: name };
  return (
    <>
      {test !== null && (
        <span className="point-test" data-testid={`under-test-${point.id}`}>
          <span className="tag tag-test">{t('maintenance.tested')}</span> <Countdown untilMs={test.untilMs} />
        </span>
      )}
      {mayTest && (
        <button
          type="button"
          className="button button-small button-quiet"
          aria-label={test === null ? t('maintenance.startTestOf', words) : t('maintenance.endTestOf', words)}
          onClick={() => setOpen({ step: test === null ? 'start' : 'end', test })}
          data-testid={`test-${point.id}`}
        >
          {test === null ? t('maintenance.startTest') : t('maintenance.endTest')}
        </button>
      )}
      {open !== null && (
        <WorkDialog kind="test" place={point.id} name={name} step={open.step} window={open.test} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
