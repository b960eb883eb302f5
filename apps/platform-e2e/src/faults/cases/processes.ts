import { answers200, waitUntil } from "@malipo/local-platform";
import { oneOf } from "../choice.js";
import type { FaultCase, FaultGround } from "../fault.js";
import { hit, instancesOf, services, signal, type Instance, type Service } from "./instances.js";

const nothingToHeal = async (): Promise<void> => undefined;
const backWithinMs = 30_000;

const urlOf = ({ platform: { demo }, companions }: FaultGround, { service, label }: Instance): string => {
  if (label !== service) return companions.url(service)!;
  const { baseUrl, urls } = demo;
  const first: Readonly<Record<Service, string>> = {
    "payment-intake": baseUrl,
    "provider-router": urls.providerRouter,
    "callback-dispatcher": urls.callbackDispatcher,
    "auth-token": urls.authToken,
    reconciliation: urls.reconciliation,
  };
  return first[service];
};

const isBack = (ground: FaultGround, instance: Instance, oldPid: number | undefined): Promise<true> =>
  waitUntil(
    async () => {
      const pid = instance.pid();
      return pid !== undefined && pid !== oldPid && (await answers200(`${urlOf(ground, instance)}/health/ready`)) ? true : undefined;
    },
    { timeoutMs: backWithinMs, what: `${instance.label} is back` },
  );

const crash = (service: Service): FaultCase => ({
  name: `crash/${service}`,
  group: "service",
  holdMs: 0,
  inject: async (ground) => {
    const { label, pid } = oneOf(ground.choice, instancesOf(ground, service));
    hit(label, pid(), "SIGKILL");
    return nothingToHeal;
  },
});

/** It stands still and comes back without knowing that time has passed: what it then believes is what fences are for. */
export const pause = (service: Service, holdMs: number): FaultCase => ({
  name: `pause/${service}`,
  group: "service",
  holdMs,
  inject: async (ground) => {
    const instance = oneOf(ground.choice, instancesOf(ground, service));
    const pid = instance.pid();
    hit(instance.label, pid, "SIGSTOP");
    return async () => void signal(pid, "SIGCONT");
  },
});

const everyInstance = (ground: FaultGround): readonly Instance[] => services.flatMap((service) => instancesOf(ground, service));

/** Nobody is killed a third time, so that a storm goes over many and is not the end of one. */
const deathsMax = 2;

/** Kills one after the other, of which some are still on their way back. */
export const killStorm = (everyMs: number, holdMs: number): FaultCase => ({
  name: "kill-storm/services",
  group: "service",
  holdMs,
  inject: async (ground) => {
    const deaths = new Map<string, number>();
    const killOne = (): void => {
      const mayDie = everyInstance(ground).filter(({ label, pid }) => (deaths.get(label) ?? 0) < deathsMax && pid() !== undefined);
      if (mayDie.length === 0) return;
      const victim = oneOf(ground.choice, mayDie);
      if (signal(victim.pid(), "SIGKILL")) deaths.set(victim.label, (deaths.get(victim.label) ?? 0) + 1);
    };
    killOne();
    const storm = setInterval(killOne, everyMs);
    // The recovery is measured from here: a last one dies, so that there is something to recover from.
    return async () => {
      clearInterval(storm);
      killOne();
    };
  },
});

/** As a deployment does: each is asked to end, and the next only once it is back. */
const rollingRestart: FaultCase = {
  name: "rolling-restart/services",
  group: "service",
  holdMs: 0,
  inject: async (ground) => {
    for (const instance of everyInstance(ground)) {
      const pid = instance.pid();
      hit(instance.label, pid, "SIGTERM");
      await isBack(ground, instance, pid);
    }
    return nothingToHeal;
  },
};

export const processFaults: readonly FaultCase[] = [
  killStorm(2_000, 20_000),
  ...services.map(crash),
  ...services.map((service) => pause(service, 30_000)),
  rollingRestart,
];
