import { setTimeout as delay } from "node:timers/promises";
import { judgedTopics, TopicsReader, type RawRecord, type TopicJournals } from "@malipo/simulation/judges";
import { dumpTopics, type DumpedRecord } from "../../harness/kafka-dump.js";

const [events, commands] = ["payments.events.v1", "payments.commands.v1"];
/**
 * The end of each is asked for in this order, as all go on being written: what events have led to is read no further than
 * the events, and every command that an event answers is read too.
 */
const inOrder = [...judgedTopics.filter((topic) => topic !== events && topic !== commands), events, commands];

const triesMax = 10;
const readWithinMs = 60_000;

const rawOf = ({ offset, ...record }: DumpedRecord): RawRecord => ({ ...record, offset: Number(offset) });

/** The log as the broker has it, read on from where it was read last, each record once. */
export class TopicJournal {
  private readonly lists = new Map<string, RawRecord[]>();
  private readonly reader = new TopicsReader();

  constructor(private readonly brokers: string) {}

  async readOn(): Promise<TopicJournals> {
    for (const record of await this.fresh()) {
      const place = `${record.topic}/${record.partition}`;
      const list = this.lists.get(place);
      if (list === undefined) this.lists.set(place, [record]);
      else list.push(record);
    }
    for (const list of this.lists.values()) this.reader.read(list[0]!.topic, list[0]!.partition, list);
    return this.reader.journals;
  }

  /** A broker that was just away may need another try; nothing is kept of a read that broke off. */
  private async fresh(): Promise<readonly RawRecord[]> {
    const from = new Map([...this.lists].map(([place, list]) => [place, BigInt(list.at(-1)!.offset) + 1n]));
    for (let turn = 1; ; turn += 1) {
      try {
        const timeout = delay(readWithinMs, undefined, { ref: false }).then(() => Promise.reject(new Error("the log could not be read in time")));
        return (await Promise.race([dumpTopics(this.brokers, inOrder, from), timeout])).map(rawOf);
      } catch (error) {
        if (turn === triesMax) throw new Error("the log cannot be read", { cause: error });
        await delay(1_000);
      }
    }
  }
}
