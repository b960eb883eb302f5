import type { ToldChange, Violation } from "./journals.js";
import type { Story } from "./story.js";

/** Rules of what must come about, beside those of what must never happen: `judge` keeps them for runs that have settled. */
export const livenessRules: ReadonlySet<string> = new Set([
  "nothing is left hanging",
  "every change is on the lifecycle topic",
  "every change is told",
  "every create is answered",
]);

const ended = new Set(["completed", "failed", "cancelled", "expired", "reversed"]);

/**
 * A verdict of its own, over a run that was healed and has come to rest: everything has ended or is listed for a person, and
 * every change that a merchant could see was told.
 */
export const judgeLiveness = (stories: ReadonlyMap<string, Story>, told: readonly ToldChange[] | undefined): readonly Violation[] => {
  const violations: Violation[] = [];
  const changes = told && new Set(told.map(({ paymentId, version }) => `${paymentId}/${version}`));
  for (const { paymentId, status, openReviews, views } of stories.values()) {
    if (!ended.has(status) && openReviews.size === 0) violations.push({ rule: "nothing is left hanging", subject: paymentId, how: `${status} without a review` });
    for (const { version } of views) {
      if (changes?.has(`${paymentId}/${version}`) === false) violations.push({ rule: "every change is on the lifecycle topic", subject: paymentId, how: `version ${version}` });
    }
  }
  return violations;
};
