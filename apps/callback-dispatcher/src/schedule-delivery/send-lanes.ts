import { type Endpoint, type EndpointLimits, type SendOutcome, finished, mayStart, quietEndpoint, started } from "@malipo/callback-delivery";

export type SendLimits = Readonly<{ inFlightMax: number; perOrigin: EndpointLimits; perAccount: EndpointLimits }>;

export const defaultSendLimits: SendLimits = {
  inFlightMax: 256,
  perOrigin: { inFlightMax: 32, failuresUntilNarrow: 5 },
  // One account may have many origins; an account as such is never narrowed, since one of them may be well.
  perAccount: { inFlightMax: 96, failuresUntilNarrow: Number.POSITIVE_INFINITY },
};

export type LaneTicket<Item> = Readonly<{ origin: string; account: string; item: Item }>;

/** Who may send now. Each origin has its own queue and they take turns, so that a dead endpoint holds up nobody else. */
export class SendLanes<Item> {
  readonly #queues = new Map<string, LaneTicket<Item>[]>();
  readonly #origins = new Map<string, Endpoint>();
  readonly #accounts = new Map<string, Endpoint>();
  #inFlight = 0;

  constructor(private readonly limits: SendLimits = defaultSendLimits) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  add(ticket: LaneTicket<Item>): void {
    const queue = this.#queues.get(ticket.origin);
    if (queue === undefined) this.#queues.set(ticket.origin, [ticket]);
    else queue.push(ticket);
  }

  /** The next that may start, and it has started: `done` must follow. */
  next(): LaneTicket<Item> | undefined {
    if (this.#inFlight >= this.limits.inFlightMax) return undefined;
    for (const [origin, queue] of this.#queues) {
      if (!mayStart(this.#origins.get(origin) ?? quietEndpoint, this.limits.perOrigin)) continue;
      const index = queue.findIndex(({ account }) => mayStart(this.#accounts.get(account) ?? quietEndpoint, this.limits.perAccount));
      if (index < 0) continue;
      const [ticket] = queue.splice(index, 1);
      this.#queues.delete(origin);
      if (queue.length > 0) this.#queues.set(origin, queue); // to the back: the others come first
      this.#start(ticket!);
      return ticket;
    }
    return undefined;
  }

  done({ origin, account }: LaneTicket<Item>, outcome: SendOutcome | undefined): void {
    this.#inFlight -= 1;
    settle(this.#origins, origin, outcome);
    settle(this.#accounts, account, outcome);
  }

  #start({ origin, account }: LaneTicket<Item>): void {
    this.#inFlight += 1;
    this.#origins.set(origin, started(this.#origins.get(origin) ?? quietEndpoint));
    this.#accounts.set(account, started(this.#accounts.get(account) ?? quietEndpoint));
  }
}

/** Nothing is kept of an endpoint that is quiet and well. Without an outcome nothing was tried. */
const settle = (endpoints: Map<string, Endpoint>, key: string, outcome: SendOutcome | undefined): void => {
  const after = finished(endpoints.get(key) ?? quietEndpoint, outcome ?? { kind: "impossible", cause: "not_tried" });
  if (after.inFlight === 0 && after.failuresInARow === 0) endpoints.delete(key);
  else endpoints.set(key, after);
};
