import { type PaymentEventCodec, paymentEventCodec } from "@malipo/event-contracts";
import type { SeededRandom } from "@malipo/event-log/simulated";

/** Facts in the middle of a payment's life: callbacks, attempts, and statements hang on them. */
const changeable = ["payments.attempt.started", "payments.attempt.progressed", "payments.attempt.resolved", "payments.payment.completed", "payments.payment.failed"];

export type Version = "present" | "next";

/**
 * Which version of the code each process runs. The next one writes some facts under a type that the present one has never
 * heard of, and reads both.
 */
export class Versions {
  /** What the next version writes, and the present version's name for it. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Once the roll-out has begun, everybody ends with the next version. */
  hasBegun = false;
  readonly #next: PaymentEventCodec;
  readonly #onNext = new Set<string>();

  constructor(luck: SeededRandom) {
    const first = changeable[luck.below(changeable.length)]!;
    const changed = changeable.filter((name) => name === first || luck.chance(0.3));
    this.renamed = new Map(changed.map((name) => [`${name}.v2`, `${name}.v1`]));
    const newNames = new Map([...this.renamed].map(([next, present]) => [present, next]));
    this.#next = {
      encode: (event) => {
        const { type, value } = paymentEventCodec.encode(event);
        return { type: newNames.get(type) ?? type, value };
      },
      decode: (type, value) => paymentEventCodec.decode(this.renamed.get(type) ?? type, value),
    };
  }

  of(process: string): Version {
    return this.#onNext.has(process) ? "next" : "present";
  }

  /** From its next boot on. */
  install(process: string, version: Version): void {
    if (version === "next") this.#onNext.add(process);
    else this.#onNext.delete(process);
  }

  codecOf(process: string): PaymentEventCodec {
    return this.of(process) === "next" ? this.#next : paymentEventCodec;
  }
}
