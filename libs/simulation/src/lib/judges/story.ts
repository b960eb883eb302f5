import type { LoggedEvent, Violation } from "./journals.js";
import { leadsTo, tellsOf } from "./record-types.js";

export type SeenView = Readonly<{ version: number; type: string; status: string; reference: string; orderNumber: string; wantsCallbacks: boolean; deliveryId: string }>;

export type StoryAttempt = { readonly caller: string; readonly number: number; readonly recordedMs: number | undefined; open: boolean };

/** A payment as its records tell it, folded here once more from nothing but the JSON. */
export type Story = {
  readonly paymentId: string;
  readonly account: string;
  /** Within which its reference is unique; every one in `drawn` is a payment of its own. */
  readonly scope: string;
  readonly reference: string;
  readonly orderNumber: string;
  /** When it was decided to begin, by the decider's clock. */
  readonly begunMs: number;
  status: string;
  /** Every state it was in, oldest first. */
  readonly path: { readonly status: string; readonly because: string }[];
  readonly amount: string;
  readonly currency: string;
  readonly views: SeenView[];
  readonly attempts: Map<string, StoryAttempt>;
  /** Attempts that the log says were paid, in the order of the records. */
  readonly approved: string[];
  paidBy: string | undefined;
  readonly openReviews: Set<string>;
  /** What of its refunds is asked for or done: a failed one gives its share back. */
  readonly refunds: Map<string, string>;
  records: number;
};

type Json = Readonly<Record<string, unknown>>;

/** Every payment of the log, and what could not be told. */
export const readStories = (events: readonly LoggedEvent[]): { stories: ReadonlyMap<string, Story>; violations: readonly Violation[] } => {
  const stories = new Map<string, Story>();
  const violations: Violation[] = [];
  const homes = new Map<string, number>();
  const staysAt = (what: string, partition: number): void => {
    const home = homes.get(what) ?? partition;
    homes.set(what, home);
    if (home !== partition) violations.push({ rule: "one partition", subject: what, how: `on ${home} and ${partition}` });
  };
  for (const event of events) {
    const { subject, type, partition, offset, account } = event;
    if (account !== undefined) staysAt(account, partition);
    if (!tellsOf.has(type)) violations.push({ rule: "every record is known", subject, how: `${type} at ${partition}/${offset}` });
    if (type === "payments.command.refused.v1") continue;
    staysAt(subject, partition);
    const story = stories.get(subject);
    if (type === "payments.payment.initiated.v1") {
      if (story === undefined) stories.set(subject, begin(event));
      else violations.push({ rule: "one beginning", subject, how: `again at ${partition}/${offset}` });
    } else if (story === undefined) violations.push({ rule: "one beginning", subject, how: `${type} comes first` });
    else tell(story, event, violations);
  }
  return { stories, violations };
};

const begin = (event: LoggedEvent): Story => {
  const { subject, type, value, account } = event;
  const { amount, currency } = value["amount"] as { amount: string; currency: string };
  const status = value["confirmation"] === "required" ? "requires_confirmation" : "pending";
  const view = (value["public"] ?? {}) as Json;
  const story: Story = {
    paymentId: subject,
    account: account ?? "",
    scope: String((value["request"] as Json | undefined)?.["scope"]),
    reference: String(value["reference"] ?? view["reference"]),
    orderNumber: String(value["orderNumber"] ?? view["orderNumber"]),
    // A decider whose clock was ahead is told by the broker, which had the record before that time.
    begunMs: Math.min(Date.parse(String(value["at"])), event.appendedAtMs ?? Number.POSITIVE_INFINITY),
    status,
    path: [{ status, because: type }],
    amount,
    currency,
    views: [],
    attempts: new Map(),
    approved: [],
    paidBy: undefined,
    openReviews: new Set(),
    refunds: new Map(),
    records: 1,
  };
  look(story, event);
  return story;
};

const tell = (story: Story, event: LoggedEvent, violations: Violation[]): void => {
  const { type, value, aggregateVersion, appendedAtMs } = event;
  const attemptId = String(value["attemptId"]);
  const reviewId = String(value["reviewId"]);
  const broken = (rule: string, how: string): void => void violations.push({ rule, subject: story.paymentId, how });

  story.records += 1;
  if (aggregateVersion !== undefined && aggregateVersion !== story.records) broken("records count on", `${type} is number ${aggregateVersion} in place ${story.records}`);
  if (type === "payments.attempt.started.v1") {
    if ([...story.attempts.values()].some(({ open }) => open)) broken("one open attempt", `${attemptId} starts beside another`);
    if (story.approved.length > 0) broken("no attempt after the money", `${attemptId} starts after ${story.approved.join(", ")} was approved`);
    if (story.attempts.has(attemptId)) broken("one start per attempt", `${attemptId} starts again`);
    story.attempts.set(attemptId, { caller: String(value["caller"]), number: Number(value["number"]), recordedMs: appendedAtMs, open: true });
  }
  const says = tellsOf.get(type);
  const attempt = story.attempts.get(attemptId);
  if (value["attemptId"] !== undefined && attempt === undefined) broken("attempts are started first", `${type} of ${attemptId}`);
  if (attempt !== undefined && says?.endsAttempt === true) attempt.open = false;
  if (says?.paid === true) {
    if (story.approved.includes(attemptId)) broken("an approval is told once", `${attemptId} by ${type}`);
    story.approved.push(attemptId);
  }
  if (says?.review === "opens") story.openReviews.add(reviewId);
  if (says?.review === "closes") story.openReviews.delete(reviewId);
  refund(story, event);

  const to = leadsTo(type);
  if (to === "completed") story.paidBy = attemptId;
  if (to !== undefined) {
    if (to !== story.status || type !== "payments.attempt.started.v1") story.path.push({ status: to, because: type });
    story.status = to;
  }
  look(story, event);
};

const refund = (story: Story, { type, value }: LoggedEvent): void => {
  const refundId = String(value["refundId"]);
  if (type === "payments.refund.requested.v1") story.refunds.set(refundId, (value["amount"] as { amount: string }).amount);
  if (type === "payments.refund.failed.v1") story.refunds.delete(refundId);
};

const look = (story: Story, { value, partition, seq }: LoggedEvent): void => {
  const view = value["public"] as Json | undefined;
  if (view === undefined) return;
  story.views.push({
    version: Number(view["version"]),
    type: String(view["type"]),
    status: String(view["status"]),
    reference: String(view["reference"]),
    orderNumber: String(view["orderNumber"]),
    wantsCallbacks: view["callback"] !== undefined,
    deliveryId: `${partition}-${seq}`,
  });
};
