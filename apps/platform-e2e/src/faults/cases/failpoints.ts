import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@malipo/local-platform";
import { cli } from "../../harness/cli.js";
import { TestMerchant } from "../../harness/test-merchant.js";
import type { FaultCase, FaultGround, Heal } from "../fault.js";
import { instancesOf, isStopped, procIsMissing, services, signal, type Service } from "./instances.js";

const places = ["after_learned_before_recorded", "after_recorded_before_acted", "after_acted_before_outcome"] as const;
type Place = (typeof places)[number];
type How = "kill" | "stop";

const metWithinMs = 40_000;
/** Past `sendBefore` and skew, so that who wakes up holds a licence that has run out. */
const stoppedMs = 15_000;

/** What the load does not do by itself; it may fail, as the service is to die of it. */
const work: Partial<Readonly<Record<Service, (ground: FaultGround) => Promise<unknown>>>> = {
  reconciliation: ({ platform }) => cli(platform, "statement", "import", "--provider", "pawapay"),
  "auth-token": ({ platform }) => TestMerchant.provision(platform.demo),
};

const keepBusy = async (ground: FaultGround, service: Service, isMet: () => boolean): Promise<void> => {
  while (!isMet()) {
    await Promise.race([work[service]?.(ground).catch(() => undefined) ?? delay(200), delay(5_000)]);
    await delay(100);
  }
};

/** Puts the file there whole, waits until a process has met it, and says how to undo what became of that process. */
const arm = async (ground: FaultGround, service: Service, place: Place, how: How): Promise<Heal> => {
  const folder = ground.platform.failpoints;
  const file = join(folder, `${service}.${place}`);
  const draft = join(folder, `draft-${service}`);
  writeFileSync(draft, how === "stop" ? "stop" : "");
  renameSync(draft, file);
  let over = false;
  const busy = keepBusy(ground, service, () => over || !existsSync(file));
  try {
    await waitUntil(() => (existsSync(file) ? undefined : true), { timeoutMs: metWithinMs, everyMs: 20, what: `${service} comes to ${place}` });
  } finally {
    over = true;
    rmSync(file, { force: true });
  }
  // Not waited for before: from the crash on every second of the recovery counts.
  if (how === "kill") return () => busy;
  const stopped = (): number | undefined => instancesOf(ground, service).map(({ pid }) => pid()).find((pid) => pid !== undefined && isStopped(pid));
  const pid = await waitUntil(stopped, { timeoutMs: 5_000, everyMs: 20, what: `${service} stands still at ${place}` });
  return async () => void signal(pid, "SIGCONT");
};

export const failpointFaults: readonly FaultCase[] = (["kill", "stop"] as const).flatMap((how) =>
  places.flatMap((place) =>
    services.map((service) => ({
      name: `failpoint/${how}/${service}/${place}`,
      group: "service" as const,
      holdMs: how === "kill" ? 0 : stoppedMs,
      ...(how === "stop" && { skipped: procIsMissing }),
      inject: (ground: FaultGround) => arm(ground, service, place, how),
    })),
  ),
);
