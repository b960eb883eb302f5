import { type Envelope, type PaymentEventCodec, fromJsonBytes, paymentEventCodec } from "@malipo/event-contracts";
import type { Account, AttemptId, Instant, Money, OrderNumber, PaymentId, ProviderId } from "@malipo/kernel";
import { isSealed } from "@malipo/security";
import { type Standing, matchKey } from "@malipo/statement-matching";

export const EVENTS = "payments.events.v1";

/** What one event of a payment means for reconciliation. */
export type AttemptChange =
  | Readonly<{ kind: "payment"; paymentId: PaymentId; account: Account; orderNumber: OrderNumber; amount: Money }>
  | Readonly<{ kind: "started"; paymentId: PaymentId; attemptId: AttemptId; provider: ProviderId; at: Instant; keys: readonly string[] }>
  | Readonly<{ kind: "known"; attemptId: AttemptId; at: Instant; standing?: Standing; key?: string }>;

/** What goes into the free field of a provider's request: the beginning of the payment id, as long as the shortest field. */
const freeFieldLength = 12;

/** @throws UnknownTypeError @throws UndecodableError */
export const attemptChangeOf = (
  { envelope, value }: Readonly<{ envelope: Envelope; value: Uint8Array }>,
  codec: Pick<PaymentEventCodec, "decode"> = paymentEventCodec,
): AttemptChange | undefined => {
  const event = codec.decode(envelope.type, fromJsonBytes(value));
  switch (event.type) {
    case "PaymentInitiated":
      return { kind: "payment", paymentId: event.paymentId, account: envelope.account as Account, orderNumber: event.orderNumber, amount: event.amount };
    case "AttemptStarted": {
      const keys = [event.attemptId, event.paymentId.slice(0, freeFieldLength)].map(matchKey);
      return { kind: "started", paymentId: event.paymentId, attemptId: event.attemptId, provider: event.provider, at: event.at, keys };
    }
    case "AttemptProgressed":
      // A sealed reference is no key that a statement could name.
      return event.providerReference === undefined || isSealed(event.providerReference) ? undefined : known(event, undefined, event.providerReference);
    case "PaymentCompleted":
    case "LateSuccessRecorded":
    case "LateSuccessAccepted":
    case "SecondSuccessRecorded":
      return known(event, "charged", event.providerReference);
    case "AttemptResolved":
    case "PaymentFailed":
      return known(event, "not_charged");
    case "PaymentExpired":
      return event.cause === "payer_timeout" ? known(event, "not_charged") : undefined;
    default:
      return undefined;
  }
};

const known = ({ attemptId, at }: { attemptId: AttemptId; at: Instant }, standing?: Standing, reference?: string): AttemptChange => ({
  kind: "known",
  attemptId,
  at,
  ...(standing !== undefined && { standing }),
  ...(reference !== undefined && { key: matchKey(reference) }),
});
