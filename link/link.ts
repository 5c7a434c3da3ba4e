// Messages in motion between collector and server. One interface, two engines: `in-process/` and `nats/`.
// Live readings may be dropped (the next batch supersedes them); conditions never are: they are confirmed only when the server's database has them.
import type { AlarmSettingsMessage } from '../domain/messages/alarm-settings-message.ts';
import type { CollectorMember } from '../domain/messages/collector-member.ts';
import type { CollectorStatus } from '../domain/messages/collector-status.ts';
import type {
  ConditionDelivery,
  ConditionStatement,
  DeliveryAnswer,
  ReceivedDelivery,
  StatementAnswer,
  TakeoverAnswer,
  TakeoverRequest,
} from '../domain/messages/condition-message.ts';
import type { EngineeringAnswer, EngineeringCommand } from '../domain/messages/engineering-command.ts';
import type { PointTable, ReadingBatch } from '../domain/readings/reading-batch.ts';

export type DeliveryResult =
  /** The server's database has committed everything up to and with this sequence; `supersededBy` as in `DeliveryAnswer`. */
  | { readonly kind: 'committed'; readonly throughSequence: number; readonly supersededBy?: number | undefined }
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly reason: 'noServer' | 'timeout' | 'rejected' | 'closed' };

export type StatementResult =
  /** Where it is behind, the server has not yet committed `throughSequence`: deliver again, then state again. */
  | StatementAnswer
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly reason: 'noServer' | 'timeout' | 'rejected' | 'closed' };

export type TakeoverResult =
  | TakeoverAnswer
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly reason: 'noServer' | 'timeout' | 'rejected' | 'closed' };

/** Exactly one handler. It must not throw. */
export type CommandHandler = (command: EngineeringCommand) => Promise<EngineeringAnswer>;

/** The collector's end. */
export interface CollectorLink {
  /** Best effort, newest wins. The batch may be reused by the caller after the call returns. */
  publishReadings(batch: ReadingBatch): void;
  publishStatus(status: CollectorStatus): void;
  deliverConditions(delivery: ConditionDelivery): Promise<DeliveryResult>;
  stateConditions(statement: ConditionStatement): Promise<StatementResult>;
  /** Asks what the server holds active, at the begin of a term. */
  takeOver(request: TakeoverRequest): Promise<TakeoverResult>;
  /** Called on every (re)connection to a server, and at once if one is connected already. Returns an unsubscribe. */
  onServerConnected(listener: () => void): () => void;
  /** The server asks for all last values (it has just started). Returns an unsubscribe. */
  onSnapshotRequested(listener: () => ReadingBatch): () => void;
  /** The server tells the alarm settings in force: when they change, and again until `publishStatus` names them. Returns an unsubscribe. */
  onAlarmSettings(listener: (message: AlarmSettingsMessage) => void): () => void;
  /** What an engineer asks through the server. Returns an unsubscribe. */
  handleCommands(handler: CommandHandler): () => void;
  close(): Promise<void>;
}

/** The server's end. */
export interface ServerLink {
  onReadings(listener: (collectorId: string, batch: ReadingBatch) => void): () => void;
  onStatus(listener: (status: CollectorStatus) => void): () => void;
  /** Exactly one handler. It resolves after commit. */
  handleConditions(handler: (delivery: ReceivedDelivery) => Promise<DeliveryAnswer>): void;
  handleStatement(handler: (statement: ConditionStatement) => Promise<StatementAnswer>): void;
  /** Exactly one handler. It resolves after commit. */
  handleTakeover(handler: (request: TakeoverRequest) => Promise<TakeoverAnswer>): void;
  /** Collector processes among several tell of themselves. */
  onMember(listener: (member: CollectorMember) => void): () => void;
  /** Asks every collector to state what is true: something that it told could not be read. */
  requestStatements(): void;
  /** Asks every collector for its last values; they arrive through `onReadings`. */
  requestSnapshots(): void;
  /** Best effort, newest wins: whether it arrived is seen in the collector's status. Throws where the message is too large for the link. */
  publishAlarmSettings(collectorId: string, message: AlarmSettingsMessage): void;
  /** Asks one collector, and waits for its answer. Never rejects: no collector, no answer in time are answers of their own. */
  command(collectorId: string, command: EngineeringCommand): Promise<EngineeringAnswer>;
  /** Tells collectors that a server is ready for conditions. Call once all handlers are set. */
  announceReady(): void;
  state(): LinkState;
  close(): Promise<void>;
}

export interface LinkState {
  readonly engine: 'in-process' | 'nats';
  readonly isConnected: boolean;
  readonly reason: string | null;
}

/** What a link engine needs to turn received point indexes into the receiver's own table. */
export interface LinkOptions {
  readonly collectorId: string;
  readonly table: PointTable;
}
