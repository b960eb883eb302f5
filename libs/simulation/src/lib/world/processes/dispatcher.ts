import { CallbackSender, CallbackService } from "@malipo/callback-dispatcher";
import { ChainTail, parkRecord } from "@malipo/event-log";
import { MerchantDirectory } from "@malipo/merchant-directory";
import type { Surroundings } from "../surroundings.js";
import { baseOf, events, wayTo } from "./base.js";
import type { Build } from "./simulated-process.js";

export const dispatcher =
  (world: Surroundings): Build<CallbackService> =>
  (ground) => {
    const { base, keys, vault, writerOf } = baseOf(world, ground);
    const parking = { ...base, writer: writerOf("parked.v1"), source: "/malipo/callback-dispatcher" };
    const directory = new MerchantDirectory({ ...base, vault });
    const tail = new ChainTail({ ...base, topic: events });
    const service = new CallbackService({
      ...base,
      store: wayTo(world.tables.callbacks, world, ground),
      writer: writerOf("callbacks.deliveries.v1"),
      sender: new CallbackSender({ ...base, http: world.endpoint.clientFor(ground.scheduler), vault, secrets: directory }),
      tail,
      park: (record, reason, detail) => parkRecord(parking, record, reason, detail),
    });
    return {
      service,
      tail,
      start: async () => {
        await Promise.all([keys.start(), directory.start()]);
        await service.start();
      },
    };
  };
