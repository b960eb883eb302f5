import { callbackBugs } from "./bugs/callback-bugs.js";
import { chainBugs } from "./bugs/chain-bugs.js";
import { deciderBugs } from "./bugs/decider-bugs.js";
import { lifecycleBugs } from "./bugs/lifecycle-bugs.js";
import { routerBugs } from "./bugs/router-bugs.js";
import { versionBugs } from "./bugs/version-bugs.js";
import type { PlantedBug } from "./planted-bug.js";

/** Every mistake that the judges are known to notice. */
export const plantedBugs: readonly PlantedBug[] = [...chainBugs, ...deciderBugs, ...lifecycleBugs, ...routerBugs, ...callbackBugs, ...versionBugs];
