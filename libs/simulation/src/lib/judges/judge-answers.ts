import type { Fault } from "./journals.js";
import type { Story } from "./story.js";

/** What a merchant was answered to a create; status 0: it gave up without an answer. */
export type CreateAnswered = Readonly<{ account: string; reference: string; status: number; orderNumber: string; body: string; keyed: boolean }>;
/** What a merchant read of a payment it had been told of; `version` 0 is "not found". */
export type Seen = Readonly<{ orderNumber: string; version: number; atLeast: number }>;

/** Whoever was told of a payment can rely on it: it is in the log, once, and nobody is shown less of it later. */
export const judgeAnswers = (stories: ReadonlyMap<string, Story>, answers: readonly CreateAnswered[], seen: readonly Seen[]): readonly Fault[] => {
  const faults: Fault[] = [];
  const orders = new Map([...stories.values()].map((story) => [story.views[0]?.orderNumber, story] as const));
  const bodies = new Map<string, string>();
  for (const { account, reference, status, orderNumber, body, keyed } of answers) {
    const fault = (rule: string, how: string): void => void faults.push({ rule, subject: `${account} ${reference}`, how });
    if (status === 0) fault("every create is answered", "the merchant gave up");
    else if (orders.get(orderNumber)?.views[0]?.reference !== reference) fault("what is answered is in the log", `${status} with ${orderNumber}`);
    if (status !== 201) continue;
    const before = bodies.get(`${account} ${reference}`);
    if (before !== undefined && !keyed) fault("one 201 per reference", `${orderNumber}`);
    if (before !== undefined && before !== body) fault("a repeat gets the first answer", `${body} after ${before}`);
    bodies.set(`${account} ${reference}`, body);
  }
  for (const { orderNumber, version, atLeast } of seen) {
    if (version < atLeast) faults.push({ rule: "reads never go back", subject: orderNumber, how: version === 0 ? "not found" : `version ${version} after ${atLeast}` });
  }
  return faults;
};
