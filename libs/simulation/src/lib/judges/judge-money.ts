import type { Fault, ProviderEntry } from "./journals.js";
import type { Story } from "./story.js";

/** What may still be under way when the run was stopped; a run that was let to its end leaves nothing open but reviews. */
export type End = "stopped" | "settled";

/**
 * At most one charge per payment, at most one send per attempt, sent only by whom the log names; and what the log says
 * about the money is what the providers' ledgers say.
 */
export const judgeMoney = (stories: ReadonlyMap<string, Story>, ledger: readonly ProviderEntry[], end: End): readonly Fault[] => {
  const faults: Fault[] = [];
  const owners = new Map([...stories.values()].flatMap((story) => [...story.attempts.keys()].map((id) => [id, story] as const)));
  const charges = new Map<Story, ProviderEntry[]>();
  const sends = new Map<string, number>();

  for (const entry of ledger) {
    const { attemptId, kind, caller } = entry;
    const story = owners.get(attemptId);
    if (story === undefined) {
      faults.push({ rule: "recorded before it is sent", subject: attemptId, how: `${kind} by ${entry.provider}, unknown to the log` });
    } else if (kind === "charged") charges.set(story, [...(charges.get(story) ?? []), entry]);
    else {
      sends.set(attemptId, (sends.get(attemptId) ?? 0) + 1);
      const named = story.attempts.get(attemptId)?.caller;
      if (caller !== undefined && caller !== named) faults.push({ rule: "only the caller sends", subject: attemptId, how: `${caller}, not ${named}` });
    }
  }
  for (const [attemptId, count] of sends) {
    if (count > 1) faults.push({ rule: "one send per attempt", subject: attemptId, how: `received ${count} times` });
  }
  for (const story of stories.values()) faults.push(...judgeOne(story, charges.get(story) ?? [], end));
  return faults;
};

const judgeOne = (story: Story, charges: readonly ProviderEntry[], end: End): readonly Fault[] => {
  const faults: Fault[] = [];
  const fault = (rule: string, how: string): void => void faults.push({ rule, subject: story.paymentId, how });
  const { status, approved, openReviews } = story;
  const charged = charges.map(({ attemptId }) => attemptId);

  if (charges.length > 1) fault("one charge per payment", `charged ${charges.length} times: ${charged.join(", ")}`);
  for (const { amount, currency } of charges) {
    if (currency !== story.currency || !sameAmount(amount, story.amount)) {
      fault("the amount that was asked for", `charged ${amount} ${currency} for ${story.amount} ${story.currency}`);
    }
  }
  for (const attemptId of approved) {
    if (!charged.includes(attemptId)) fault("approved means charged", `${attemptId} is approved and was not charged`);
  }
  if (status === "completed" && (story.paidBy === undefined || !charged.includes(story.paidBy))) {
    fault("completed means charged", `by ${story.paidBy ?? "nobody"}`);
  }
  const isOpen = status === "processing" || status === "requires_input";
  for (const attemptId of charged) {
    const isTold = story.paidBy === attemptId || approved.includes(attemptId);
    if (isTold || (isOpen && (end === "stopped" || openReviews.size > 0))) continue;
    fault("charged means completed, open, or in review", `${attemptId} was charged and the payment is ${status}`);
  }
  if (end === "settled" && isOpen && openReviews.size === 0) fault("nothing is left hanging", `${status} without a review`);
  return faults;
};

const sameAmount = (a: string, b: string): boolean => trimmed(a) === trimmed(b);

const trimmed = (amount: string): string => (amount.includes(".") ? amount.replace(/0+$/, "").replace(/\.$/, "") : amount);
