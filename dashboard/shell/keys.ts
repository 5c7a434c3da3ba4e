// Single-key shortcuts. They rest while somebody types or a dialogue is open, and can be turned off (WCAG 2.1.4).
import { useEffect, useRef } from 'react';
import { Observable } from '../live/observable.ts';

const storageKey = 'gatewatch.singleKeys';
/** Two keys of a sequence such as `g o` belong together for this long. */
const sequenceMaxMs = 1_200;

export const areSingleKeysOn = new Observable<boolean>(readStored());

function readStored(): boolean {
  return typeof localStorage === 'undefined' || localStorage.getItem(storageKey) !== 'off';
}

export function setSingleKeys(isOn: boolean): void {
  localStorage.setItem(storageKey, isOn ? 'on' : 'off');
  areSingleKeysOn.set(isOn);
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
}

/** Keys as `KeyboardEvent.key`, or two of them with a space between, each with what it does. */
export type KeyBinding = readonly [keys: string, action: () => void];

export function useKeys(bindings: readonly KeyBinding[]): void {
  const current = useRef(bindings);
  useEffect(() => {
    current.current = bindings;
  });
  useEffect(() => {
    let first = '';
    let firstAtMs = 0;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!areSingleKeysOn.get() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
      const sequence = event.timeStamp - firstAtMs < sequenceMaxMs ? `${first} ${event.key}` : event.key;
      const bound = (keys: string): (() => void) | undefined => current.current.find(([name]) => name === keys)?.[1];
      const action = bound(sequence) ?? bound(event.key);
      first = event.key;
      firstAtMs = event.timeStamp;
      if (action === undefined) return;
      event.preventDefault();
      first = '';
      action();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
