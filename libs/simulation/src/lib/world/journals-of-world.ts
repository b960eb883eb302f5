import type { DatabaseRows, Journals, RawRecord, Row } from "../judges/journals.js";
import { TopicsReader, judgedTopics } from "../judges/read-topics.js";
import type { World } from "./world.js";

/** Reads what a world leaves behind, as it goes on. */
export class WorldReader {
  readonly #topics = new TopicsReader();

  constructor(private readonly world: World) {}

  read(): Journals {
    const { world } = this;
    for (const topic of judgedTopics) {
      for (const [partition, { records }] of world.broker.partitions(topic).entries()) this.#topics.read(topic, partition, records);
    }
    return {
      ...this.#topics.journals,
      requests: world.merchant.requests,
      provider: world.ledgers.flatMap(({ entries }) => entries),
      callbacks: world.endpoint.accepted,
      forged: new Set(world.ledgers.flatMap(({ forged }) => [...forged])),
    };
  }

  /** The rows as PostgreSQL would give them. */
  rows(): DatabaseRows {
    const { checkpoints, events, summaries, attempts, requestKeys, reviews } = this.world.tables.payments.rows();
    const [payment_events, payment_summaries, payment_attempts, payment_reviews] = [events, summaries, attempts, reviews].map(table);
    return {
      checkpoints: table(checkpoints),
      payment_events: payment_events!,
      payment_summaries: payment_summaries!,
      payment_attempts: payment_attempts!,
      payment_reviews: payment_reviews!,
      request_keys: table(requestKeys),
    };
  }
}

/** Every record of a topic, void ones included. */
export const recordsOf = ({ broker }: World, topic: string): readonly RawRecord[] => broker.partitions(topic).flatMap(({ records }) => records);

const table = (rows: readonly object[]): readonly Row[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value as unknown])));
