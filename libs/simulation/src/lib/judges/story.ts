import type { Fault, LoggedEvent } from "./journals.js";

export type SeenView = Readonly<{ version: number; type: string; status: string; reference: string; orderNumber: string; wantsCallbacks: boolean }>;

/** A payment as its records tell it, folded here once more from nothing but the JSON. */
export type Story = {
  readonly paymentId: string;
  status: string;
  /** Every state it was in, oldest first. */
  readonly path: { readonly status: string; readonly because: string }[];
  readonly amount: string;
  readonly currency: string;
  readonly views: SeenView[];
  readonly attempts: Map<string, { readonly caller: string; readonly number: number; readonly recordedMs: number | undefined; open: boolean }>;
  /** Attempts that the log says were paid, in the order of the records. */
  readonly approved: string[];
  paidBy: string | undefined;
  readonly openReviews: Set<string>;
};

type Json = Readonly<Record<string, unknown>>;

/** Where a record leaves the payment; a type that is not here leaves it where it was. */
const leadsTo: Readonly<Record<string, string>> = {
  "payments.attempt.started.v1": "processing",
  "payments.attempt.resolved.v1": "processing",
  "payments.input.requested.v1": "requires_input",
  "payments.input.submitted.v1": "processing",
  "payments.payment.completed.v1": "completed",
  "payments.payment.failed.v1": "failed",
  "payments.payment.expired.v1": "expired",
  "payments.payment.cancelled.v1": "cancelled",
  "payments.late_success.accepted.v1": "completed",
};
const paysAnAttempt = new Set(["payments.payment.completed.v1", "payments.late_success.recorded.v1", "payments.second_success.recorded.v1"]);
const endsAnAttempt = new Set(["payments.attempt.resolved.v1", "payments.payment.completed.v1", "payments.payment.failed.v1", "payments.payment.expired.v1"]);
const opensAReview = new Set(["payments.late_success.recorded.v1", "payments.second_success.recorded.v1", "payments.review.opened.v1"]);
const closesAReview = new Set(["payments.late_success.accepted.v1", "payments.review.closed.v1"]);

/** Every payment of the log, and what could not be told. */
export const readStories = (events: readonly LoggedEvent[]): { stories: ReadonlyMap<string, Story>; faults: readonly Fault[] } => {
  const stories = new Map<string, Story>();
  const faults: Fault[] = [];
  const homes = new Map<string, number>();
  for (const event of events) {
    if (event.type === "payments.command.refused.v1") continue;
    const home = homes.get(event.subject) ?? event.partition;
    homes.set(event.subject, home);
    if (home !== event.partition) faults.push({ rule: "one partition", subject: event.subject, how: `on ${home} and ${event.partition}` });
    const story = stories.get(event.subject);
    if (event.type === "payments.payment.initiated.v1") {
      if (story === undefined) stories.set(event.subject, begin(event));
      else faults.push({ rule: "one beginning", subject: event.subject, how: `again at ${event.partition}/${event.offset}` });
    } else if (story === undefined) faults.push({ rule: "one beginning", subject: event.subject, how: `${event.type} comes first` });
    else tell(story, event, faults);
  }
  return { stories, faults };
};

const begin = ({ subject, type, value }: LoggedEvent): Story => {
  const { amount, currency } = value["amount"] as { amount: string; currency: string };
  const status = value["confirmation"] === "required" ? "requires_confirmation" : "pending";
  const story: Story = {
    paymentId: subject,
    status,
    path: [{ status, because: type }],
    amount,
    currency,
    views: [],
    attempts: new Map(),
    approved: [],
    paidBy: undefined,
    openReviews: new Set(),
  };
  look(story, value);
  return story;
};

const tell = (story: Story, { type, value, appendedAtMs }: LoggedEvent, faults: Fault[]): void => {
  const attemptId = String(value["attemptId"]);
  const reviewId = String(value["reviewId"]);
  const fault = (rule: string, how: string): void => void faults.push({ rule, subject: story.paymentId, how });

  if (type === "payments.attempt.started.v1") {
    if ([...story.attempts.values()].some(({ open }) => open)) fault("one open attempt", `${attemptId} starts beside another`);
    if (story.attempts.has(attemptId)) fault("one start per attempt", `${attemptId} starts again`);
    story.attempts.set(attemptId, { caller: String(value["caller"]), number: Number(value["number"]), recordedMs: appendedAtMs, open: true });
  }
  const attempt = story.attempts.get(attemptId);
  if (value["attemptId"] !== undefined && attempt === undefined) fault("attempts are started first", `${type} of ${attemptId}`);
  if (attempt !== undefined && endsAnAttempt.has(type)) attempt.open = false;
  if (paysAnAttempt.has(type)) {
    if (story.approved.includes(attemptId)) fault("an approval is told once", `${attemptId} by ${type}`);
    story.approved.push(attemptId);
  }
  if (opensAReview.has(type)) story.openReviews.add(reviewId);
  if (closesAReview.has(type)) story.openReviews.delete(reviewId);

  const to = leadsTo[type];
  if (to === "completed") story.paidBy = attemptId;
  if (to !== undefined) {
    if (to !== story.status || type !== "payments.attempt.started.v1") story.path.push({ status: to, because: type });
    story.status = to;
  }
  look(story, value);
};

const look = (story: Story, value: Json): void => {
  const view = value["public"] as Json | undefined;
  if (view === undefined) return;
  story.views.push({
    version: Number(view["version"]),
    type: String(view["type"]),
    status: String(view["status"]),
    reference: String(view["reference"]),
    orderNumber: String(view["orderNumber"]),
    wantsCallbacks: view["callback"] !== undefined,
  });
};
