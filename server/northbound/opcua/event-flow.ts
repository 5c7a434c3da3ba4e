// Queues of events towards clients. The library keeps 5,000 events an item at most and says nothing when more are lost. Here a queue holds every condition at
// once, and a client whose queue overflowed all the same is put right by a refresh of its subscription, as if it had asked for one (OPC UA Part 9, 5.5.7).
import { type AddressSpace, AttributeIds, type MonitoredItem, type Subscription, type UAObject } from 'node-opcua';

/** A client that does not fetch its events costs a few kilobytes for each. */
const roomMax = 60_000;
const roomBesides = 1_000;
const healPauseMs = 5_000;

/** Set by the library while a refresh goes on: it is for one subscription and one item. */
interface RefreshScope {
  _condition_refresh_in_progress: boolean;
  _condition_refresh_scope: { readonly subscription: Subscription; readonly monitoredItemId: number } | null;
}

interface Watched {
  readonly subscription: Subscription;
  hasLost: boolean;
  healedAtMs: number;
}

export class EventFlow {
  readonly #addressSpace: AddressSpace;
  readonly #room: number;
  readonly #refresh: () => void;
  readonly #nowMs: () => number;
  readonly #items = new Map<MonitoredItem, Watched>();

  constructor(options: {
    readonly addressSpace: AddressSpace;
    readonly conditions: number;
    /** Emits every condition that is of interest. */
    readonly refresh: () => void;
    readonly nowMs: () => number;
  }) {
    this.#addressSpace = options.addressSpace;
    this.#room = Math.min(roomMax, options.conditions + roomBesides);
    this.#refresh = options.refresh;
    this.#nowMs = options.nowMs;
  }

  created(subscription: Subscription, item: MonitoredItem): void {
    if (item.itemToMonitor.attributeId !== AttributeIds.EventNotifier) return;
    this.#items.set(item, { subscription, hasLost: false, healedAtMs: Number.NEGATIVE_INFINITY });
    this.#widen(item);
  }

  /** After events were raised: an overflow shows only until the queue is fetched. */
  look(): void {
    for (const [item, watched] of this.#items) {
      // The library lets go of the node when the item ends.
      if (item.node === null) this.#items.delete(item);
      else if (item.overflow) watched.hasLost = true;
    }
  }

  /** Call now and then: once a client fetches again, it gets everything that is of interest anew. */
  heal(): void {
    for (const [item, watched] of this.#items) {
      if (item.node === null) {
        this.#items.delete(item);
        continue;
      }
      this.#widen(item);
      const isFetching = item.queue.length === 0;
      if (!watched.hasLost || !isFetching || this.#nowMs() - watched.healedAtMs < healPauseMs) continue;
      watched.hasLost = false;
      watched.healedAtMs = this.#nowMs();
      this.#refreshFor(item, watched.subscription);
    }
  }

  /** A client may change its queue at any time. */
  #widen(item: MonitoredItem): void {
    if (item.queueSize < this.#room) item.queueSize = this.#room;
  }

  #refreshFor(item: MonitoredItem, subscription: Subscription): void {
    const scope = this.#addressSpace as unknown as RefreshScope;
    const server = this.#addressSpace.rootFolder.objects.server as unknown as UAObject;
    if (scope._condition_refresh_in_progress) return;
    scope._condition_refresh_in_progress = true;
    scope._condition_refresh_scope = { subscription, monitoredItemId: item.monitoredItemId };
    try {
      server.raiseEvent('RefreshStartEventType', {});
      this.#refresh();
      server.raiseEvent('RefreshEndEventType', {});
    } finally {
      scope._condition_refresh_in_progress = false;
      scope._condition_refresh_scope = null;
    }
  }
}
