// A mark in words: what, about which alarm, by whom.
import { useCallback } from 'react';
import type { TrendMark } from '../../domain/api/trends-api.ts';
import { useWords } from '../language/language.ts';
import { zh } from '../language/zh.ts';
import { usePointById } from '../values/all-points.ts';
import { formatValue } from '../values/format-value.ts';
import { useStationName } from './point-name.ts';

export interface MarkText {
  /** One letter, for what is no alarm that rose. */
  readonly sign: string;
  readonly what: string;
  readonly about: string;
  readonly who: string;
  readonly line: string;
}

type KnownKind = keyof typeof zh.journal.kind;
type KnownSign = keyof typeof zh.trends.sign;
type LimitName = keyof typeof zh.alarmKind;

export function useMarkText(): (mark: TrendMark) => MarkText {
  const { t, text, language } = useWords();
  const pointById = usePointById();
  const stationName = useStationName();
  return useCallback(
    (mark) => {
      const what = Object.hasOwn(zh.journal.kind, mark.kind) ? t(`journal.kind.${mark.kind as KnownKind}`) : mark.kind;
      const point = pointById.get(mark.pointId ?? '');
      const kind = (mark.alarmId ?? '').split('.').at(-1) ?? '';
      const limit = Object.hasOwn(zh.alarmKind, kind) ? t(`alarmKind.${kind as LimitName}`) : kind;
      const value = mark.value === null || point === undefined ? '' : `${formatValue(point, mark.value, language)} ${point.unit}`;
      const test = mark.isTest ? `${t('common.testMark')} ` : '';
      const subject = point === undefined ? stationName(mark.stationId) : `${point.tag} ${text(point.name)}`;
      const about = `${test}${[subject, limit, value].filter(Boolean).join(' ')}`;
      const who = mark.actor.kind === 'person' ? mark.actor.displayName : '';
      const sign = Object.hasOwn(zh.trends.sign, mark.kind) ? t(`trends.sign.${mark.kind as KnownSign}`) : '·';
      return { sign, what, about, who, line: [what, about, who].filter(Boolean).join(' ') };
    },
    [t, text, language, pointById, stationName],
  );
}
