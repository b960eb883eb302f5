import { behaviourNames, digitsOf, type BehaviourName } from "./behaviours.js";

/** The table of behaviours as one provider plays it. */
export const behaviourTable = (what: Readonly<Record<BehaviourName, string>>): string =>
  [...behaviourNames]
    .sort((a, b) => digitsOf(a).localeCompare(digitsOf(b)))
    .map((name) => `${digitsOf(name)}  ${name.padEnd(20)}${what[name]}`)
    .join("\n");
