import type { End, ProviderEntry, Violation } from "./journals.js";
import { sameAmount } from "./money-text.js";
import type { Story } from "./story.js";

/** By how much the broker's time of a record may be behind the provider's, which is told in milliseconds too. */
const sameMomentMs = 50;

/**
 * At most one charge per payment, at most one send per attempt, sent only by whom the log names and only after it does; and
 * what the log says about the money is what the providers' ledgers say.
 */
export const judgeMoney = (stories: ReadonlyMap<string, Story>, ledger: readonly ProviderEntry[], end: End, forged: ReadonlySet<string> = new Set()): readonly Violation[] => {
  const violations: Violation[] = [];
  const owners = new Map([...stories.values()].flatMap((story) => [...story.attempts.keys()].map((id) => [id, story] as const)));
  const charges = new Map<Story, ProviderEntry[]>();
  const sends = new Map<string, number>();

  for (const entry of ledger) {
    const { attemptId, paymentId, kind, caller, atMs } = entry;
    const story = attemptId === undefined ? stories.get(paymentId ?? "") : owners.get(attemptId);
    const attempt = story?.attempts.get(attemptId ?? "") ?? [...(story?.attempts.values() ?? [])].at(0);
    const subject = attemptId ?? paymentId ?? "";
    if (story === undefined || attempt === undefined) {
      violations.push({ rule: "recorded before it is sent", subject, how: `${kind} by ${entry.provider}, unknown to the log` });
      continue;
    }
    if (kind === "charged") {
      charges.set(story, [...(charges.get(story) ?? []), entry]);
      continue;
    }
    if (attemptId !== undefined) sends.set(attemptId, (sends.get(attemptId) ?? 0) + 1);
    if (caller !== undefined && caller !== attempt.caller) violations.push({ rule: "only the caller sends", subject, how: `${caller}, not ${attempt.caller}` });
    if (atMs !== undefined && attempt.recordedMs !== undefined && atMs + sameMomentMs < attempt.recordedMs) {
      violations.push({ rule: "recorded before it is sent", subject, how: `received ${attempt.recordedMs - atMs} ms before its record` });
    }
  }
  for (const [attemptId, count] of sends) {
    if (count > 1) violations.push({ rule: "one send per attempt", subject: attemptId, how: `received ${count} times` });
  }
  for (const story of stories.values()) violations.push(...judgeOne(story, charges.get(story) ?? [], end, forged));
  return violations;
};

const judgeOne = (story: Story, charges: readonly ProviderEntry[], end: End, forged: ReadonlySet<string>): readonly Violation[] => {
  const violations: Violation[] = [];
  const broken = (rule: string, how: string): void => void violations.push({ rule, subject: story.paymentId, how });
  const { status, approved, openReviews } = story;
  // A provider that keeps no id of ours tells of the payment alone; at most one attempt of it may have been charged.
  const isCharged = (attemptId: string | undefined): boolean =>
    attemptId !== undefined && charges.some((charge) => charge.attemptId === attemptId || (charge.attemptId === undefined && story.attempts.has(attemptId)));

  if (charges.length > 1) broken("one charge per payment", `charged ${charges.length} times: ${charges.map(({ attemptId, provider }) => attemptId ?? provider).join(", ")}`);
  for (const { amount, currency } of charges) {
    if (currency !== story.currency || !sameAmount(amount, story.amount)) {
      broken("the amount that was asked for", `charged ${amount} ${currency} for ${story.amount} ${story.currency}`);
    }
  }
  for (const attemptId of approved) {
    // A claim of money that nobody confirmed or denied in time is a review item, and a person finds that it was forged.
    if (!isCharged(attemptId) && !forged.has(attemptId)) broken("approved means charged", `${attemptId} is approved and was not charged`);
  }
  if (status === "completed" && !isCharged(story.paidBy)) broken("completed means charged", `by ${story.paidBy ?? "nobody"}`);

  // A late charge may still be on its way to us while the payment is already called expired; in the end it must have come.
  if (end === "stopped") return violations;
  const isOpen = status === "processing" || status === "requires_input";
  for (const { attemptId, provider } of charges) {
    const isTold = attemptId === undefined ? approved.length > 0 || story.paidBy !== undefined : story.paidBy === attemptId || approved.includes(attemptId);
    if (isTold || (isOpen && openReviews.size > 0)) continue;
    broken("charged means completed, open, or in review", `${attemptId ?? provider} was charged and the payment is ${status}`);
  }
  return violations;
};
