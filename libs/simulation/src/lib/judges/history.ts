import type { ClientRequest, Journals, LoggedEvent, Violation, VoidRecord } from "./journals.js";

type Line = Readonly<{ atMs: number | undefined; text: string }>;
type Entry = LoggedEvent | VoidRecord;

const linesMax = 80;
const recordsOfPlaceMax = 20;

/**
 * The shortest history that matters to a person who is handed this violation: of the payments it is about, every record
 * (valid or void), send, charge, callback, and answer, in the order of time, counted from the first.
 */
export const historyOf = (journals: Journals, { rule, subject, how }: Violation): readonly string[] => {
  const entries: readonly Entry[] = [...journals.events, ...(journals.voids ?? [])];
  const place = placeOf(entries, subject);
  const concerned = concernedBy(entries, wordsOf(`${subject} ${how}`));
  // A place of the log is about nobody in particular: only what lies there last is shown.
  if (place.length > 0) return written(place.map(recordLine));
  const records = entries.filter(({ subject: id, value }) => concerned.has(id) || concerned.has(String(value["paymentId"])));
  const payments = new Set([...concerned, subject]);
  const attempts = new Set([subject, ...records.flatMap(({ value }) => textOf(value["attemptId"]) ?? [])]);
  const orders = new Set([subject, ...records.flatMap((record) => viewOf(record)?.orderNumber ?? [])]);
  const references = new Set([...subject.split(" ").slice(-1), ...records.flatMap((record) => viewOf(record)?.reference ?? [])]);
  const accounts = new Set(records.flatMap(({ account }) => account ?? []));
  const isOurs = ({ account, reference, orderNumber, answer }: ClientRequest): boolean =>
    orders.has(orderNumber ?? answer?.orderNumber ?? "-") || (references.has(reference ?? "-") && (accounts.size === 0 || accounts.has(account)));

  const lines: Line[] = [
    ...records.map(recordLine),
    ...(journals.commands ?? []).filter((command) => payments.has(command.subject)).map(({ appendedAtMs, type, id, partition, offset }) => ({ atMs: appendedAtMs, text: `command ${partition}/${offset} ${short(type)} ${short(id)}` })),
    ...journals.provider
      .filter(({ attemptId, paymentId }) => attempts.has(attemptId ?? "-") || payments.has(paymentId ?? "-"))
      .map(({ atMs, provider, kind, attemptId, paymentId, amount, currency, caller }) => ({ atMs, text: `${provider} ${kind} ${short(attemptId ?? paymentId ?? "")} ${amount} ${currency}${caller === undefined ? "" : ` from ${caller}`}` })),
    ...journals.callbacks.filter(({ orderNumber }) => orders.has(orderNumber)).map(({ atMs, version, type, signed }) => ({ atMs, text: `merchant took version ${version} ${type}${signed === false ? ", unsigned" : ""}` })),
    ...(journals.parked ?? []).filter(({ paymentId }) => payments.has(paymentId)).map(({ appendedAtMs, deliveryId, reason }) => ({ atMs: appendedAtMs, text: `callback ${deliveryId} parked: ${reason}` })),
    // Reads say much only where reading is what went wrong.
    ...(journals.requests ?? []).filter((request) => isOurs(request) && (request.kind !== "status" || rule.includes("read"))).flatMap(requestLines),
  ];
  return written(lines);
};

const written = (lines: readonly Line[]): readonly string[] => {
  const inOrder = [...lines].sort((a, b) => (a.atMs ?? Number.POSITIVE_INFINITY) - (b.atMs ?? Number.POSITIVE_INFINITY) || 0);
  const startMs = inOrder[0]?.atMs ?? 0;
  const texts = inOrder.map(({ atMs, text }) => `${atMs === undefined ? "?" : `+${((atMs - startMs) / 1_000).toFixed(3)} s`}`.padStart(12) + `  ${text}`);
  if (texts.length <= linesMax) return texts;
  const half = linesMax / 2;
  return [...texts.slice(0, half), `${"".padStart(12)}  and ${texts.length - linesMax} lines more`, ...texts.slice(-half)];
};

/** Payments that these words name, by whatever a record knows them. */
const concernedBy = (entries: readonly Entry[], words: ReadonlySet<string>): ReadonlySet<string> => {
  const found = new Set<string>();
  const accounts = new Set(entries.flatMap(({ account }) => (account !== undefined && words.has(account) ? account : [])));
  for (const entry of entries) {
    const { subject, causation, value, account } = entry;
    if (accounts.size > 0 && account !== undefined && !accounts.has(account)) continue;
    const view = viewOf(entry);
    const names = [subject, causation, textOf(value["attemptId"]), textOf(value["reviewId"]), view?.orderNumber, view?.reference];
    if (names.some((name) => name !== undefined && words.has(name))) found.add(textOf(value["paymentId"]) ?? subject);
  }
  return found;
};

const placeOf = (entries: readonly Entry[], subject: string): readonly Entry[] => {
  const partition = /^payments\.events\.v1\/(\d+)$/.exec(subject)?.[1];
  if (partition === undefined) return [];
  return entries.filter((entry) => entry.partition === Number(partition)).sort((a, b) => a.offset - b.offset).slice(-recordsOfPlaceMax);
};

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/[\s,;:()]+/));

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const viewOf = ({ value }: Entry): { orderNumber?: string; reference?: string; version?: number; type?: string } | undefined => value["public"] as never;

const recordLine = (entry: Entry): Line => {
  const { partition, offset, type, causation, value, appendedAtMs } = entry;
  const view = viewOf(entry);
  const told = [
    `log ${partition}/${offset}`,
    "why" in entry ? `void (${entry.why})` : "valid",
    short(type),
    ...[value["attemptId"], value["caller"], value["reason"]].flatMap((word) => textOf(word) ?? []).map(short),
    ...(view === undefined ? [] : [`→ version ${view.version} ${view.type}`]),
    ...(causation === undefined ? [] : [`for ${short(causation)}`]),
  ];
  return { atMs: appendedAtMs ?? (Date.parse(String(value["at"])) || undefined), text: told.join(" ") };
};

const requestLines = ({ kind, reference, orderNumber, beganMs, endedMs, answer, idempotencyKey }: ClientRequest): readonly Line[] => {
  const what = `${kind} ${reference ?? orderNumber}`;
  const said = answer === undefined ? "no answer" : [answer.status, answer.code, answer.orderNumber, answer.version === undefined ? undefined : `version ${answer.version}`].filter((word) => word !== undefined).join(" ");
  return [
    { atMs: beganMs, text: `client asks: ${what}${idempotencyKey === undefined ? "" : " with a key"}` },
    { atMs: endedMs, text: `client has: ${what}: ${said}` },
  ];
};

/** Wire types without what all of them share; ids by their beginning, which is enough inside one history. */
const short = (text: string): string => (/^[0-9a-f]{8}[0-9a-f-]{12,}$/.test(text) ? text.slice(0, 8) : text.replace(/^payments\./, "").replace(/\.v\d+$/, ""));
