import type { SeededRandom } from "@malipo/event-log/simulated";
import { luckOf } from "../luck.js";
import { type FaultKind, faultKinds, faultTable } from "./fault-kinds.js";

/** Which kinds may happen: all, `only` these, or all `without` those. */
export type FaultSwitches = Readonly<{ only?: readonly FaultKind[] | undefined; without?: readonly FaultKind[] | undefined }>;

/** How often each kind has happened in a seed. */
export type Injected = Readonly<Record<FaultKind, number>>;

const wildnesses = [0, 0.5, 1, 1, 1.5, 2.5];
const chanceMax = 0.6;

/**
 * What goes wrong in one seed, how often, and how often it has. Rates are drawn once, so that mild and wild worlds are both
 * visited; each kind has luck of its own, so that switching one off leaves the others where they were.
 */
export class Faults {
  readonly injected: Record<FaultKind, number>;
  isDatabaseDown = false;
  readonly #luck: Readonly<Record<FaultKind, SeededRandom>>;
  readonly #rates: Readonly<Record<FaultKind, number>>;
  #healed = true;

  constructor(seed: number, { only, without }: FaultSwitches = {}) {
    const wildness = wildnesses[luckOf(seed, "wildness").below(wildnesses.length)]!;
    const isOn = (kind: FaultKind): boolean => only?.includes(kind) !== false && without?.includes(kind) !== true;
    this.#luck = each((kind) => luckOf(seed, `fault/${kind}`));
    // A kind that is asked for alone must not stay away because the seed is a mild one.
    const wild = only === undefined ? wildness : Math.max(1, wildness);
    this.#rates = each((kind) => {
      const share = this.#luck[kind].share();
      return isOn(kind) ? faultTable[kind].most * wild * share : 0;
    });
    this.injected = each(() => 0);
  }

  /** The chance at each occasion, or how many times it comes on average. */
  rate(kind: FaultKind): number {
    return this.#rates[kind];
  }

  begin(): void {
    this.#healed = false;
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.#healed = true;
    this.isDatabaseDown = false;
  }

  /** Whether things go wrong now. */
  get isOn(): boolean {
    return !this.#healed;
  }

  /** Whether it happens on this occasion. */
  strikes(kind: FaultKind): boolean {
    if (this.#healed || !this.#luck[kind].chance(Math.min(chanceMax, this.#rates[kind]))) return false;
    this.happened(kind);
    return true;
  }

  /** How many times it comes by itself in this seed; whoever brings it says so by `happened`. */
  times(kind: FaultKind): number {
    const rate = this.#rates[kind];
    const whole = Math.floor(rate);
    return whole + (this.#luck[kind].chance(rate - whole) ? 1 : 0);
  }

  happened(kind: FaultKind): void {
    this.injected[kind] += 1;
  }

  /** The kind's own luck, for how long, where, and to whom. */
  luck(kind: FaultKind): SeededRandom {
    return this.#luck[kind];
  }
}

const each = <Value>(valueOf: (kind: FaultKind) => Value): Record<FaultKind, Value> =>
  Object.fromEntries(faultKinds.map((kind) => [kind, valueOf(kind)])) as Record<FaultKind, Value>;
