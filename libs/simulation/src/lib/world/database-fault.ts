import type { DatabaseFault } from "@malipo/projections/simulated";
import type { World } from "./world.js";

const lagMsMax = 6_000;

/** What happens at the next access of the tables of payments. */
export const databaseFault = ({ faults, time }: World, access: "read" | "commit"): DatabaseFault | Promise<DatabaseFault> => {
  if (faults.isDatabaseDown || faults.strikes("database_unreachable")) return "down";
  if (access === "read") return "none";
  const luck = faults.luck("lost_commit_answer");
  const fault = faults.strikes("lost_commit_answer") ? (luck.chance(0.5) ? "lost_commit_applied" : "lost_commit_dropped") : "none";
  if (!faults.strikes("lagging_projector")) return fault;
  return new Promise((resolve) => void time.at(time.nowMs + faults.luck("lagging_projector").share() * lagMsMax, () => resolve(fault)));
};
