import { type DeliveryFact, type PaymentLine, type Send, beginSend, evolveLine, nextSend } from "@malipo/callback-delivery";
import type { Account, Instant, PaymentId } from "@malipo/kernel";
import type { Callback } from "../keep-deliveries/callback-store.js";

type Placed = Readonly<{ offset: number; fact: DeliveryFact }>;

type Entry = {
  readonly account: Account;
  readonly partition: number;
  line: PaymentLine<Callback>;
  /** Facts of ours that are in the log and not yet in the rows: the rows must not take them back. */
  ahead: Placed[];
  queued: boolean;
};

export type BookLimits = Readonly<{ paymentsMax: number; perAccountMax: number }>;

/**
 * The lines of payments that have something to send soon. A bounded part of the rows: what does not fit, or is due only
 * later, stays in the rows and is brought back from there.
 */
export class DeliveryBook {
  readonly #entries = new Map<PaymentId, Entry>();
  readonly #perAccount = new Map<Account, number>();
  /** Outlives the entry: a partition may go and come back while a send of it is still under way. */
  readonly #underway = new Map<PaymentId, Send>();
  /** Whether the rows hold something to send that is not here. */
  leftOut = false;

  constructor(private readonly limits: BookLimits) {}

  get size(): number {
    return this.#entries.size;
  }

  get payments(): readonly PaymentId[] {
    return [...this.#entries.keys()];
  }

  has(paymentId: PaymentId): boolean {
    return this.#entries.has(paymentId);
  }

  /** Takes over what the rows say, which hold all facts of the partition before `factsUpTo`. */
  replace(paymentId: PaymentId, partition: number, waiting: readonly Callback[], factsUpTo: number): void {
    const entry = this.#entries.get(paymentId);
    const ahead = (entry?.ahead ?? []).filter(({ offset }) => offset >= factsUpTo);
    const sending = this.#underway.get(paymentId);
    if (waiting.length === 0 && ahead.length === 0 && sending === undefined) return this.drop(paymentId);
    const rows: PaymentLine<Callback> = { deliveries: waiting, ...(sending !== undefined && { sending }) };
    const line = ahead.reduce((state, { fact, offset }) => evolveLine(state, fact, offset), rows);
    if (entry !== undefined) {
      entry.line = line;
      entry.ahead = ahead;
      return;
    }
    const account = waiting[0]?.account;
    if (account === undefined) return;
    const ofAccount = this.#perAccount.get(account) ?? 0;
    if (this.#entries.size >= this.limits.paymentsMax || ofAccount >= this.limits.perAccountMax) {
      this.leftOut = true;
      return;
    }
    this.#perAccount.set(account, ofAccount + 1);
    this.#entries.set(paymentId, { account, partition, line, ahead, queued: false });
  }

  /** When the payment's head is to be sent; undefined while nothing is, or while it is queued or under way. */
  dueAt(paymentId: PaymentId): Instant | undefined {
    const entry = this.#entries.get(paymentId);
    return entry === undefined || entry.queued ? undefined : nextSend(entry.line)?.at;
  }

  head(paymentId: PaymentId): Callback | undefined {
    const entry = this.#entries.get(paymentId);
    return entry === undefined ? undefined : nextSend(entry.line)?.delivery;
  }

  /** Sends that have begun and are not on record. */
  get underway(): number {
    return this.#underway.size;
  }

  /** From now on the payment waits for its turn to be sent. */
  queue(paymentId: PaymentId, queued: boolean): void {
    const entry = this.#entries.get(paymentId);
    if (entry !== undefined) entry.queued = queued;
  }

  begin(paymentId: PaymentId, now: Instant, attemptId: string): { callback: Callback; send: Send } | undefined {
    const entry = this.#entries.get(paymentId);
    const begun = entry === undefined ? undefined : beginSend(entry.line, now, attemptId);
    if (entry === undefined || begun === undefined) return undefined;
    entry.line = begun.line;
    this.#underway.set(paymentId, begun.send);
    return { callback: begun.delivery, send: begun.send };
  }

  /** The fact is in the log at this offset; the rows will tell the same later. */
  record(paymentId: PaymentId, fact: DeliveryFact, offset: number, factsUpTo: number): void {
    this.#underway.delete(paymentId);
    const entry = this.#entries.get(paymentId);
    if (entry === undefined) return;
    entry.line = evolveLine(entry.line, fact, offset);
    if (offset >= factsUpTo) entry.ahead.push({ offset, fact });
    else this.dropIfIdle(paymentId);
  }

  /** Forgets a payment whose next send is after `horizon`; the rows keep it. */
  dropIfLater(paymentId: PaymentId, horizon: Instant): void {
    const entry = this.#entries.get(paymentId);
    if (entry === undefined || entry.queued || entry.line.sending !== undefined || entry.ahead.length > 0) return;
    const next = nextSend(entry.line);
    if (next === undefined || next.at <= horizon) return;
    this.leftOut = true;
    this.drop(paymentId);
  }

  dropIfIdle(paymentId: PaymentId): void {
    const entry = this.#entries.get(paymentId);
    if (entry !== undefined && entry.line.sending === undefined && nextSend(entry.line) === undefined && entry.ahead.length === 0) this.drop(paymentId);
  }

  dropPartition(partition: number): void {
    for (const [paymentId, entry] of this.#entries) if (entry.partition === partition) this.drop(paymentId);
  }

  drop(paymentId: PaymentId): void {
    const entry = this.#entries.get(paymentId);
    if (entry === undefined) return;
    this.#entries.delete(paymentId);
    const left = (this.#perAccount.get(entry.account) ?? 1) - 1;
    if (left > 0) this.#perAccount.set(entry.account, left);
    else this.#perAccount.delete(entry.account);
  }
}
