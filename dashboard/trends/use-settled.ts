// A value once it has stood still: while a window is dragged, the server is not asked at every pixel.
import { useEffect, useState } from 'react';

export function useSettled<Value>(value: Value, delayMs: number): Value {
  const key = JSON.stringify(value);
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    if (key === settled) return;
    const timer = setTimeout(() => setSettled(key), delayMs);
    return () => clearTimeout(timer);
  }, [key, settled, delayMs]);
  return JSON.parse(settled) as Value;
}
