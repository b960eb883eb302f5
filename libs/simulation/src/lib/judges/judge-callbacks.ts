import type { AcceptedCallback, End, ParkedCallback, Violation } from "./journals.js";
import type { SeenView, Story } from "./story.js";

const created = 1;

/**
 * A merchant learns every public change after the creation, which its own request was answered with: each for the first time
 * in the order of the versions, each as the log has it, and signed. One that was parked, on record for a person, lets the
 * next ones pass. A repeat is allowed: delivery is at least once.
 */
export const judgeCallbacks = (
  stories: ReadonlyMap<string, Story>,
  callbacks: readonly AcceptedCallback[],
  end: End,
  parked: readonly ParkedCallback[] = [],
): readonly Violation[] => {
  const violations: Violation[] = [];
  const parkedIds = new Set(parked.map(({ deliveryId }) => deliveryId));
  const orders = new Map([...stories.values()].map((story) => [story.views[0]?.orderNumber ?? story.paymentId, { views: story.views, told: new Set([created]) }]));

  for (const { orderNumber, reference, version, type, status, signed } of callbacks) {
    const broken = (rule: string, how: string): void => void violations.push({ rule, subject: orderNumber, how });
    if (signed === false) broken("every callback is signed", `version ${version}`);
    const order = orders.get(orderNumber);
    const view = order?.views.find((seen) => seen.version === version);
    if (order === undefined || view === undefined) {
      broken("only what happened is told", `version ${version}, unknown to the log`);
      continue;
    }
    if (!view.wantsCallbacks) broken("only who asked is told", `version ${version}`);
    else if (view.type !== type || view.status !== status || view.reference !== reference) {
      broken("the callback is true", `version ${version} says ${type} (${status}), the log ${view.type} (${view.status})`);
    }
    const missing = untold(order).filter((before) => before.version < version && !parkedIds.has(before.deliveryId));
    if (missing.length > 0) broken("callbacks in order", `version ${version} before ${missing.map((before) => before.version).join(", ")}`);
    order.told.add(version);
  }
  if (end === "stopped") return violations;
  for (const [orderNumber, order] of orders) {
    const missing = untold(order).filter(({ deliveryId }) => !parkedIds.has(deliveryId));
    if (missing.length > 0) violations.push({ rule: "every change is told", subject: orderNumber, how: `not version ${missing.map(({ version }) => version).join(", ")}` });
  }
  return violations;
};

const untold = ({ views, told }: Readonly<{ views: readonly SeenView[]; told: ReadonlySet<number> }>): readonly SeenView[] =>
  views.filter(({ version, wantsCallbacks }) => wantsCallbacks && !told.has(version));
