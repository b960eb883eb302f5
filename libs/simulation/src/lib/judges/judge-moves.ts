import type { Fault } from "./journals.js";
import type { Story } from "./story.js";

const legal: Readonly<Record<string, readonly string[]>> = {
  pending: ["processing", "cancelled", "expired"],
  requires_confirmation: ["processing", "cancelled", "expired"],
  requires_input: ["processing", "completed", "failed", "expired"],
  processing: ["processing", "requires_input", "completed", "failed", "expired"],
  completed: [],
  failed: ["completed"],
  expired: ["completed"],
  cancelled: [],
};
const words: Readonly<Record<string, string>> = { requires_confirmation: "pending", requires_input: "pending", cancelled: "failed" };

/** Legal moves only, and a merchant was told each of them: versions from 1 without a gap, and the last one true. */
export const judgeMoves = (stories: ReadonlyMap<string, Story>): readonly Fault[] => {
  const faults: Fault[] = [];
  const orders = new Map<string, string>();
  for (const { paymentId, status, path, views } of stories.values()) {
    const fault = (rule: string, how: string): void => void faults.push({ rule, subject: paymentId, how });
    for (const [index, { status: to, because }] of path.entries()) {
      const from = path[index - 1]?.status;
      if (from === undefined) continue;
      if (legal[from]?.includes(to) !== true) fault("legal moves", `${from} to ${to} by ${because}`);
      const isBack = from === "failed" || from === "expired";
      if (isBack && because !== "payments.late_success.accepted.v1") fault("no way back but acceptance", `${from} to ${to} by ${because}`);
    }
    for (const [index, { version }] of views.entries()) {
      if (version !== index + 1) fault("versions without a gap", `${version} in place ${index + 1}`);
    }
    const last = views.at(-1);
    if (last?.status !== (words[status] ?? status)) fault("the public view is true", `${last?.status} of a payment that is ${status}`);
    const order = last?.orderNumber ?? "";
    const other = orders.get(order);
    if (other !== undefined) fault("one payment per order number", `${order} is also ${other}`);
    orders.set(order, paymentId);
  }
  return faults;
};
