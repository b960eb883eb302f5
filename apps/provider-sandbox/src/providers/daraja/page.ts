import { behaviourTable } from "../../behaviours/page.js";
import { statementColumns } from "./statement.js";

export const darajaPage = (): string => `M-Pesa Daraja, simulated (KES)

GET /oauth/v1/generate?grant_type=client_credentials (Basic); POST /mpesa/stkpush/v1/processrequest,
/mpesa/stkpushquery/v1/query (Bearer; a bad or old token: 401 with 404.001.03)
Amount is whole KES from 1 to 250000; AccountReference has at most 12 characters, TransactionDesc 13; CallBackURL is https,
or http to this machine. A wrong Password or shortcode: HTTP 500 with 500.001.1001 "Wrong credentials", as the real one.
The query about an unknown CheckoutRequestID: HTTP 400 with 400.002.02. There is nothing that a repeat is recognised by.

Outcome by the last three digits of PartyA:

${behaviourTable({
  approve: "ResultCode 0; also every number not listed",
  limit: "ResultCode 17 (Daraja has no code for a limit)",
  not_found: "ResultCode 1025 (no code for an unknown payer: the prompt could not be sent)",
  not_approved: "ResultCode 1032",
  no_funds: "ResultCode 1",
  unspecified: "ResultCode 9999 (no code for a failure without reason: the prompt was not sent)",
  recipient_not_found: "ResultCode 0: this is about payouts",
  payout_failure: "ResultCode 0: this is about payouts",
  stuck: "the query says 500.001.1001 for ever, no callback",
  answer_lost: "charges, then the request's connection is reset; callback 3 s later",
  silent: "ResultCode 0 to the query, no callback",
  contradict: "charges; callbacks 0, 0, and 9999, half a second apart; the query stays with 0",
  late_success: "ResultCode 1037 by callback and query; 10 s later 0 by both, charged",
  unavailable: "HTTP 500 with 500.001.1001 \"System is busy\" at once, nothing is kept",
  broken_answer: "HTTP 500 with an HTML page, nothing is kept",
})}

Callbacks go to CallBackURL and are repeated for two minutes until answered with 200. The sandbox's ledger takes the payment's id
from the query parameter "payment" of CallBackURL.

Statement (/_sandbox/statements/daraja?date=YYYY-MM-DD, a day in East Africa Time), only what was paid on that day:
${statementColumns.join(", ")}
Receipt No. is MpesaReceiptNumber of the callback; A/C No. is AccountReference. CheckoutRequestID is not in a statement.
`;
