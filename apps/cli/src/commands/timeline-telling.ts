import type { DeliveryView, PaymentTimeline, ReconciliationView, RouterView } from "./timeline-views.js";

/** One line of a timeline, and what explains it. `order` settles what has the same time. */
export type Told = Readonly<{ at: number; order: number; wholeSecond?: boolean; who: string; what: string; why: readonly string[] }>;

type Data = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? String(value) : JSON.stringify(value ?? null));
const money = (value: unknown): string => {
  const { amount, currency } = (value ?? {}) as { amount?: string; currency?: string };
  return amount === undefined ? "?" : `${amount} ${currency}`;
};
const evidence = (data: Data): string[] => {
  const { source, position } = (data["evidence"] ?? {}) as { source?: string; position?: string };
  return source === undefined ? [] : [`evidence: ${source}${position === undefined ? "" : ` at ${position}`}`];
};
const outcome = (value: unknown): string => {
  const { kind, reason, cause, providerCode } = (value ?? {}) as Record<string, string | undefined>;
  return [kind, reason, cause, providerCode === undefined ? undefined : `code ${providerCode}`].filter((part) => part !== undefined).join(", ");
};
const next = (data: Data): string[] => (data["next"] === undefined ? [] : [`next: ${text((data["next"] as Data)["provider"])}`]);

const candidates = (data: Data): string[] =>
  ((data["candidates"] ?? []) as { provider: string; channelId: string; chosen: boolean; reason: string }[]).map(
    ({ provider, channelId, chosen, reason }) => `${chosen ? "chosen" : "passed over"}: ${provider} (${channelId}), ${reason}`,
  );

/** The event's name without area and version, and how it is told. */
const tellings: Readonly<Record<string, (data: Data) => { what: string; why?: readonly string[] }>> = {
  "payment.initiated": (data) => ({
    what: `payment of ${money(data["amount"])} by ${text(data["method"])} accepted`,
    why: [`expires without an attempt at ${text(data["expiresAt"])}`, ...(data["callback"] === undefined ? ["no callbacks asked for"] : [])],
  }),
  "attempt.started": (data) => ({
    what: `attempt ${text(data["number"])} at ${text(data["provider"])}`,
    why: [...candidates(data), `only ${text(data["caller"])} may send it, before ${text(data["sendBefore"])}`, `attempt id ${text(data["attemptId"])}`],
  }),
  "attempt.progressed": (data) => ({
    what: data["knowledge"] === "unknown" ? `it cannot be told whether the payer was charged (${text(data["cause"])})` : "the provider took it and is at it",
    why: [...(data["providerReference"] === undefined ? [] : [`provider reference ${text(data["providerReference"])}`]), ...evidence(data)],
  }),
  "attempt.resolved": (data) => ({ what: `attempt ended without money: ${outcome(data["outcome"])}`, why: [...next(data), ...evidence(data)] }),
  "payment.completed": (data) => ({
    what: "completed",
    why: [`provider reference ${text(data["providerReference"])}`, `fee ${money(data["fee"])}, net ${money(data["net"])}, terms ${text(data["termsVersion"])}`, ...evidence(data)],
  }),
  "payment.failed": (data) => ({ what: `failed: ${text(data["reason"])}`, why: [outcome(data["outcome"]), ...evidence(data)] }),
  "payment.expired": (data) => ({ what: `expired: ${text(data["cause"])}`, why: evidence(data) }),
  "payment.cancelled": (data) => ({ what: `cancelled by the ${text(data["by"])}` }),
  "late_success.recorded": (data) => ({
    what: "LATE SUCCESS: the payer was charged after all",
    why: [`provider reference ${text(data["providerReference"])}`, `review ${text(data["reviewId"])}`, ...evidence(data)],
  }),
  "second_success.recorded": (data) => ({
    what: "SECOND SUCCESS: two attempts hold the payer's money",
    why: [`refund proposed: ${money(data["refundProposed"])}`, `review ${text(data["reviewId"])}`, ...evidence(data)],
  }),
  "contradiction.recorded": (data) => ({ what: `a witness says otherwise: ${outcome(data["outcome"])}`, why: ["nothing changes", ...evidence(data)] }),
  "review.opened": (data) => ({ what: `review opened: ${text(data["kind"])}`, why: [`review ${text(data["reviewId"])}`] }),
  "review.closed": (data) => ({ what: `review closed by ${text(data["by"])}`, why: [text(data["resolution"])] }),
};

const nameOf = (type: string): string => type.replace(/^payments\./, "").replace(/\.v\d+$/, "");

export const tellEvents = ({ events }: PaymentTimeline): readonly Told[] =>
  events.map(({ at, data, position, seq, type }) => {
    const name = nameOf(type);
    const { what, why = [] } = tellings[name]?.(data ?? {}) ?? { what: name.replaceAll(/[._]/g, " ") };
    const seen = (data?.["public"] ?? undefined) as { type?: string; version?: number } | undefined;
    const told = seen === undefined ? [] : [`the merchant sees ${seen.type}, version ${seen.version}`];
    return { at: Date.parse(at), order: seq, who: "event", what: `${what}  [${position}]`, why: [...why, ...told] };
  });

export const tellCallbacks = (deliveries: readonly DeliveryView[]): readonly Told[] =>
  deliveries.flatMap(({ deliveryId, type, state, parkReason, nextTryAt, occurredAt, attempts = [] }) => {
    const tries = attempts.map(({ at, number, durationMs, outcome: came, result, retryAt, trigger }) => {
      const answer = came.kind === "response" ? `answered ${came.status}` : `${came.kind.replaceAll("_", " ")}: ${came.cause}`;
      const then = result === "delivered" ? "delivered" : result === "parked" ? "PARKED" : `again at ${retryAt}`;
      const early = trigger === "schedule" ? [] : [`out of turn: ${trigger.replaceAll("_", " ")}`];
      return { at: Date.parse(at), order: Number.MAX_SAFE_INTEGER, who: "callback", what: `${type} (${deliveryId}) try ${number} ${answer} after ${durationMs} ms, ${then}`, why: early };
    });
    if (state === "delivered") return tries;
    const why = state === "parked" ? [`parked: ${parkReason}; \`POST /admin/v1/deliveries/${deliveryId}/redeliver\` sends it again`] : [nextTryAt === undefined ? "waits for the one before it" : `next try at ${nextTryAt}`];
    const last = Math.max(Date.parse(occurredAt), ...tries.map(({ at }) => at));
    return [...tries, { at: last, order: Number.MAX_SAFE_INTEGER, who: "callback", what: `${type} (${deliveryId}) is ${state}`, why }];
  });

export const tellReconciliation = (view: ReconciliationView | undefined): readonly Told[] => {
  if (view === undefined) return [];
  const lines = view.attempts.flatMap(({ provider, lines: matched }) =>
    matched.map(({ transactionId, outcome: word, amount, at }) => ({
      at: Date.parse(at),
      // Statements tell whole seconds: what happened within the second comes before its line.
      order: Number.MAX_SAFE_INTEGER,
      wholeSecond: true,
      who: "statement",
      what: `${provider}'s statement has it: ${word}, ${amount.amount} ${amount.currency}, ${transactionId}`,
      why: [],
    })),
  );
  const breaks = view.breaks.flatMap(({ kind, openedAt, closedAt, resolution, owner, breakId }) => [
    { at: Date.parse(openedAt), order: 0, who: "break", what: `opened: ${kind}`, why: [`${breakId}, owner ${owner}`] },
    ...(closedAt === undefined ? [] : [{ at: Date.parse(closedAt), order: 1, who: "break", what: `closed: ${kind}`, why: [resolution ?? ""] }]),
  ]);
  return [...lines, ...breaks];
};

/** What each witness told the router; the events tell what was made of it. */
export const tellRouter = (view: RouterView | undefined): readonly Told[] =>
  (view?.attempts ?? []).flatMap(({ number, provider, evidence: witnesses }) =>
    witnesses.map(({ at, told, source, position }) => ({
      at: Date.parse(at),
      order: 0,
      who: "witness",
      what: `${provider}, attempt ${number}: ${source ?? "witness"} says ${typeof told === "string" ? told : outcome(told)}`,
      why: position === undefined ? [] : [`raw evidence at ${position}`],
    })),
  );
