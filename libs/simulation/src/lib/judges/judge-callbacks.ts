import type { AcceptedCallback, End, Fault } from "./journals.js";
import type { SeenView, Story } from "./story.js";

const created = 1;

/**
 * A merchant learns every public change after the creation, which its own request was answered with: each for the first time
 * in the order of the versions, and each as the log has it. A repeat is allowed: delivery is at least once.
 */
export const judgeCallbacks = (stories: ReadonlyMap<string, Story>, callbacks: readonly AcceptedCallback[], end: End): readonly Fault[] => {
  const faults: Fault[] = [];
  const views = new Map<string, readonly SeenView[]>();
  for (const story of stories.values()) views.set(story.views[0]?.orderNumber ?? story.paymentId, story.views);

  const told = new Map<string, number>();
  for (const { orderNumber, reference, version, type, status } of callbacks) {
    const fault = (rule: string, how: string): void => void faults.push({ rule, subject: orderNumber, how });
    const view = views.get(orderNumber)?.find((seen) => seen.version === version);
    if (view === undefined) fault("only what happened is told", `version ${version}, unknown to the log`);
    else if (!view.wantsCallbacks) fault("only who asked is told", `version ${version}`);
    else if (view.type !== type || view.status !== status || view.reference !== reference) {
      fault("the callback is true", `version ${version} says ${type} (${status}), the log ${view.type} (${view.status})`);
    }
    const last = told.get(orderNumber) ?? created;
    if (version > last + 1) fault("callbacks in order", `version ${version} after ${last}`);
    told.set(orderNumber, Math.max(last, version));
  }
  if (end === "settled") {
    for (const [orderNumber, seen] of views) {
      const owed = seen.filter(({ wantsCallbacks }) => wantsCallbacks).length;
      const reached = told.get(orderNumber) ?? created;
      if (reached < owed) faults.push({ rule: "every change is told", subject: orderNumber, how: `${reached} of ${owed}` });
    }
  }
  return faults;
};
