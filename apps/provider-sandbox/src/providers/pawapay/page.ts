import { behaviourTable } from "../../behaviours/page.js";
import { statementColumns } from "./statement.js";

export const pawapayPage = (): string => `pawaPay Merchant API v2, simulated

POST /v2/deposits, /v2/payouts, /v2/refunds, /v2/payouts/bulk; GET /v2/{deposits,payouts,refunds}/{id}
POST /v2/{deposits,payouts,refunds}/resend-callback/{id}; POST /v2/payouts/fail-enqueued/{id}
POST /v2/predict-provider; GET /v2/availability, /v2/active-conf
Ids are UUIDs of version 4; an id known already is DUPLICATE_IGNORED whatever else the body says, and what was REJECTED is not known.
Token missing: 401 NO_AUTHENTICATION; wrong: 403 AUTHENTICATION_ERROR.

Outcome by the last three digits of the payer or recipient (of a refund: of the deposit's payer):

${behaviourTable({
  approve: "COMPLETED; also every number not listed",
  limit: "FAILED: deposit PAYER_LIMIT_REACHED, else WALLET_LIMIT_REACHED",
  not_found: "FAILED: deposit PAYER_NOT_FOUND, else RECIPIENT_NOT_FOUND",
  not_approved: "FAILED: deposit PAYMENT_NOT_APPROVED, else MANUALLY_CANCELLED",
  no_funds: "FAILED: deposit INSUFFICIENT_BALANCE, else PAWAPAY_WALLET_OUT_OF_FUNDS",
  unspecified: "FAILED: UNSPECIFIED_FAILURE",
  recipient_not_found: "deposit COMPLETED, else FAILED: RECIPIENT_NOT_FOUND",
  payout_failure: "deposit COMPLETED, else FAILED: UNSPECIFIED_FAILURE",
  stuck: "PROCESSING for ever, no callback",
  answer_lost: "COMPLETED at once, then the request's connection is reset; callback 3 s later",
  silent: "COMPLETED, no callback",
  contradict: "COMPLETED; callbacks COMPLETED, COMPLETED, and FAILED UNSPECIFIED_FAILURE, half a second apart",
  late_success:
    "FAILED: PAYMENT_NOT_APPROVED (pawaPay has no code for a prompt that timed out; a payout: UNSPECIFIED_FAILURE);\n" +
    "     10 s later COMPLETED with a callback, and the status query says so from then on",
  unavailable: "REJECTED: PROVIDER_TEMPORARILY_UNAVAILABLE; nothing is kept, a query says NOT_FOUND",
  broken_answer: "HTTP 500 with an HTML page; nothing is kept, a query says NOT_FOUND",
})}

Callbacks go to the address set for the operation's type and are repeated for 15 minutes until answered with 200.

Statement (/_sandbox/statements/pawapay?date=YYYY-MM-DD, a day in UTC), only what was completed on that day:
${statementColumns.join(", ")}
Transaction ID is the id given by the caller (depositId, payoutId, refundId); Deposit ID the deposit it concerns.
`;
