import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultCase } from "../fault.js";
import { services, type Service } from "./instances.js";
import { linksOf, noLinks } from "./links.js";

/** Within the skew that the design allows for, beyond it, and what a clock set to the wrong hour does. */
const steps = { "+1.5s": 1_500, "-1.5s": -1_500, "+5s": 5_000, "-5s": -5_000, "+1h": 3_600_000, "-1h": -3_600_000 } as const;

/** Long enough to decide, call, ask, and deliver by the wrong time, and then by the right one again. */
const holdMs = 8_000;

const clockStep = (service: Service, name: keyof typeof steps): FaultCase => ({
  name: `clock/${service}/${name}`,
  group: "clock",
  holdMs,
  skipped: noLinks,
  inject: async (ground) => {
    const { clocks } = linksOf(ground);
    const file = join(clocks, service);
    writeFileSync(`${file}.new`, String(steps[name]));
    renameSync(`${file}.new`, file);
    return async () => rmSync(file, { force: true });
  },
});

/** Wall clocks of every instance of a service set forward or back, and right again. Needs `MALIPO_FAULT_LINKS=1`. */
export const clockFaults: readonly FaultCase[] = services.flatMap((service) =>
  (Object.keys(steps) as (keyof typeof steps)[]).map((name) => clockStep(service, name)),
);
