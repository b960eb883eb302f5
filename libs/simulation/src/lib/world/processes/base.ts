import { TopicWriter } from "@malipo/event-log";
import { LogVault } from "@malipo/key-store";
import type { KeyOwner, Vault } from "@malipo/ports";
import { Pepper } from "@malipo/security";
import type { Surroundings } from "../surroundings.js";
import { remote } from "./remote.js";
import type { Ground } from "./simulated-process.js";

export const events = "payments.events.v1";
export const pepper = new Pepper(Buffer.alloc(32, 5));
const wayMsMax = 4;

/** What every service's classes are given, and how they reach what they share. */
export const baseOf = (world: Surroundings, ground: Ground) => {
  const writerOf = (topic: string) => new TopicWriter({ ...ground, topic });
  const keys = new LogVault({ ...ground, keyRing: world.keyRing, writer: writerOf("keys.state.v1") }, `/malipo/${ground.name}`);
  const vault = new UnreliableVault(keys, () => world.faults.strikes("key_store_unreachable"));
  return { base: { ...ground, codec: world.versions.codecOf(ground.name) }, keys, vault, writerOf };
};

/** Tables as one process reaches them. `ofItsOwn`: the twin knows by itself what can go wrong with it. */
export const wayTo = <Store extends object>(store: Store, { faults }: Surroundings, { scheduler, random }: Ground, ofItsOwn = false): Store =>
  remote(store, {
    scheduler,
    latencyMs: () => random.share() * wayMsMax,
    fault: () => {
      if (ofItsOwn) return "none";
      if (faults.isDatabaseDown || faults.strikes("database_unreachable")) return "down";
      return faults.strikes("lost_commit_answer") ? "answer_lost" : "none";
    },
  });

class UnreliableVault implements Vault {
  constructor(
    private readonly vault: LogVault,
    private readonly fails: () => boolean,
  ) {}

  async seal(owner: KeyOwner, field: string, plain: string | Uint8Array) {
    this.#answer();
    return this.vault.seal(owner, field, plain);
  }

  async open(owner: KeyOwner, field: string, sealed: Parameters<Vault["open"]>[2]) {
    this.#answer();
    return this.vault.open(owner, field, sealed);
  }

  #answer(): void {
    if (this.fails()) throw new Error("the simulated key store does not answer");
  }
}
