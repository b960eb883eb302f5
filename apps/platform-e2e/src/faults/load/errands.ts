import { setTimeout as delay } from "node:timers/promises";
import type { ClientAnswer } from "@malipo/simulation/judges";
import { payerIn, type Country } from "../../harness/numbers.js";
import type { CreateBody } from "../../harness/test-merchant.js";
import { byShare } from "../choice.js";
import type { Choice } from "../fault.js";
import type { CarefulMerchant } from "./careful-merchant.js";
import type { Arrival } from "./client-journal.js";

/** What merchants do, of a hundred. */
const errandShares = { once: 46, repeated: 8, changed: 6, replayed: 8, key_reused: 4, twice: 8, watched: 20 } as const;

/** The last three digits of payers, of a hundred: every outcome of the sandbox's table, most of them approved. */
const digitShares = {
  "789": 58, "019": 2, "029": 2, "039": 2, "049": 3, "069": 2, "089": 1, "119": 1, "129": 2, "139": 5, "149": 6, "159": 4, "169": 4, "179": 4, "189": 4,
} as const;

const countryShares: Readonly<Record<Country, number>> = { COD: 60, KEN: 40 };

export interface Errand {
  readonly merchant: CarefulMerchant;
  readonly choice: Choice;
  readonly arrival: Arrival;
  /** Told before the first request of each payment goes out. */
  readonly onAsk: (merchant: CarefulMerchant, reference: string) => void;
}

/** One arrival of the open loop: a create, and what this merchant does besides. */
export const runErrand = async ({ merchant, choice, arrival, onAsk }: Errand): Promise<void> => {
  const country = byShare(choice, countryShares);
  const body = merchant.merchant.body(country, { walletID: payerIn(country, byShare(choice, digitShares)), amount: `${10 + choice.below(90)}.00` });
  const what = byShare(choice, errandShares);
  const [here, there] = [choice.below(2), choice.below(2)];
  const idempotencyKey = `key-${body.reference}`;
  const hasKey = what === "replayed" || what === "key_reused";
  onAsk(merchant, body.reference);
  const onAnswer = (): void => void (arrival.acceptedMs ??= Date.now());
  // Without a key, a create whose first answer was lost is answered with the payment that is already there.
  const create = (first: number): Promise<ClientAnswer | undefined> =>
    merchant.create(body, { first, onAnswer, expected: hasKey ? [201] : [201, 409], ...(hasKey && { idempotencyKey }) });

  if (what === "twice") return void (await Promise.all([create(0), create(1)]));
  const answer = await create(here);
  if (answer?.orderNumber === undefined) return;
  const changed: CreateBody = { ...body, amount: `${200 + choice.below(90)}.00` };
  switch (what) {
    case "repeated":
      return void (await merchant.create(body, { first: there, expected: [409] }));
    case "changed":
      return void (await merchant.create(changed, { first: there, expected: [409] }));
    case "replayed":
      return void (await create(there));
    case "key_reused":
      return void (await merchant.create(changed, { first: there, idempotencyKey, expected: [422] }));
    case "watched":
      return watch(merchant, answer.orderNumber, choice);
    case "once":
      return;
  }
};

const watch = async (merchant: CarefulMerchant, orderNumber: string, choice: Choice): Promise<void> => {
  for (let look = 0; look < 4; look += 1) {
    await merchant.status(orderNumber, choice.below(2));
    await delay(100 + choice.below(800));
  }
};
