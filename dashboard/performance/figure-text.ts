// The numbers of alarm performance as text.
import type { Figure } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';

/** `0.4 %`, `12 %`: one digit below ten, so that a target of 1 % can be judged. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent.toFixed(percent > 0 && percent < 10 ? 1 : 0)} %`;
}

export function rateText(perHour: number): string {
  return perHour.toFixed(perHour < 10 ? 1 : 0);
}

export function useFigureText(): { value(figure: Figure): string; target(figure: Figure): string } {
  const { t } = useWords();
  const number = (figure: Figure, value: number): string =>
    figure.unit === 'share' ? shareText(value) : figure.unit === 'perHour' ? rateText(value) : String(value);
  return {
    value: (figure) =>
      figure.unit === 'perHour' ? t('performance.perHour', { value: rateText(figure.value) }) : number(figure, figure.value),
    target(figure) {
      if (figure.target === 0 && figure.limit === null) return t('performance.zero');
      const value = figure.unit === 'share' ? `${figure.target * 100} %` : String(figure.target);
      return figure.limit === null
        ? t('performance.upTo', { value })
        : t('performance.upToManageable', { value, limit: String(figure.limit) });
    },
  };
}
