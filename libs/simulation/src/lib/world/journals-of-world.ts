import type { Journals, RawRecord } from "../judges/journals.js";
import { TopicsReader, judgedTopics } from "../judges/read-topics.js";
import { rowsOf } from "./rows-of-world.js";
import type { World } from "./world.js";

/** Reads what a world leaves behind, as it goes on. */
export class WorldReader {
  readonly #topics: TopicsReader;

  constructor(private readonly world: World) {
    this.#topics = new TopicsReader(world.versions.renamed);
  }

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
      rows: rowsOf(world.tables.payments),
    };
  }
}

/** Every record of a topic, void ones included. */
export const recordsOf = ({ broker }: World, topic: string): readonly RawRecord[] => broker.partitions(topic).flatMap(({ records }) => records);
