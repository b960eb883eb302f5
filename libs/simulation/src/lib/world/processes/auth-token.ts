import type { TopicWriter } from "@malipo/event-log";
import type { LogVault } from "@malipo/key-store";
import { STATE_TOPIC } from "@malipo/merchant-directory";
import type { Surroundings } from "../surroundings.js";
import { baseOf } from "./base.js";
import type { Build } from "./simulated-process.js";

/** What of auth-token the payments see: merchants' states, and the keys that their secrets are sealed with. */
export type AuthToken = Readonly<{ keys: LogVault; states: TopicWriter }>;

export const authToken =
  (world: Surroundings): Build<AuthToken> =>
  (ground) => {
    const { keys, writerOf } = baseOf(world, ground);
    return { service: { keys, states: writerOf(STATE_TOPIC) }, start: () => keys.start() };
  };
