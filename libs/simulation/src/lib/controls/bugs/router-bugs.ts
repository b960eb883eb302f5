import type { PlantedBug } from "../planted-bug.js";

const call = "apps/provider-router/dist/call-provider/call-provider.js";

/** Mistakes in what is sent to a provider, and in what is made of its answers. */
export const routerBugs: readonly PlantedBug[] = [
  {
    name: "caller_check_off",
    summary: "whoever has proposed an attempt sends it, whichever caller the record names",
    within: 100,
    patches: [
      { module: call, find: "if (attempt.caller !== this.caller) {", replace: "if (proposal === undefined) {" },
      { module: call, find: "proposal === undefined || proposal.sendBefore !== attempt.sendBefore", replace: "proposal === undefined" },
    ],
  },
];
