// The mark of a priority: colour, shape and number together, with the word beside it or for the screen reader.
import { type CSSProperties, type ReactNode, useState } from 'react';
import type { AlarmState } from '../../domain/alarms/alarm-state.ts';
import { annunciationOf } from '../../domain/alarms/alarm-state.ts';
import { type AlarmClass, type AlarmPriority, priorityNumber } from '../../domain/alarms/priority.ts';
import { useWords } from '../language/language.ts';
import './priority-mark.css';

/** ◆ ▲ ▼ ● in a box of 24 × 24, with the height at which the number looks centred. */
const shapes: Readonly<Record<AlarmPriority, { readonly path: string; readonly numberY: number }>> = {
  critical: { path: 'M12 1L23 12L12 23L1 12Z', numberY: 16.4 },
  high: { path: 'M12 1.5L23.5 22.5H0.5Z', numberY: 19.2 },
  medium: { path: 'M0.5 1.5H23.5L12 22.5Z', numberY: 13.2 },
  low: { path: 'M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20Z', numberY: 16.4 },
};

/** Low diagnostic alarms are magenta, so that the instrument's trouble is not taken for the plant's. */
export function hueOf(priority: AlarmPriority, alarmClass?: AlarmClass): AlarmPriority | 'diagnostic' {
  return priority === 'low' && alarmClass === 'diagnostic' ? 'diagnostic' : priority;
}

export type Flash = 'none' | 'fast' | 'slow';

export function flashOf(state: AlarmState): Flash {
  const annunciation = annunciationOf[state];
  return annunciation === 'soundAndFlash' ? 'fast' : annunciation === 'slowFlash' ? 'slow' : 'none';
}

/** Puts an animation that starts now in step with all others. */
export function useFlashStyle(): CSSProperties {
  const [style] = useState(() => ({ '--flash-delay': `-${Math.round(performance.now() % 2_000)}ms` }) as CSSProperties);
  return style;
}

export interface PriorityMarkProps {
  readonly priority: AlarmPriority;
  readonly alarmClass?: AlarmClass;
  readonly flash?: Flash;
  readonly showsWord?: boolean;
  readonly size?: number;
}

export function PriorityMark({ priority, alarmClass, flash = 'none', showsWord = false, size = 20 }: PriorityMarkProps): ReactNode {
  const { t } = useWords();
  const style = useFlashStyle();
  return (
    <span className="priority-mark" data-priority={priority} data-hue={hueOf(priority, alarmClass)}>
      <svg
        key={flash}
        className={flash === 'none' ? undefined : `flash-${flash}`}
        style={flash === 'none' ? undefined : style}
        viewBox="0 0 24 24"
        width={size}
        height={size}
        aria-hidden="true"
        focusable="false"
      >
        <PriorityShape priority={priority} />
      </svg>
      <span className={showsWord ? 'priority-word' : 'visually-hidden'}>{t(`priority.${priority}`)}</span>
    </span>
  );
}

/** The bare shape, to be set inside another drawing of 24 × 24 with `data-hue` around it. */
export function PriorityShape({ priority }: { readonly priority: AlarmPriority }): ReactNode {
  const shape = shapes[priority];
  return (
    <>
      <path className="priority-shape" d={shape.path} />
      <text className="priority-number" x="12" y={shape.numberY} textAnchor="middle">
        {priorityNumber[priority]}
      </text>
    </>
  );
}
