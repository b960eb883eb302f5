import { chainBugs } from "./bugs/chain-bugs.js";
import { routerBugs } from "./bugs/router-bugs.js";
import type { PlantedBug } from "./planted-bug.js";

/** Every mistake that the judges are known to notice. */
export const plantedBugs: readonly PlantedBug[] = [...chainBugs, ...routerBugs];
