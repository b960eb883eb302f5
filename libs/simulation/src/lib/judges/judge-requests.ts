import type { ClientAnswer, ClientRequest, End, Violation } from "./journals.js";
import type { Story } from "./story.js";

type Create = ClientRequest & Readonly<{ reference: string }>;

/** Answers after which the reference may well belong to a payment. */
const tellsOfAnother = new Set(["reference_already_used", "request_in_progress"]);

const isTaken = ({ status }: ClientAnswer): boolean => status >= 200 && status < 300;
const isRefused = ({ status, code }: ClientAnswer): boolean => status >= 400 && status < 500 && !tellsOfAnother.has(code ?? "");

/**
 * Whoever was told of a payment can rely on it, whoever was refused can rely on that, and whoever was told to come again
 * later finds that nothing was decided after the answer.
 */
export const judgeRequests = (stories: ReadonlyMap<string, Story>, requests: readonly ClientRequest[], end: End): readonly Violation[] => {
  const violations: Violation[] = [];
  const orders = new Map([...stories.values()].map((story) => [story.orderNumber, story]));
  const payments = Map.groupBy(stories.values(), ({ account, reference }) => `${account} ${reference}`);
  const creates = requests.filter((request): request is Create => request.kind === "create" && request.reference !== undefined);

  for (const [subject, same] of Map.groupBy(creates, ({ account, reference }) => `${account} ${reference}`)) {
    const broken = (rule: string, how: string): void => void violations.push({ rule, subject, how });
    for (const { answer, account, reference } of same) {
      if (answer === undefined || (!isTaken(answer) && answer.orderNumber === undefined)) continue;
      const story = orders.get(answer.orderNumber ?? "");
      const isThere = story?.reference === reference && (story.account === "" || story.account === account);
      if (!isThere) broken("what is answered is in the log", `${answer.status} with ${answer.orderNumber}`);
    }
    const story = payments.get(subject)?.[0];
    if (story?.scope !== "drawn") judgeRepeats(same, broken);
    if (story !== undefined) judgeLeftBehind(story, same, broken);
    const isAnswered = same.some(({ answer }) => answer !== undefined && answer.status < 500);
    if (end === "settled" && !isAnswered) broken("every create is answered", `${same.length} requests, no answer that is one`);
  }
  for (const [subject, same] of Map.groupBy(creates.filter(({ idempotencyKey }) => idempotencyKey !== undefined), ({ account, idempotencyKey }) => `${account} ${idempotencyKey}`)) {
    const bodies = new Set(same.flatMap(({ answer, body }) => (answer !== undefined && isTaken(answer) ? (body ?? "") : [])));
    if (bodies.size > 1) violations.push({ rule: "a key stands for one body", subject, how: `${bodies.size} bodies were taken with it` });
  }
  return violations;
};

type Broken = (rule: string, how: string) => void;

/** Of requests with one reference: one is taken, and with its key and body it gets its first answer again. */
const judgeRepeats = (same: readonly Create[], broken: Broken): void => {
  const taken = same.flatMap(({ answer, idempotencyKey }) => (answer !== undefined && isTaken(answer) ? { ...answer, idempotencyKey } : []));
  const [first] = taken;
  if (first === undefined) return;
  for (const { orderNumber, idempotencyKey } of taken.slice(1)) {
    if (idempotencyKey === undefined || idempotencyKey !== first.idempotencyKey) broken("one 201 per reference", `${orderNumber}`);
  }
  // Whoever asked first may be answered last, when the payer is erased already.
  const [told, ...others] = taken.filter(({ body }) => !isErased(body));
  for (const { body } of others) if (body !== told!.body) broken("a repeat gets the first answer", `${body} and ${told!.body}`);
};

/** The decision's time is its decider's, whose clock may be ahead of the client's by this. */
const skewMs = 2_000;

/** A payer's data keys were deleted since: what was sealed with them cannot be told again, but the first status is. */
const isErased = (body: string): boolean => body.includes('"reference":"[erased]"') && body.includes('"status":"pending"');

const judgeLeftBehind = ({ orderNumber, begunMs }: Story, same: readonly Create[], broken: Broken): void => {
  if (same.every(({ answer }) => answer !== undefined && isRefused(answer))) broken("a refused create leaves nothing", `${orderNumber} is in the log`);
  // A request without an answer may be decided later: nobody was told anything about it.
  const lastWordMs = Math.max(...same.map(({ answer, endedMs }) => (answer === undefined ? Number.POSITIVE_INFINITY : endedMs)));
  if (begunMs > lastWordMs + skewMs) broken("nothing is decided behind a client's back", `${orderNumber} was begun ${begunMs - lastWordMs} ms after the last answer`);
};
