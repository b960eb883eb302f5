import type { Violation } from "./journals.js";
import { restOf } from "./money-text.js";
import type { Story } from "./story.js";

const legal: Readonly<Record<string, readonly string[]>> = {
  pending: ["processing", "cancelled", "expired"],
  requires_confirmation: ["processing", "cancelled", "expired"],
  requires_input: ["processing", "completed", "failed", "expired"],
  processing: ["processing", "requires_input", "completed", "failed", "expired"],
  completed: ["reversed"],
  failed: ["completed"],
  expired: ["completed"],
  cancelled: [],
  reversed: [],
};
const words: Readonly<Record<string, string>> = { requires_confirmation: "pending", requires_input: "pending", cancelled: "failed", reversed: "refunded" };

/** Legal moves only, and a merchant was told each of them: versions from 1 without a gap, and the last one true. */
export const judgeMoves = (stories: ReadonlyMap<string, Story>): readonly Violation[] => {
  const violations: Violation[] = [];
  const orders = new Map<string, string>();
  const references = new Map<string, string>();
  for (const story of stories.values()) {
    const { paymentId, status, path, views, account, scope, reference } = story;
    const broken = (rule: string, how: string): void => void violations.push({ rule, subject: paymentId, how });
    for (const [index, { status: to, because }] of path.entries()) {
      const from = path[index - 1]?.status;
      if (from === undefined) continue;
      if (legal[from]?.includes(to) !== true) broken("legal moves", `${from} to ${to} by ${because}`);
      const isBack = from === "failed" || from === "expired";
      if (isBack && because !== "payments.late_success.accepted.v1") broken("no way back but acceptance", `${from} to ${to} by ${because}`);
    }
    for (const [index, { version }] of views.entries()) {
      if (version !== index + 1) broken("versions without a gap", `${version} in place ${index + 1}`);
    }
    const last = views.at(-1);
    const isRefunded = last?.status === "refunded" && status === "completed" && story.refunds.size > 0;
    if (last?.status !== (words[status] ?? status) && !isRefunded) broken("the public view is true", `${last?.status} of a payment that is ${status}`);
    if (restOf(story.amount, [...story.refunds.values()]) < 0n) broken("refunds fit in the payment", `${[...story.refunds.values()].join(" + ")} of ${story.amount}`);

    const unique = (known: Map<string, string>, what: string, rule: string): void => {
      const other = known.get(what);
      if (other !== undefined) broken(rule, `${what} is also ${other}`);
      known.set(what, paymentId);
    };
    unique(orders, last?.orderNumber ?? "", "one payment per order number");
    if (account !== "" && scope !== "drawn") unique(references, `${account} ${scope} ${reference}`, "one payment per reference");
  }
  return violations;
};
