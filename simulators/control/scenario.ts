// What a scenario of the simulators is: where and for how long something happens, how it begins, goes on and ends.
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { Network } from '../process/network.ts';
import type { StationProcess } from '../process/station-process.ts';

export class ScenarioError extends Error {}

export interface ScenarioRequest {
  readonly station?: string | undefined;
  readonly point?: string | undefined;
  /** Strength, in the scenario's own unit; %LEL for a leak. */
  readonly size?: number | undefined;
  readonly seconds?: number | undefined;
}

export interface Place {
  readonly network: Network;
  readonly process: StationProcess;
  readonly request: ScenarioRequest;
}

export interface Scenario {
  readonly name: string;
  readonly title: LocalizedText;
  /** Station it happens at where none is named. */
  readonly station: string;
  readonly seconds: number;
  /** Big ones are never played two at a time. */
  readonly isBig: boolean;
  readonly begin: (place: Place) => () => void;
  /** What goes in stages is moved on here, many times a second. */
  readonly step?: (place: Place, elapsedMs: number) => void;
  /** Asked for by people only: the demo's own story leaves it alone. */
  readonly isByHand?: true;
}
