import type { ChainHead, LoggedEvent, ParkedCallback, RawRecord, SentCommand, ToldChange, TopicJournals, Violation, VoidRecord } from "./journals.js";
import { ChainOfPartition } from "./read-chain.js";

const partitions = 12;
const truth = "payments.events.v1";
const commands = "payments.commands.v1";
const lifecycle = "payments.lifecycle.v1";
const deliveries = "callbacks.deliveries.v1";

/** The topics that the judges read; a caller that reads a log for them needs no other. */
export const judgedTopics: readonly string[] = [truth, commands, lifecycle, deliveries];

type Json = Readonly<Record<string, unknown>>;
type Part = { chain: ChainOfPartition; read: RawRecord | undefined; next: number; events: LoggedEvent[]; voids: VoidRecord[]; unreadable: Violation[] };

/**
 * Reads topics as a run goes on, each record once. A list that was cut, or that no longer holds what was read last, is
 * read anew from its beginning: then what the judges see is what the log says now.
 */
export class TopicsReader {
  readonly #truth: Part[] = Array.from({ length: partitions }, (_, partition) => fresh(partition));
  readonly #rest = new Map<string, { count: number; commands: SentCommand[]; told: ToldChange[]; parked: ParkedCallback[] }>();

  /** `renamed`: types that only a version yet to come writes, and the words that the judges know for them. */
  constructor(private readonly renamed: ReadonlyMap<string, string> = new Map()) {}

  /** All records of one partition from offset 0 on, in order; what was read before is passed over. */
  read(topic: string, partition: number, records: readonly RawRecord[]): void {
    if (topic === truth) return this.#readTruth(partition, records);
    const place = `${topic}/${partition}`;
    const known = this.#rest.get(place) ?? { count: 0, commands: [], told: [], parked: [] };
    this.#rest.set(place, known);
    for (; known.count < records.length; known.count += 1) {
      const record = records[known.count]!;
      if (topic === commands) known.commands.push(commandOf(record));
      else if (topic === lifecycle) known.told.push(toldOf(record));
      else if (topic === deliveries) known.parked.push(...parkedOf(record));
    }
  }

  /** What was read so far, in the order of the partitions. */
  get journals(): TopicJournals {
    const rest = [...this.#rest.values()];
    return {
      events: this.#truth.flatMap(({ events }) => events),
      voids: this.#truth.flatMap(({ voids }) => voids),
      heads: this.#truth.map(({ chain, next }, partition): ChainHead => ({ partition, offset: next, seq: chain.seq, head: chain.head })),
      unreadable: this.#truth.flatMap(({ unreadable }) => unreadable),
      commands: rest.flatMap((known) => known.commands),
      told: rest.flatMap((known) => known.told),
      parked: rest.flatMap((known) => known.parked),
    };
  }

  #readTruth(partition: number, records: readonly RawRecord[]): void {
    let part = this.#truth[partition]!;
    if (part.next > records.length || (part.next > 0 && records[part.next - 1] !== part.read)) part = this.#truth[partition] = fresh(partition);
    for (; part.next < records.length; part.next += 1) {
      const record = records[part.next]!;
      part.read = record;
      if (record.offset !== part.next) part.unreadable.push({ rule: "no hole in the log", subject: `${truth}/${partition}`, how: `record ${record.offset} in place ${part.next}` });
      const verdict = part.chain.next(record);
      const logged = this.#known(loggedOf(record));
      if (verdict.kind === "void") part.voids.push({ ...logged, why: verdict.why });
      else part.events.push({ ...logged, seq: verdict.seq, digest: part.chain.head });
    }
  }

  #known(event: Omit<LoggedEvent, "seq" | "digest">): Omit<LoggedEvent, "seq" | "digest"> {
    const type = this.renamed.get(event.type);
    return type === undefined ? event : { ...event, type, writtenAs: event.type };
  }
}

/** A whole dump at once, records of a partition in the order of their offsets. */
export const readTopics = (records: Iterable<RawRecord>): TopicJournals => {
  const places = new Map<string, RawRecord[]>();
  for (const record of records) {
    const place = `${record.topic}/${record.partition}`;
    const known = places.get(place);
    if (known === undefined) places.set(place, [record]);
    else known.push(record);
  }
  const reader = new TopicsReader();
  for (const list of places.values()) reader.read(list[0]!.topic, list[0]!.partition, list);
  return reader.journals;
};

const fresh = (partition: number): Part => ({ chain: new ChainOfPartition(truth, partition, partitions), read: undefined, next: 0, events: [], voids: [], unreadable: [] });

const textOf = (value: string | Uint8Array | undefined): string | undefined =>
  value === undefined || typeof value === "string" ? value : Buffer.from(value.buffer, value.byteOffset, value.length).toString();

const header = ({ headers }: RawRecord, name: string): string | undefined => textOf(headers[name]);

/** A value that is no JSON object has nothing to say; what it should have said is then missing, and that is noticed. */
const jsonOf = (value: Uint8Array): Json => {
  try {
    const json: unknown = JSON.parse(textOf(value)!);
    return typeof json === "object" && json !== null ? (json as Json) : {};
  } catch {
    return {};
  }
};

const at = ({ appendedAtMs }: RawRecord): { appendedAtMs?: number } => (appendedAtMs === undefined ? {} : { appendedAtMs });

const loggedOf = (record: RawRecord): Omit<LoggedEvent, "seq" | "digest"> => {
  const causation = header(record, "ce_causation");
  const account = header(record, "ce_account");
  const version = header(record, "ce_aggversion");
  return {
    partition: record.partition,
    offset: record.offset,
    type: header(record, "ce_type") ?? "",
    subject: header(record, "ce_subject") ?? "",
    value: jsonOf(record.value),
    ...(causation !== undefined && { causation }),
    ...(account !== undefined && { account }),
    ...(version !== undefined && { aggregateVersion: Number(version) }),
    ...at(record),
  };
};

const commandOf = (record: RawRecord): SentCommand => {
  const before = header(record, "ce_decidebefore");
  return {
    id: header(record, "ce_id") ?? "",
    type: header(record, "ce_type") ?? "",
    subject: header(record, "ce_subject") ?? "",
    partition: record.partition,
    offset: record.offset,
    ...(before !== undefined && { decideBeforeMs: Date.parse(before) }),
    ...at(record),
  };
};

const toldOf = (record: RawRecord): ToldChange => {
  const value = jsonOf(record.value);
  const view = (value["public"] ?? {}) as Json;
  return { id: header(record, "ce_id") ?? "", paymentId: String(value["paymentId"]), version: Number(view["version"]), status: String(view["status"]), type: String(view["type"]) };
};

const parkedOf = (record: RawRecord): readonly ParkedCallback[] => {
  const { deliveryId, paymentId, result } = jsonOf(record.value);
  const { kind, reason } = (result ?? {}) as Json;
  return kind === "parked" ? [{ deliveryId: String(deliveryId), paymentId: String(paymentId), reason: String(reason), ...at(record) }] : [];
};
