// What the recorder holds, an hour a cell, a day a column: whole hours are grey, what is missing stands out.
import type { ReactNode } from 'react';
import type { RecordedDayView } from '../../domain/api/video-api.ts';
import { useWords } from '../language/language.ts';

const cell = 8;
const hoursShown = 24;
/** A recorder cuts its files between two seconds. */
const wholeMinutes = 59.4;

export function RecordingCalendar({
  days,
  hasRecorder,
}: {
  readonly days: readonly RecordedDayView[];
  readonly hasRecorder: boolean;
}): ReactNode {
  const { t } = useWords();
  const missing = days.map((day) => ({
    day: day.day,
    minutes: missingMinutes(day),
    isKnown: day.hours.some((minutes) => minutes !== null),
  }));
  const broken = missing.filter(({ minutes, isKnown }) => isKnown && minutes >= 1);
  const summary = t('video.camera.calendarSummary', {
    days: days.length,
    whole: missing.filter(({ minutes, isKnown }) => isKnown && minutes < 1).length,
    broken: broken.length,
    unknown: missing.filter(({ isKnown }) => !isKnown).length,
  });
  return (
    <section className="panel" aria-label={t('video.camera.calendar')} data-testid="recording-calendar">
      <div className="panel-head">
        <h2>{t('video.camera.calendar')}</h2>
        {days.length > 0 && <span className="muted number">{summary}</span>}
      </div>
      {!hasRecorder && <p className="empty">{t('video.noRecorder')}</p>}
      {hasRecorder && days.length === 0 && <p className="empty">{t('video.camera.calendarNone')}</p>}
      {days.length > 0 && (
        <div className="calendar-body">
          <p className="muted small no-margin">{t('video.camera.calendarHint')}</p>
          <div className="video-scroll">
            <svg
              className="calendar"
              viewBox={`0 0 ${days.length * cell + 26} ${hoursShown * cell + 16}`}
              width={(days.length * cell + 26) * 1.25}
              role="img"
              aria-label={summary}
            >
              <defs>
                <pattern id="hour-unknown" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                  <rect width="1.4" height="4" className="hour-hatch" />
                </pattern>
              </defs>
              {[0, 6, 12, 18].map((hour) => (
                <text key={hour} x={22} y={hour * cell + 7} textAnchor="end" className="calendar-text">
                  {hour}
                </text>
              ))}
              {days.map((day, column) => (
                <g key={day.day} transform={`translate(${26 + column * cell} 0)`}>
                  {Array.from({ length: hoursShown }, (_, hour) => (
                    <rect
                      // biome-ignore lint/suspicious/noArrayIndexKey: the hour of the day is what it is
                      key={hour}
                      y={hour * cell}
                      width={cell - 1}
                      height={cell - 1}
                      className="hour"
                      data-hour={hourState(day.hours[hour] ?? null)}
                    />
                  ))}
                  {day.day.endsWith('-01') || (column === 0 && !day.day.endsWith('-31')) ? (
                    <text x={0} y={hoursShown * cell + 12} className="calendar-text">
                      {day.day.slice(5)}
                    </text>
                  ) : null}
                </g>
              ))}
            </svg>
          </div>
          {broken.length > 0 && (
            <p className="small no-margin" data-testid="broken-days">
              <b>{t('video.camera.brokenDays')}</b>{' '}
              <span className="number">
                {broken
                  .toReversed()
                  .slice(0, 20)
                  .map(({ day, minutes }) => t('video.camera.brokenDay', { day, minutes: Math.round(minutes) }))
                  .join(' · ')}
              </span>
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function hourState(minutes: number | null): 'unknown' | 'whole' | 'part' | 'none' {
  if (minutes === null) return 'unknown';
  if (minutes >= wholeMinutes) return 'whole';
  return minutes <= 1 ? 'none' : 'part';
}

function missingMinutes({ hours }: RecordedDayView): number {
  return hours.reduce<number>((sum, minutes) => sum + (minutes === null ? 0 : Math.max(0, 60 - minutes)), 0);
}
