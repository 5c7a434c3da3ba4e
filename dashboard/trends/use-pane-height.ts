// How high the drawings of the panes are, so that together they fill the window and none is too low to be read.
import { useEffect, useState } from 'react';

const above = 172;
const rowHeight = 25;
const frameHeight = 84;
const lowest = 190;
const highest = 900;

/** `rows`: lines in the legend of each pane. */
export function usePaneHeight(rows: readonly number[]): number {
  const [windowHeight, setWindowHeight] = useState(() => innerHeight);
  useEffect(() => {
    const look = (): void => setWindowHeight(innerHeight);
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, []);
  const taken = rows.reduce((sum, count) => sum + frameHeight + count * rowHeight, above);
  return Math.round(Math.min(highest, Math.max(lowest, (windowHeight - taken) / Math.max(1, rows.length))));
}
