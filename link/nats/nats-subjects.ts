// Names on the wire: one prefix a plant, so that several plants can share a NATS system.

export interface NatsLinkOptions {
  /** Company id of the plant file. */
  readonly plantId: string;
  readonly log?: { warn(fields: object, message: string): void };
}

export function subjectsOf(plantId: string) {
  const prefix = `gatewatch.${plantId}`;
  return {
    readings: (collectorId: string) => `${prefix}.readings.${collectorId}`,
    status: (collectorId: string) => `${prefix}.status.${collectorId}`,
    /** Stored by JetStream. */
    conditions: (collectorId: string) => `${prefix}.conditions.${collectorId}`,
    committed: (collectorId: string) => `${prefix}.committed.${collectorId}`,
    /** Compressed: the settings of a large plant fit one message. */
    alarmSettings: (collectorId: string) => `${prefix}.alarmSettings.${collectorId}`,
    /** Request and reply: what an engineer asks. */
    command: (collectorId: string) => `${prefix}.command.${collectorId}`,
    statement: `${prefix}.statement`,
    takeover: `${prefix}.takeover`,
    member: `${prefix}.member`,
    /** Stored by JetStream: who holds the stations of a collector. */
    lease: (collectorId: string) => `${prefix}.lease.${collectorId}`,
    leases: `gatewatch-${plantId}-leases`,
    ready: `${prefix}.ready`,
    snapshot: `${prefix}.snapshot`,
    stream: `gatewatch-${plantId}-conditions`,
    consumer: 'server',
  } as const;
}
