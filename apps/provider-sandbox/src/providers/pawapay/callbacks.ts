import type { CallbackStyle } from "../../callbacks/callback-sender.js";
import type { OperationKind } from "../../ledger/records.js";
import type { OperationType } from "./conf.js";
import { renderData } from "./render.js";

const typeOf: Readonly<Record<OperationKind, OperationType>> = { charge: "DEPOSIT", payout: "PAYOUT", refund: "REFUND" };

/** One address per type of operation, as the dashboard has it; repeated for 15 minutes. */
export const pawapayCallbacks = (urls: Readonly<Record<OperationType, string | undefined>>): CallbackStyle => ({
  triesForMs: 15 * 60_000,
  pausesMs: [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000],
  render: (operation, outcome) => {
    const url = urls[typeOf[operation.kind]];
    return url === undefined ? undefined : { url, body: JSON.stringify(renderData(operation, outcome)) };
  },
});
