import type { PlantedBug } from "../planted-bug.js";

/** Mistakes in what merchants are told. */
export const callbackBugs: readonly PlantedBug[] = [
  {
    name: "callbacks_as_they_arrive",
    summary: "a callback that waits for its next try does not hold up the one that has just arrived",
    within: 50,
    patches: [
      {
        module: "libs/callback-delivery/dist/lib/payment-line.js",
        find: 'export const headOf = (line) => line.deliveries.find(({ state }) => state === "waiting");',
        replace: `const waits = ({ state }) => state === "waiting";
export const headOf = (line) => line.deliveries.find((delivery) => waits(delivery) && delivery.retryAt === undefined) ?? line.deliveries.find(waits);`,
      },
    ],
  },
];
