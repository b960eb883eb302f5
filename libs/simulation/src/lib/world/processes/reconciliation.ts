import { ChainTail, parkRecord } from "@malipo/event-log";
import { RECONCILIATION, ReconciliationService } from "@malipo/reconciliation";
import type { Surroundings } from "../surroundings.js";
import { baseOf, events, wayTo } from "./base.js";
import type { Build } from "./simulated-process.js";

export const statementLagMs = 5_000;

export const reconciliation =
  (world: Surroundings): Build<ReconciliationService> =>
  (ground) => {
    const { base, writerOf } = baseOf(world, ground);
    const parking = { ...base, writer: writerOf("parked.v1"), source: "/malipo/reconciliation" };
    const tail = new ChainTail({ ...base, topic: events });
    const service = new ReconciliationService({
      ...base,
      store: wayTo(world.tables.reconciliation, world, ground),
      tail,
      writer: writerOf(RECONCILIATION),
      statementLagMs,
      chunkLines: 3,
      park: (record, reason, detail) => parkRecord(parking, record, reason, detail),
    });
    return { service, tail, start: () => service.start() };
  };
