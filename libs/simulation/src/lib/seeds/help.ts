import { plantedBugs } from "../controls/planted-bugs.js";
import { faultKinds, faultTable } from "../world/faults/fault-kinds.js";

const wide = Math.max(...faultKinds.map((kind) => kind.length), ...plantedBugs.map(({ name }) => name.length)) + 2;

export const help = (): string => `npm run simulate -- [options]

The whole platform and everybody around it, in one thread on virtual time, with one seed's luck; judges decide.

  --seeds N          run N seeds, 1000 by default
  --from N           the first of them, 1 by default
  --workers N        threads, one for each core by default; changes nothing but the speed
  --seed N           run one seed and print its hash
  --trace            with --seed: print what happens
  --only KIND,...    nothing goes wrong but these
  --without KIND,... everything goes wrong but these
  --controls         plant the known bugs, one after the other: each must turn a judge red within its seeds
  --bug NAME         with --controls: this bug alone; otherwise run seeds with it in place

Exit status: 0 when no rule was broken (with --controls: every bug was caught), 1 otherwise, 2 for wrong options.

Faults:
${faultKinds.map((kind) => `  ${kind.padEnd(wide)}${faultTable[kind].what}`).join("\n")}

Planted bugs:
${plantedBugs.map(({ name, summary }) => `  ${name.padEnd(wide)}${summary}`).join("\n")}
`;
