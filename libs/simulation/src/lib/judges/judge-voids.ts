import type { AcceptedCallback, ClientRequest, LoggedEvent, ToldChange, Violation, VoidRecord } from "./journals.js";

type Said = Readonly<{ voids?: readonly VoidRecord[]; told?: readonly ToldChange[]; requests?: readonly ClientRequest[]; callbacks: readonly AcceptedCallback[] }>;

/** What a void record says never happened: nobody was answered, called back, or told by it. */
export const judgeVoids = (events: readonly LoggedEvent[], { voids = [], told = [], requests = [], callbacks }: Said): readonly Violation[] => {
  const violations: Violation[] = [];
  const happened = new Set(events.map(orderOf));
  const phantoms = new Map(voids.flatMap((record) => (orderOf(record) === undefined || happened.has(orderOf(record)) ? [] : [[orderOf(record)!, record] as const])));
  const rests = (on: string | undefined, what: string): void => {
    const record = on === undefined ? undefined : phantoms.get(on);
    if (record !== undefined) violations.push({ rule: "nothing rests on a void record", subject: on!, how: `${what} by ${record.partition}/${record.offset} (${record.why})` });
  };
  for (const { answer } of requests) rests(answer?.orderNumber, `answered ${answer?.status}`);
  for (const { orderNumber, version } of callbacks) rests(orderNumber, `version ${version} was called back`);

  const byId = new Map(events.map((event) => [`${event.partition}-${event.seq}`, event]));
  for (const { id, paymentId, version, status, type } of told) {
    const event = byId.get(id);
    const view = event?.value["public"] as Readonly<Record<string, unknown>> | undefined;
    const isTrue = event?.subject === paymentId && view?.["version"] === version && view["status"] === status && view["type"] === type;
    if (!isTrue) violations.push({ rule: "only what happened is on the lifecycle topic", subject: paymentId, how: `${id} tells version ${version}, ${type}` });
  }
  return violations;
};

const orderOf = ({ value }: Pick<LoggedEvent, "value">): string | undefined => {
  const { orderNumber } = (value["public"] ?? {}) as { orderNumber?: unknown };
  return typeof orderNumber === "string" ? orderNumber : undefined;
};
