import type { ClientAnswer, ClientRequest } from "@malipo/simulation/judges";
import type { Answer } from "../../harness/http.js";

/** One create that the open loop offered: when, and when it was first answered with the payment. */
export interface Arrival {
  readonly atMs: number;
  acceptedMs?: number;
}

/** A payment that somebody asked for, and during which run of a fault. */
export interface Asked {
  readonly run: number;
  readonly paymentId: string;
  readonly account: string;
  readonly reference: string;
}

type Body = Readonly<{
  orderNumber?: string;
  version?: number;
  status?: string;
  code?: string;
  details?: Readonly<{ orderNumber?: string }>;
}>;

const answerOf = ({ status, text, json, headers }: Answer): ClientAnswer => {
  const body = (json ?? {}) as Body;
  const orderNumber = body.orderNumber ?? body.details?.orderNumber;
  return {
    status,
    body: text,
    ...(body.code !== undefined && { code: body.code }),
    ...(orderNumber !== undefined && { orderNumber }),
    ...(body.version !== undefined && { version: body.version }),
    ...(body.status !== undefined && { paymentStatus: body.status }),
    replayed: headers["idempotent-replayed"] === "true",
  };
};

/** What the merchants asked and were answered, by their own clock; nothing in it comes from the platform but the answers. */
export class ClientJournal {
  readonly arrivals: Arrival[] = [];
  readonly asked: Asked[] = [];
  readonly requests: ClientRequest[] = [];
  /** What no merchant may ever meet, in words. */
  readonly complaints: string[] = [];

  async note(request: Omit<ClientRequest, "beganMs" | "endedMs" | "answer">, send: () => Promise<Answer>): Promise<ClientAnswer | undefined> {
    const beganMs = Date.now();
    const noted = { ...request, beganMs, endedMs: beganMs };
    // Written down before it is sent: whoever judges in between must know that it is under way.
    this.requests.push(noted);
    const answer = await send().then(answerOf, () => undefined); // no answer is what the journal says without one
    Object.assign(noted, { endedMs: Date.now(), ...(answer !== undefined && { answer }) });
    return answer;
  }
}
