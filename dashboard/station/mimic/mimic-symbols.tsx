// The parts of a process drawing, after ISA-5.1 and the usual gas-regulation practice: closed valves are filled, running machines are filled.
// Every symbol is drawn around 0,0 with the pipe along the x axis.
import { type ReactNode, useId } from 'react';
import type { SymbolKind } from './mimic-drawing.ts';

export interface SymbolState {
  /** A valve that is not in its normal position, a machine that runs; null while unknown. */
  readonly isFilled: boolean | null;
  /** There is an instrument and it does not say: hatched, never drawn as if all were well. */
  readonly isUnknown: boolean;
  /** 0..1 of a tank or odorant vessel; null while unknown or without a level. */
  readonly level: number | null;
}

const bowTie = 'M-15,-10L15,10V-10L-15,10Z';

export function MimicSymbolShape({ kind, state }: { readonly kind: SymbolKind; readonly state: SymbolState }): ReactNode {
  const clipId = useId();
  const body = state.isUnknown ? 'symbol-body symbol-unknown' : state.isFilled === true ? 'symbol-body symbol-filled' : 'symbol-body';
  const vessel = state.isUnknown ? 'symbol-body symbol-unknown' : 'symbol-body';
  switch (kind) {
    case 'valve':
      // A valve that the station reports is a driven one: the box is its actuator.
      return (
        <>
          <path className="symbol-line" d="M0,0V-15" />
          <rect className="symbol-body" x="-8" y="-28" width="16" height="13" />
          <path className={body} d={bowTie} />
        </>
      );
    case 'slamShut':
      return (
        <>
          <path className="symbol-line" d="M0,0V-20" />
          <rect className="symbol-body" x="-9" y="-36" width="18" height="16" />
          <text className="symbol-letter" x="0" y="-23.5">
            S
          </text>
          <path className={body} d={bowTie} />
        </>
      );
    case 'monitor':
    case 'regulator':
      return (
        <>
          <path className="symbol-line" d="M0,0V-18" />
          <path className="symbol-body" d="M-14,-18a14,12 0 0 1 28,0Z" />
          {kind === 'monitor' && (
            <text className="symbol-letter" x="0" y="-20">
              M
            </text>
          )}
          <path className={body} d={bowTie} />
        </>
      );
    case 'filter':
      return (
        <>
          <path className={vessel} d="M-20,0L0,-20L20,0L0,20Z" />
          <path className="symbol-line symbol-mesh" d="M0,-20V20" />
        </>
      );
    case 'relief':
      return (
        <>
          <path className={body} d="M0,12L-9,-4H9ZM0,0" />
          <path className="symbol-line" d="M0,-4l-6,-4l12,-5l-12,-5l12,-5l-6,-4v-6" />
        </>
      );
    case 'meter':
      return (
        <>
          <circle className={vessel} r="17" />
          <path className="symbol-line" d="M-17,0C-8,-14 -2,-8 0,0S8,14 17,0" />
        </>
      );
    case 'odoriser':
      return (
        <>
          <path className={vessel} d="M-14,-20h28v22q0,14 -14,22q-14,-8 -14,-22Z" />
          {state.level !== null && <path className="symbol-level" d={`M-13,${2 - state.level * 21}h26V2h-26Z`} />}
        </>
      );
    case 'tank':
      return (
        <>
          <clipPath id={clipId}>
            <rect x="-38" y="-60" width="76" height="120" rx="30" />
          </clipPath>
          <rect className={vessel} x="-38" y="-60" width="76" height="120" rx="30" />
          {state.level !== null && (
            <rect
              className="symbol-level"
              x="-38"
              y={60 - state.level * 120}
              width="76"
              height={state.level * 120}
              clipPath={`url(#${clipId})`}
            />
          )}
          <rect className="symbol-outline" x="-38" y="-60" width="76" height="120" rx="30" />
        </>
      );
    case 'vaporiser':
      return (
        <>
          <rect className={body} x="-24" y="-26" width="48" height="52" rx="3" />
          <path className="symbol-line symbol-on-body" d="M-16,-16H12q6,0 6,5.5t-6,5.5H-12q-6,0 -6,5.5t6,5.5H12q6,0 6,5.5t-6,5.5H-16" />
        </>
      );
    case 'dispenser':
      return (
        <>
          <rect className={body} x="-16" y="-26" width="32" height="52" rx="3" />
          <rect className="symbol-body" x="-10" y="-20" width="20" height="12" />
          <path className="symbol-line" d="M16,-12h6q5,0 5,6v18q0,6 -5,6t-5,-6" />
        </>
      );
    case 'compressor':
      return (
        <>
          <circle className={body} r="26" />
          <path className="symbol-line symbol-on-body" d="M-18,-18L24,-9M-18,18L24,9" />
        </>
      );
    case 'pump':
      return (
        <>
          <circle className={body} r="24" />
          <path className="symbol-line symbol-on-body" d="M-12,-20L24,0L-12,20" />
        </>
      );
  }
}
