import { type Account, type AttemptId, type Caller, type Instant, type OrderNumber, instant } from "@malipo/kernel";
import { type NextCandidate, type Outcome, type Payment, type PaymentCommand, type PaymentEvent, decide, evolve, initialPayment } from "@malipo/payment-lifecycle";
import { begin as beginCommand, initiate, terms } from "@malipo/payment-lifecycle/testing";
import { absenceIsProof, nextAfter } from "@malipo/provider-routing";
import { evolveRouted } from "../track-payments/evolve-routed.js";
import { type RoutedAttempt, type RoutedPayment, channelOf, isOpen, lastAttempt } from "../track-payments/routed-payment.js";

const tick = 1_000;
const times = { sendWindowMs: tick, skewMs: tick, visibilityDelayMs: tick };
const endMs = 4 * tick;
/** What becomes of the last attempt begins no other: it may be sent, and nothing that is learned of it matters. */
const attemptsMax = 2;
/** The second router's wall clock is ahead by all that is allowed for. */
const offMs = [0, times.skewMs] as const;
const facts = { account: "0f3c8ae1d2b94b7f9a6c5d4e3f201182/test" as Account, partition: 3 };

/** What is argued for; an exploration may put another one in the place of each. */
export type Rules = Readonly<{
  isNamed: (caller: string, mine: string, hasProposed: boolean) => boolean;
  isProof: typeof absenceIsProof;
  /** What a call comes to that got no answer. */
  withoutAnswer: Outcome;
}>;

export const rules: Rules = { isNamed: (caller, mine) => caller === mine, isProof: absenceIsProof, withoutAnswer: { kind: "unknown", cause: "timeout" } };

export const wrongRules = {
  "no check of the caller": { ...rules, isNamed: (caller, mine, hasProposed) => caller === mine || hasProposed },
  "not found taken for not sent": { ...rules, isProof: () => true },
  "not found before the time to send is over": { ...rules, isProof: (question) => absenceIsProof({ ...question, sendBefore: (question.sendBefore - tick) as Instant, sendWindowMs: 0 }) },
  "fail-over after an unknown outcome": { ...rules, withoutAnswer: { kind: "not_sent", cause: "timeout" } },
} satisfies Readonly<Record<string, Rules>>;

type Proposal = Readonly<{ attemptId: AttemptId; sendBefore: Instant; atMs: number }>;
type Call = Readonly<{ attemptId: AttemptId; proposal: Proposal; stage: "ready" | "checked" | "charged" | "turned_away"; checkedMs: number }>;
/** `tried`: the attempts that this boot has proposed; once each here, since a second proposal is as good as another router's. */
type Process = Readonly<{ boot: number; seen: number; tried: number; proposal?: Proposal; call?: Call; handled: readonly AttemptId[]; knownSince: Readonly<Record<string, number>> }>;
type Received = Readonly<{ attemptId: AttemptId; charged: boolean; visibleMs: number }>;

export type State = Readonly<{
  nowMs: number;
  payment: Payment;
  /** What a router knows after so many of the payment's records; `names` says which records they are. */
  views: readonly RoutedPayment[];
  names: readonly string[];
  routers: readonly Process[];
  commands: readonly PaymentCommand[];
  provider: readonly Received[];
  /** How often the first router may still crash. */
  crashes: number;
  /** Whether a provider may refuse a request without a charge, so that another is tried at once. */
  turnsAway: boolean;
}>;

export type Step = Readonly<{ what: string; to: State; wrong?: string }>;

const fresh: Process = { boot: 0, seen: 0, tried: 0, handled: [], knownSince: {} };

export const begin = ({ crashes, turnsAway }: Pick<State, "crashes" | "turnsAway">): State => {
  const empty: State = { nowMs: 0, payment: initialPayment, views: [], names: [], routers: [fresh, fresh], commands: [], provider: [], crashes, turnsAway };
  return record(empty, initiate(), "a payment");
};

export const keyOf = ({ nowMs, names, routers, commands, provider, crashes }: State): string =>
  JSON.stringify([nowMs, names, routers.map(({ boot, seen, tried, proposal, call, handled, knownSince }) => [boot, seen, tried, proposal, call, handled, knownSince]), commands.map(textOf).sort(), provider, crashes]);

/** Everything that may happen next, each on its own; nothing where nobody can send any more. */
export const stepsFrom = (state: State, use: Rules): readonly Step[] => {
  const isOver = state.payment.status === "completed" || state.payment.status === "failed";
  const maySend = state.routers.some(({ proposal, call: under }) => proposal !== undefined || under?.stage === "ready" || under?.stage === "checked");
  return isOver && !maySend ? [] : allSteps(state, use).map((step) => ({ ...step, to: { ...step.to, commands: step.to.commands.filter((command) => isNews(step.to, command)) } }));
};

/** A command that can change nothing any more, whenever it is taken, need not be kept apart from one that was taken. */
const isNews = ({ payment, nowMs }: State, command: PaymentCommand): boolean => {
  if (payment.status === "absent") return true;
  if (command.type === "BeginAttempt") return nowMs <= command.sendBefore && !payment.attempts.some(({ id }) => id === command.attemptId);
  if (command.type !== "RecordOutcome") return true;
  const knowledge = payment.attempts.find(({ id }) => id === command.attemptId)?.knowledge;
  return knowledge === "started" || knowledge === "unknown" || (command.outcome.kind === "approved" && knowledge !== "approved");
};

const allSteps = (state: State, use: Rules): readonly Step[] => {
  const steps: Step[] = state.commands.map((command) => {
    const what = `the decider takes ${textOf(command)}`;
    return { what, to: record({ ...state, commands: state.commands.filter((other) => other !== command) }, command, textOf(command)) };
  });
  for (const [index, router] of state.routers.entries()) {
    const me = `router ${index}`;
    if (router.seen < state.views.length) steps.push({ what: `${me} reads on`, to: read(state, index, use) });
    const view = state.views[router.seen - 1];
    const held = router.proposal;
    if (view?.phase === "waiting" && held === undefined && view.attempts.length < attemptsMax && router.tried <= view.attempts.length) steps.push({ what: `${me} proposes`, to: propose(state, index, view) });
    if (held !== undefined && state.nowMs > held.atMs + times.sendWindowMs + times.skewMs) steps.push({ what: `${me} drops its proposal`, to: without(state, index, "proposal") });
    const open = view === undefined ? undefined : lastAttempt(view);
    if (view !== undefined && open !== undefined && open.number < attemptsMax && isOpen(open) && router.call?.attemptId !== open.id) steps.push(...query(state, index, view, open, use));
    if (view !== undefined && router.call !== undefined) steps.push(...call(state, index, view, router.call, use));
    if (state.crashes > 0 && index === 0) steps.push({ what: `${me} crashes`, to: crash(state, index) });
  }
  // A pause between the last look at the clock and the write is shorter than what a provider may take to show a request.
  const isHeld = state.routers.some(({ call: under }) => under?.stage === "checked" && state.nowMs >= under.checkedMs + times.visibilityDelayMs);
  if (state.nowMs < endMs && !isHeld) steps.push({ what: "time passes", to: { ...state, nowMs: state.nowMs + tick } });
  return steps;
};

/** It comes up again with its rows, and with nothing that only the process knew. */
const crash = (state: State, index: number): State => {
  const { boot, seen } = state.routers[index]!;
  const knownSince = Object.fromEntries((state.views[seen - 1]?.attempts ?? []).map(({ id }) => [id, state.nowMs]));
  return { ...withRouter(state, index, { ...fresh, boot: boot + 1, seen, knownSince }), crashes: state.crashes - 1 };
};

const wallOf = (state: State, index: number): Instant => instant(state.nowMs + offMs[index]!);
const callerOf = (state: State, index: number): Caller => `router-${index}#${state.routers[index]!.boot}` as Caller;

/** The decision and its fold are the product's. */
const record = (state: State, command: PaymentCommand, name: string): State => {
  const decision = decide(command, state.payment, { at: instant(state.nowMs), orderNumber: "20260415A7K9P2XM1140" as OrderNumber });
  if (decision.kind !== "record") return state;
  const { event } = decision;
  const view = evolveRouted(state.views.at(-1), event, facts)!;
  return { ...state, payment: evolve(state.payment, event), views: [...state.views, view], names: [...state.names, `${event.type} by ${name}`] };
};

const propose = (state: State, index: number, view: RoutedPayment): State => {
  const number = view.attempts.length + 1;
  const attemptId = `a${number}` as AttemptId;
  const sendBefore = instant(wallOf(state, index) + times.sendWindowMs);
  const to = view.next ?? view.channels[0]!;
  const command = beginCommand(attemptId, number, { ...to, caller: callerOf(state, index), sendBefore, candidates: [{ ...to, chosen: true, reason: "best" }] });
  return send(withRouter(state, index, { ...state.routers[index]!, tried: number, proposal: { attemptId, sendBefore, atMs: state.nowMs } }), command);
};

const read = (state: State, index: number, use: Rules): State => {
  const router = state.routers[index]!;
  const view = state.views[router.seen]!;
  const isStart = state.names[router.seen]!.startsWith("AttemptStarted" satisfies PaymentEvent["type"]);
  const on: Process = { ...router, seen: router.seen + 1 };
  if (!isStart) return withRouter(state, index, on);
  const attempt = lastAttempt(view)!;
  const { proposal: held, ...rest } = on;
  const proposal = held?.attemptId === attempt.id ? held : undefined;
  const after: Process = { ...(proposal === undefined ? on : rest), knownSince: { ...on.knownSince, [attempt.id]: state.nowMs } };
  const isNamed = use.isNamed(attempt.caller, callerOf(state, index), proposal !== undefined);
  if (!isNamed || on.handled.includes(attempt.id)) return withRouter(state, index, after);
  const handled = [...on.handled, attempt.id];
  const isMine = attempt.caller !== callerOf(state, index) || proposal?.sendBefore === attempt.sendBefore;
  if (proposal === undefined || !isMine) return learn(withRouter(state, index, { ...after, handled }), view, attempt, { kind: "not_sent", cause: "proposal_dropped" }, "reply");
  return withRouter(state, index, { ...after, handled, call: { attemptId: attempt.id, proposal, stage: "ready", checkedMs: 0 } });
};

const call = (state: State, index: number, view: RoutedPayment, { attemptId, proposal, stage, checkedMs }: Call, use: Rules): readonly Step[] => {
  const me = `router ${index}`;
  const attempt = view.attempts.find(({ id }) => id === attemptId)!;
  const staged = (next: Call["stage"], atMs = checkedMs): State => withRouter(state, index, { ...state.routers[index]!, call: { attemptId, proposal, stage: next, checkedMs: atMs } });
  const over = without(state, index, "call");
  if (stage === "ready") {
    const maySend = state.nowMs <= proposal.atMs + times.sendWindowMs && wallOf(state, index) <= attempt.sendBefore;
    if (maySend) return [{ what: `${me} may send ${attemptId}`, to: staged("checked", state.nowMs) }];
    return [{ what: `${me} is too late for ${attemptId}`, to: learn(over, view, attempt, { kind: "not_sent", cause: "send_window_over" }, "reply") }];
  }
  if (stage === "checked") {
    const endings = attempt.number < attemptsMax && state.turnsAway ? (["charged", "turned_away"] as const) : (["charged"] as const);
    return endings.map((ending): Step => {
      const received = [...state.provider, { attemptId, charged: ending === "charged", visibleMs: state.nowMs + times.visibilityDelayMs }];
      const wrong = received.filter((other) => other.attemptId === attemptId).length > 1 ? "sent twice" : received.filter(({ charged }) => charged).length > 1 ? "charged twice" : undefined;
      return { what: `${me} sends ${attemptId}, ${ending}`, to: { ...(attempt.number < attemptsMax ? staged(ending) : over), provider: received }, ...(wrong !== undefined && { wrong }) };
    });
  }
  const answer: Outcome = stage === "charged" ? { kind: "approved", providerReference: "ref" } : { kind: "declined", reason: "provider_unavailable", providerCode: "DOWN" };
  return [
    { what: `${me} hears of ${attemptId}`, to: learn(over, view, attempt, answer, "reply") },
    { what: `${me} hears nothing of ${attemptId}`, to: learn(over, view, attempt, use.withoutAnswer, "reply") },
  ];
};

const query = (state: State, index: number, view: RoutedPayment, attempt: RoutedAttempt, use: Rules): readonly Step[] => {
  const { nowMs, provider, routers } = state;
  const found = provider.find(({ attemptId, charged, visibleMs }) => attemptId === attempt.id && charged && visibleMs <= nowMs);
  if (found !== undefined) return [{ what: `router ${index} finds ${attempt.id}`, to: learn(state, view, attempt, { kind: "approved", providerReference: "ref" }, "query") }];
  const knownForMs = nowMs - (routers[index]!.knownSince[attempt.id] ?? nowMs);
  const question = { askedAt: wallOf(state, index), sendBefore: attempt.sendBefore, knownForMs, notFoundIsProof: true, ...times };
  if (!use.isProof(question)) return [];
  const cause = attempt.knowledge === "started" ? "caller_gone" : "not_found_after_visibility";
  return [{ what: `router ${index} finds nothing of ${attempt.id}`, to: learn(state, view, attempt, { kind: "not_sent", cause }, "absence") }];
};

/** What was learned goes to the decider, with where the payment goes from there; it may overtake and be overtaken. */
const learn = (state: State, view: RoutedPayment, attempt: RoutedAttempt, outcome: Outcome, source: "reply" | "query" | "absence"): State => {
  if (attempt.number === attemptsMax) return state;
  const next = nextOf(view, attempt, outcome, source);
  return send(state, { type: "RecordOutcome", paymentId: view.paymentId, attemptId: attempt.id, outcome, evidence: { source }, ...(next !== undefined && { next }) });
};

const nextOf = (view: RoutedPayment, attempt: RoutedAttempt, outcome: Outcome, source: "reply" | "query" | "absence"): NextCandidate | undefined => {
  if (view.phase !== "open" || lastAttempt(view)?.id !== attempt.id) return undefined;
  const tried = view.attempts.slice(0, -1).map(channelOf);
  return nextAfter({ channels: terms.channels, gapOf: () => undefined, isHealthy: () => true, tried, outcome, source, current: channelOf(attempt), attempts: attempt.number });
};

const send = (state: State, command: PaymentCommand): State =>
  state.commands.some((other) => textOf(other) === textOf(command)) ? state : { ...state, commands: [...state.commands, command] };

const textOf = (command: PaymentCommand): string => {
  if (command.type === "BeginAttempt") return `begin ${command.attemptId} of ${command.caller} before ${command.sendBefore}`;
  if (command.type !== "RecordOutcome") return command.type;
  const { attemptId, outcome, next } = command;
  return `${attemptId} is ${outcome.kind}${"cause" in outcome ? ` (${outcome.cause})` : ""}${next === undefined ? "" : `, next ${next.provider}`}`;
};

const withRouter = (state: State, index: number, router: Process): State => ({ ...state, routers: state.routers.with(index, router) });
const without = (state: State, index: number, what: "proposal" | "call"): State => {
  const { [what]: _gone, ...router } = state.routers[index]!;
  return withRouter(state, index, router as Process);
};

