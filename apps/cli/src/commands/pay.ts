import { systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import { call, expectOk, get } from "../api.js";
import { CliError, type Command, textOption } from "../command.js";

type Payment = { reference: string; orderNumber: string; status: string; amount: string; currency: string; version?: number; details?: { reason?: string } };

const settled = new Set(["completed", "failed", "expired", "refunded"]);
const pollMs = 250;

export const pay: Command = {
  name: "pay",
  summary: "take a payment as the demo merchant, and wait for what becomes of it",
  usage: "malipo pay [--amount 10.00] [--currency USD] [--wallet 243812345789] [--callback URL]",
  help: [
    "--amount A       decimal amount (10.00)",
    "--currency C     currency (USD)",
    "--wallet W       the payer's number (243812345789); its last three digits choose what the sandbox does",
    "--callback URL   where callbacks go; none without it",
    "--reference R    the merchant's reference (drawn)",
    "--merchant N     which merchant of demo.json, counted from 1 (1)",
    "--wait S         seconds to wait for an end; 0 only creates (30)",
  ],
  options: {
    amount: { type: "string" },
    currency: { type: "string" },
    wallet: { type: "string" },
    callback: { type: "string" },
    reference: { type: "string" },
    merchant: { type: "string" },
    wait: { type: "string" },
  },
  async run(args, platform, io) {
    const { intakeUrl, merchants, demoFile } = platform();
    const merchant = merchants[Number(textOption(args, "merchant") ?? "1") - 1];
    if (merchant === undefined) throw new CliError(`there is no such merchant in ${demoFile}`, "Start the platform with `npm start`; it provisions two merchants.");
    const waitS = Number(textOption(args, "wait") ?? "30");
    if (!Number.isFinite(waitS) || waitS < 0) throw new CliError("--wait must be seconds");

    const { clientId, clientSecret } = merchant.kodipay;
    const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
    const { access_token: bearer } = await get<{ access_token: string }>("the token endpoint", `${intakeUrl}/oauth/token`, { json: grant });
    const callback = textOption(args, "callback");
    const began = systemClock.monotonicMs();
    const json = {
      payment_method: "mobile_money",
      amount: textOption(args, "amount") ?? "10.00",
      currency: textOption(args, "currency") ?? "USD",
      reference: textOption(args, "reference") ?? `cli-${systemRandom.uuid().slice(-12)}`,
      walletID: textOption(args, "wallet") ?? "243812345789",
      ...(callback !== undefined && { callback_url: callback }),
    };
    let payment = expectOk("the payment API", await call<Payment>("the payment API", `${intakeUrl}/api/v1/payments`, { bearer, json }));
    const asJson = args.values["json"] === true;
    const tell = (): void => {
      if (asJson) return;
      const ms = Math.round(systemClock.monotonicMs() - began);
      const reason = payment.details?.reason === undefined ? "" : ` (${payment.details.reason})`;
      io.write(`${`+${ms} ms`.padStart(10)}  ${payment.status}${reason}  ${payment.orderNumber}  ${payment.amount} ${payment.currency}  ${payment.reference}`);
    };
    tell();
    while (!settled.has(payment.status) && systemClock.monotonicMs() - began < waitS * 1000) {
      await systemScheduler.sleep(pollMs);
      const before = payment.status;
      payment = await get<Payment>("the payment API", `${intakeUrl}/api/v1/payments/${payment.orderNumber}/status`, { bearer });
      if (payment.status !== before) tell();
    }
    if (asJson) io.write(JSON.stringify(payment));
    if (settled.has(payment.status) || waitS === 0) return 0;
    io.note(`still ${payment.status} after ${waitS} s; \`npx malipo timeline ${payment.orderNumber}\` tells what happens`);
    return 0;
  },
};
