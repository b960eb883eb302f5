import { expect } from "@jest/globals";
import { type Instant, plus } from "@malipo/kernel";
import type { PaymentCommand, PaymentEvent, PublicView, Refusal } from "../lib/messages.js";
import { type DecideContext, type PaymentDecision } from "../lib/decide/context.js";
import { decide } from "../lib/payment.decider.js";
import { evolve } from "../lib/payment.evolver.js";
import { type KnownPayment, type Payment, initialPayment } from "../lib/payment.js";
import { orderNumber, startedAt } from "./messages.js";

type Step = PaymentCommand | Readonly<{ waitMs: number }>;

export const wait = (waitMs: number) => ({ waitMs }) as const;

/** A payment that came about by decided commands, one second apart; what is given must have been recorded. */
export const given = (...steps: readonly Step[]) => {
  let payment: Payment = initialPayment;
  let at: Instant = startedAt;
  for (const step of steps) {
    if ("waitMs" in step) at = plus(at, step.waitMs);
    else {
      at = plus(at, 1_000);
      const decision = decide(step, payment, { at, orderNumber });
      if (decision.kind !== "record") throw new Error(`the given ${step.type} was not recorded: ${JSON.stringify(decision)}`);
      payment = evolve(payment, decision.event);
    }
  }
  return new Given(payment, plus(at, 1_000));
};

class Given {
  constructor(
    private readonly payment: Payment,
    private readonly at: Instant,
  ) {}

  when(command: PaymentCommand, context: Partial<DecideContext> = {}): Then {
    return new Then(this.payment, decide(command, this.payment, { at: this.at, orderNumber, ...context }));
  }

  get state(): KnownPayment {
    if (this.payment.status === "absent") throw new Error("nothing was initiated");
    return this.payment;
  }
}

class Then {
  constructor(
    private readonly before: Payment,
    readonly decision: PaymentDecision,
  ) {}

  expectNothingNew(): void {
    expect(this.decision).toEqual({ kind: "nothing_new" });
  }

  expectRefusal(reason: Refusal, details?: Readonly<Record<string, string>>): void {
    expect(this.decision).toMatchObject({ kind: "refuse", reason });
    if (details !== undefined) expect(this.decision).toMatchObject({ details });
  }

  /** The fact, by its type and those of its fields that matter to the example. */
  expectEvent<Type extends PaymentEvent["type"]>(type: Type, fields: Partial<Extract<PaymentEvent, { type: Type }>> = {}): this {
    expect(this.decision).toMatchObject({ kind: "record", event: { type, ...fields } });
    return this;
  }

  /** What the merchant reads because of it; undefined: nothing it did not know. */
  expectPublic(view: Pick<PublicView, "version" | "type" | "status" | "reason"> | undefined): this {
    const event = this.decision.kind === "record" ? this.decision.event : undefined;
    const seen = event !== undefined && "public" in event ? event.public : undefined;
    if (view === undefined) expect(seen).toBeUndefined();
    else {
      expect(seen).toMatchObject(view);
      expect(seen?.reason).toBe(view.reason);
    }
    return this;
  }

  /** The state after the fact. */
  get state(): KnownPayment {
    if (this.decision.kind !== "record") throw new Error("nothing was recorded");
    return evolve(this.before, this.decision.event);
  }
}
