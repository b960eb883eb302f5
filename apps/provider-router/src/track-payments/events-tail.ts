import type { ChainListener, ChainPosition } from "@malipo/event-log";

/** What the router needs of the `ChainTail` of `payments.events.v1`. */
export interface EventsTail {
  readonly partitions: number;
  subscribe(listener: ChainListener): () => void;
  start(from?: ReadonlyMap<number, ChainPosition>): Promise<void>;
  position(partition: number): ChainPosition;
  catchUp(partition: number, deadlineMs?: number, signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
