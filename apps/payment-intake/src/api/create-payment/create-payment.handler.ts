import { decodePaymentEvent, encodePaymentCommand, fromJsonBytes, toJsonBytes } from "@malipo/event-contracts";
import type { ChainRecord, CommandDoor } from "@malipo/event-log";
import { refusalProblem, temporarilyUnavailable, type Trace } from "@malipo/http-api";
import { type Account, type CommandId, type Money, type PayerId, type PaymentId, type PaymentMethod, parseAccount, type Sealed } from "@malipo/kernel";
import type { CommandRefused, PaymentCommand, PublicStatus, Terms } from "@malipo/payment-lifecycle";
import type { Logger, Random, Vault } from "@malipo/ports";
import type { PaymentsDatabase } from "@malipo/projections";
import { paymentIdOf, type Pepper } from "@malipo/security";
import { answerField, answerOwner } from "../../decide-payments/seal-answer.js";
import { createdAnswer } from "../shared/payment-answer.js";
import type { ReadBarrier } from "../shared/read-barrier.js";
import type { RecentPayments } from "../shared/recent-payments.js";
import type { PayerAccount } from "./payment-terms.js";

export type CreatePayment = Readonly<{
  account: Account;
  reference: string;
  amount: Money;
  method: PaymentMethod;
  payer: PayerAccount | undefined;
  terms: Terms;
  callbackUrl: string | undefined;
  idempotencyKey: string | undefined;
  /** Canonical text of the body. */
  canonicalBody: string;
  trace: Trace;
}>;

/** The exact text of the answer's body, since a replay gives the same bytes. */
export type CreateAnswer = Readonly<{ status: number; body: string; replayed: boolean }>;

type Identity = Readonly<{ paymentId: PaymentId; keyHash: string | undefined; fingerprint: string }>;
/** The first request for a payment, as far as a repeated one is measured against it. */
type First = Readonly<{
  paymentId: PaymentId;
  keyHash: string | undefined;
  fingerprint: string;
  orderNumber: string;
  /** When it was created, and now. */
  firstStatus: PublicStatus;
  status: PublicStatus;
  payer: PayerId | undefined;
  answer: Sealed | undefined;
}>;
export type CreatePaymentPorts = Readonly<{
  commands: CommandDoor;
  vault: Vault;
  pepper: Pepper;
  random: Random;
  recent: RecentPayments;
  database: PaymentsDatabase;
  barrier: ReadBarrier;
  decideBeforeMs: number;
  logger: Logger;
  failpoint: (name: string) => void;
}>;

const scope = "kodipay";

/** Creates a payment once: whatever is repeated, by whomever and wherever, comes to the one record in the log. */
export class CreatePaymentHandler {
  constructor(private readonly ports: CreatePaymentPorts) {}

  async execute(request: CreatePayment): Promise<CreateAnswer> {
    const { commands, random, decideBeforeMs, failpoint } = this.ports;
    const { account, trace } = request;
    const identity = this.identify(request);
    const known = this.ports.recent.find(account, identity.paymentId);
    // A key of its own may have been used for another payment, which only the decider knows.
    if (known !== undefined && (identity.keyHash === undefined || identity.keyHash === known.initiated.request.keyHash)) {
      const { initiated, view } = known;
      const { request: first, payer, answer, orderNumber, paymentId } = initiated;
      return this.repeated(account, identity, {
        paymentId, keyHash: first.keyHash, fingerprint: first.fingerprint, orderNumber, firstStatus: initiated.public.status, status: view.status, payer: payer?.id, answer,
      });
    }

    const { type, value } = encodePaymentCommand(await this.toCommand(request, identity));
    const id = random.uuid() as CommandId;
    const record = await commands.execute({ id, type, subject: identity.paymentId, value: toJsonBytes(value) }, { account, ...trace, decideBeforeMs });
    failpoint("payment-intake.after_recorded_before_acted");
    return this.answerTo(account, identity, record);
  }

  private identify({ account, reference, idempotencyKey, canonicalBody }: CreatePayment): Identity {
    const { pepper } = this.ports;
    const { merchantId, mode } = parseAccount(account);
    return {
      paymentId: paymentIdOf(merchantId, mode, scope, reference),
      keyHash: idempotencyKey === undefined ? undefined : pepper.keyHash(account, scope, idempotencyKey),
      fingerprint: pepper.fingerprint(account, canonicalBody),
    };
  }

  private async toCommand(request: CreatePayment, { paymentId, keyHash, fingerprint }: Identity): Promise<PaymentCommand> {
    const { vault, pepper } = this.ports;
    const { account, reference, amount, method, payer, terms, callbackUrl } = request;
    const payerId = payer && pepper.payerId(account, payer.msisdn);
    const [payerAccount, callback] = await Promise.all([
      payerId && vault.seal({ purpose: "personal-data", account, payer: payerId }, `payment/${paymentId}/payer`, payer.msisdn),
      callbackUrl === undefined ? undefined : vault.seal({ purpose: "callback-secrets", account }, `payment/${paymentId}/callback`, callbackUrl),
    ]);
    return {
      type: "InitiatePayment",
      paymentId,
      direction: "collection",
      reference,
      amount,
      method,
      ...(payerId !== undefined && payerAccount !== undefined && { payer: { id: payerId, country: payer!.country, account: payerAccount } }),
      terms,
      request: { scope, fingerprint, ...(keyHash !== undefined && { keyHash }) },
      ...(callback !== undefined && { callback }),
    };
  }

  private async answerTo(account: Account, identity: Identity, record: ChainRecord): Promise<CreateAnswer> {
    const event = decodePaymentEvent(record.envelope.type, fromJsonBytes(record.value));
    if (event.type === "PaymentInitiated") {
      const { reference, orderNumber, amount, method, at } = event;
      const body = createdAnswer({ reference, orderNumber, status: event.public.status, amount, method, createdAt: at });
      return { status: 201, body: JSON.stringify(body), replayed: false };
    }
    if (event.type !== "CommandRefused") throw new TypeError(`a create cannot be decided by ${event.type}`);
    if (event.reason === "reference_already_used") await this.remember(account, event.paymentId);
    if (event.reason === "idempotent_replay") return this.replayRecorded(account, identity, event);
    throw refusalProblem(event.reason, event.reason === "reference_already_used" ? event.details : undefined);
  }

  /** A client that repeats an old payment once will do so again: the log grows by one refusal, not by each. */
  private async remember(account: Account, paymentId: PaymentId): Promise<void> {
    const { recent, database, barrier, logger } = this.ports;
    try {
      await recent.load(account, paymentId, async () => {
        // Behind the log the story would lack what the tail has brought before anybody listened, and never get it.
        await barrier.read(account, (partition) => database.findPayment(account, partition, { paymentId }));
        return (await database.story({ paymentId }))?.events ?? [];
      });
    } catch (error) {
      logger.warn({ error, paymentId }, "an older payment could not be kept in mind");
    }
  }

  /** The decider found the key in use; its payment may be older than what this process remembers. */
  private async replayRecorded(account: Account, identity: Identity, refused: CommandRefused): Promise<CreateAnswer> {
    const paymentId = (refused.details?.["paymentId"] ?? refused.paymentId) as PaymentId;
    const row = await this.ports.barrier.read(account, (partition) => this.ports.database.findPayment(account, partition, { paymentId }));
    if (row === undefined) throw temporarilyUnavailable(new Error("the payment of an idempotency key has no row"));
    const created = (await this.ports.database.story({ paymentId }))?.events[0];
    const first = created && decodePaymentEvent(created.type, fromJsonBytes(created.value));
    if (first?.type !== "PaymentInitiated") throw new TypeError("the payment of an idempotency key does not begin with its creation");
    const { fingerprint, orderNumber, status, answer } = row;
    return this.repeated(account, identity, {
      paymentId, keyHash: identity.keyHash, fingerprint, orderNumber, firstStatus: first.public.status, status, payer: first.payer?.id, answer,
    });
  }

  private async repeated(account: Account, identity: Identity, first: First): Promise<CreateAnswer> {
    const { orderNumber, firstStatus, status, paymentId, payer, answer } = first;
    if (identity.keyHash === undefined || identity.keyHash !== first.keyHash) {
      throw refusalProblem("reference_already_used", { orderNumber, status });
    }
    if (identity.fingerprint !== first.fingerprint) throw refusalProblem("idempotency_key_reused");
    if (answer === undefined) throw new TypeError("a payment with an idempotency key has no recorded answer");
    const opened = await this.ports.vault.open(answerOwner(account, payer), answerField(paymentId), answer);
    if (opened === "erased") return { status: 201, body: JSON.stringify({ orderNumber, status: firstStatus, reference: "[erased]" }), replayed: true };
    const recorded = JSON.parse(new TextDecoder().decode(opened)) as { status: number; body: string };
    return { ...recorded, replayed: true };
  }
}
