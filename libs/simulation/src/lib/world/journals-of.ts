import { headerText } from "@malipo/event-contracts";
import { ChainReader, genesisPosition } from "@malipo/event-log";
import type { SimulatedBroker } from "@malipo/event-log/simulated";
import { PARTITION_COUNT } from "@malipo/kernel";
import type { LoggedEvent } from "../judges/journals.js";

const topic = "payments.events.v1";

/** The valid records of the log by the whole rule, whatever weakness the processes of the run were given. */
export const loggedEvents = (broker: SimulatedBroker): readonly LoggedEvent[] =>
  Array.from({ length: PARTITION_COUNT }, (_, partition) => {
    const reader = new ChainReader(genesisPosition(topic, partition, PARTITION_COUNT));
    return broker.records(topic, partition).flatMap((record): LoggedEvent[] => {
      const valid = reader.accept(record);
      if (typeof valid === "string") return [];
      const { type, subject, causation } = valid.envelope;
      const value = JSON.parse(Buffer.from(valid.value).toString()) as LoggedEvent["value"];
      return [{ partition, offset: valid.offset, type, subject, value, ...(causation !== undefined && { causation }) }];
    });
  }).flat();

/** Until when each API command was to be decided. */
export const deadlines = (broker: SimulatedBroker): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const { records } of broker.partitions("payments.commands.v1")) {
    for (const { headers } of records) {
      const before = headerText(headers["ce_decidebefore"]);
      if (before !== undefined) found.set(headerText(headers["ce_id"])!, Date.parse(before));
    }
  }
  return found;
};

/** `<payment>/<public version>` of every change that was told on the lifecycle topic. */
export const toldChanges = (broker: SimulatedBroker): ReadonlySet<string> => {
  const told = new Set<string>();
  for (const { records } of broker.partitions("payments.lifecycle.v1")) {
    for (const { headers } of records) told.add(`${headerText(headers["ce_subject"])}/${headerText(headers["ce_aggversion"])}`);
  }
  return told;
};
