import { readFileSync } from "node:fs";

/** Resident megabytes of a process now, or 0 when it has ended. */
const residentMegabytes = (pid: number): number => {
  try {
    return Number(/^VmRSS:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
};

/** Looks every half second until stopped; answers the most that each process held. */
export const watchMemory = (pids: Readonly<Record<string, number>>): (() => Readonly<Record<string, number>>) => {
  const most: Record<string, number> = {};
  const look = (): void => {
    for (const [name, pid] of Object.entries(pids)) most[name] = Math.max(most[name] ?? 0, Math.round(residentMegabytes(pid)));
  };
  look();
  const timer = setInterval(look, 500).unref(); // a measurement that broke off never stops it
  return () => {
    clearInterval(timer);
    return most;
  };
};
