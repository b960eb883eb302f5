import type { CallbackJournal } from "../harness/callback-journal.js";
import type { Companions } from "../harness/companions.js";
import type { LaunchedPlatform } from "../harness/launched-platform.js";
import type { Sandbox } from "../harness/sandbox.js";

/** A choice by seed: the same seed makes the same choices, though never the same interleaving. */
export interface Choice {
  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number;
}

/** What a fault is done to. */
export interface FaultGround {
  readonly platform: LaunchedPlatform;
  /** Second instances of some services, kept alive beside the platform's own. */
  readonly companions: Companions;
  readonly sandbox: Sandbox;
  /** Where the merchants take their callbacks. */
  readonly receiver: CallbackJournal;
  readonly merchantIds: readonly string[];
  readonly choice: Choice;
}

/** Takes the fault away again; after it settles nothing of the fault is left but its consequences. */
export type Heal = () => Promise<void>;

/** What is measured from the end of the fault: a crashed service has 8 s, a broker or database that was away has 30 s. */
export type FaultGroup = "service" | "broker" | "database" | "link" | "clock" | "provider" | "merchant";

/** One way in which things go wrong on the real platform. */
export interface FaultCase {
  /** Unique, lower-case, from the general to the particular: `broker/kill-9`. */
  readonly name: string;
  readonly group: FaultGroup;
  /** How long the fault stands before it is healed, in milliseconds. A fault that is over at once has 0. */
  readonly holdMs: number;
  /** Why this machine does not allow it; undefined where it does. */
  skipped?(ground: FaultGround): Promise<string | undefined>;
  /** Makes it go wrong while payments are under way. */
  inject(ground: FaultGround): Promise<Heal>;
}
