import { parkRecord } from "@malipo/event-log";
import type { Ends, OwnedHandler, StoredRecord, Subscription } from "@malipo/ports";
import { EVIDENCE_TOPIC } from "../receive-webhook/evidence-record.js";
import type { RouterPorts } from "../router-ports.js";
import { EvidenceCheckpoints } from "./evidence-checkpoints.js";
import { type InterpretEvidence, UnusableEvidenceError } from "./interpret-evidence.js";

type Ports = Pick<RouterPorts, "log" | "store" | "parked" | "clock" | "random" | "scheduler" | "logger" | "metrics">;

type Checkpoints = Readonly<{ offsets: ReadonlyMap<number, number>; ends: ReadonlyMap<number, Ends> }>;

const AT_ONCE_MAX = 16;
const RETRY_MS = [500, 1_000, 2_000, 5_000];

/**
 * Reads the evidence topic from its own checkpoint, at least once: the checkpoint moves only after everything that a
 * batch proves is in the commands topic.
 */
export class EvidenceConsumer implements OwnedHandler {
  private subscription: Subscription | undefined;
  private readonly stopping = new AbortController();
  private readonly owned = new Map<number, AbortController>();
  private lookingUp: Promise<Checkpoints> | undefined;

  private readonly progress: EvidenceCheckpoints;

  constructor(private readonly ports: Ports, private readonly interpreter: InterpretEvidence, private readonly source: string) {
    this.progress = new EvidenceCheckpoints(ports);
  }

  async start(): Promise<void> {
    this.subscription = await this.ports.log.consumeOwned(EVIDENCE_TOPIC, "provider-router-evidence", this);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error("stopping"));
    await this.subscription?.stop();
    await this.progress.stop();
  }

  async takeOver(partition: number, signal: AbortSignal): Promise<number> {
    const { stored, start, end } = await this.untilItWorks(async () => {
      const { offsets, ends } = await this.checkpoints();
      const { start, end } = ends.get(partition) ?? { start: 0, end: 0 };
      return { stored: offsets.get(partition), start, end };
    }, signal);
    if (stored !== undefined && stored > end) throw new Error(`${EVIDENCE_TOPIC}/${partition} ends at ${end}, but was read up to ${stored}`);
    this.owned.set(partition, new AbortController());
    return Math.max(stored ?? start, start);
  }

  handOver(partition: number): void {
    this.owned.get(partition)?.abort(new Error("the partition went elsewhere"));
    this.owned.delete(partition);
  }

  async deliver(partition: number, records: readonly StoredRecord[]): Promise<void> {
    const owned = this.owned.get(partition);
    const last = records.at(-1);
    if (owned === undefined || last === undefined) return;
    const signal = AbortSignal.any([owned.signal, this.stopping.signal]);
    try {
      for (const wave of wavesOf(records)) await Promise.all(wave.map((record) => this.handle(record, signal)));
      await this.progress.done(partition, last.offset + 1);
    } catch (error) {
      // Whoever reads this partition next begins at the checkpoint, which has not moved.
      if (!signal.aborted) throw error;
    }
  }

  /** A group hands over many partitions in one turn: they are looked up together. */
  private checkpoints(): Promise<Checkpoints> {
    this.lookingUp ??= this.lookUp().finally(() => (this.lookingUp = undefined));
    return this.lookingUp;
  }

  private async lookUp(): Promise<Checkpoints> {
    // The end after the checkpoint: what was read meanwhile must not look like a log that was cut.
    const offsets = await this.ports.store.evidenceOffsets();
    return { offsets, ends: await this.ports.log.ends(EVIDENCE_TOPIC) };
  }

  private async handle(record: StoredRecord, signal: AbortSignal): Promise<void> {
    await this.untilItWorks(async () => {
      try {
        await this.interpreter.interpret(record, signal);
      } catch (error) {
        if (!(error instanceof UnusableEvidenceError)) throw error;
        this.ports.logger.error({ error, position: `${record.topic}/${record.partition}/${record.offset}` }, "a webhook is parked");
        this.ports.metrics.count("provider_webhooks_parked_total");
        const { parked: writer, clock, random } = this.ports;
        await parkRecord({ writer, clock, random, source: this.source }, record, "cannot_be_applied", error.message);
      }
    }, signal);
  }

  /** Whatever fails around us is waited out; only the partition's loss or the end of the process ends it. */
  private async untilItWorks<Value>(task: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    for (let round = 0; ; round++) {
      signal.throwIfAborted();
      try {
        return await task();
      } catch (error) {
        signal.throwIfAborted();
        this.ports.logger.warn({ error, round }, "reading evidence does not work, trying again");
        await this.ports.scheduler.sleep(RETRY_MS[Math.min(round, RETRY_MS.length - 1)]!, signal);
      }
    }
  }
}

/** Records that may be handled at once: never two of the same attempt, whose order counts. */
const wavesOf = (records: readonly StoredRecord[]): readonly (readonly StoredRecord[])[] => {
  const waves: StoredRecord[][] = [];
  let keys = new Set<string>();
  for (const record of records) {
    const wave = waves.at(-1);
    if (wave === undefined || wave.length >= AT_ONCE_MAX || keys.has(record.key)) {
      waves.push([record]);
      keys = new Set([record.key]);
    } else {
      wave.push(record);
      keys.add(record.key);
    }
  }
  return waves;
};
