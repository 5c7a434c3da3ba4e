// The streams that a plant keeps in JetStream: on three nodes where NATS is a cluster, on one where it is not. Made by whoever comes first.
import { DiscardPolicy, type JetStreamManager, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import type { subjectsOf } from './nats-subjects.ts';

const conditionsAgeMs = 24 * 3_600_000;
const clusterReplicas = 3;

type Subjects = ReturnType<typeof subjectsOf>;

export function makeConditionStream(manager: JetStreamManager, subjects: Subjects): Promise<void> {
  return makeStream(manager, {
    name: subjects.stream,
    subjects: [subjects.conditions('*')],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    max_age: conditionsAgeMs * 1_000_000,
  });
}

/** The last word of every lease; a lease never ages away. */
export function makeLeaseStream(manager: JetStreamManager, subjects: Subjects): Promise<void> {
  return makeStream(manager, {
    name: subjects.leases,
    subjects: [subjects.lease('*')],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
  });
}

async function makeStream(manager: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  const there = await manager.streams.info(config.name).catch(() => null);
  if (there !== null) {
    // Made while NATS had fewer nodes: brought to three when it has them. That it cannot be done now costs nothing but the safety of a third copy.
    if (there.config.num_replicas < clusterReplicas && there.cluster !== undefined && isClustered(there.cluster))
      await manager.streams.update(config.name, { ...there.config, num_replicas: clusterReplicas }).catch(() => undefined);
    return;
  }
  try {
    await manager.streams.add({ ...config, num_replicas: clusterReplicas });
  } catch {
    await manager.streams.add({ ...config, num_replicas: 1 });
  }
}

function isClustered({ name }: { readonly name?: string }): boolean {
  return name !== undefined && name !== '';
}
