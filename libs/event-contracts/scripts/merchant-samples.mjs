// Samples of the merchants topics, made by the decider itself; see samples.mjs.
import { instant, plus } from "@malipo/kernel";
import { PLATFORM_ID, decide, evolve, initialMerchant } from "@malipo/merchant-lifecycle";
import { MERCHANT_STATE_TYPE, encodeMerchantCommand, encodeMerchantEvent, encodeMerchantState } from "../dist/index.js";

const merchantId = "0123456789abcdef0123456789abcdef";
const sealed = "v1.AQEBAQEBAQEBAQEBAQEBAQ.AgICAgICAgICAgIC.b7OlJSWEATdYfhx6HJ8PTUSjSqP5";
const credentialId = "019634b2-5a10-7c3e-9f21-6d0e8a4b7c55";
const hash = "o4Mph8oLb2FY5e84GQSj0dbPgkaRHloPJ2hGo8lYiq0";
const startedAt = instant(1_776_240_000_000);

const merchant = [
  { type: "OnboardMerchant", merchantId, name: "Sample shop" },
  { type: "AddChannel", merchantId, channelId: "pawapay-platform-test", provider: "pawapay", mode: "test", credentials: { kind: "platform" } },
  { type: "AddChannel", merchantId, channelId: "daraja-own-live", provider: "daraja", mode: "live", credentials: { kind: "own", sealed } },
  {
    type: "AddCredential",
    merchantId,
    credentialId,
    secret: { form: "hash", hash },
    lastFour: "wxyz",
    kind: "oauth_client",
    mode: "test",
    handle: "kd_test_AAAAAAAAAAAAAAAAAAAAAA",
    callbackSecret: { facade: "kodipay", sealed },
  },
  { type: "RotateCredential", merchantId, credentialId, secret: { form: "sealed", sealed }, lastFour: "abcd", overlapMs: 3_600_000 },
  { type: "SetTier", merchantId, facade: "kodipay", perMinute: 6_000, burst: 200 },
  { type: "SetKyc", merchantId, validated: true },
  { type: "SetCallbackEndpoint", merchantId, facade: "kpay", config: sealed, events: ["payment.completed"], signed: true },
  { type: "RevokeCredential", merchantId, credentialId },
  { type: "RemoveChannel", merchantId, channelId: "daraja-own-live" },
];

const key = (kid) => ({ kid, publicKey: { kty: "EC", crv: "P-256", x: `x-of-${kid}`, y: `y-of-${kid}` }, privateKey: sealed });
const platform = [
  { type: "PublishSigningKey", merchantId: PLATFORM_ID, ...key("key-1"), overlapMs: 960_000 },
  { type: "PublishSigningKey", merchantId: PLATFORM_ID, ...key("key-2"), replaces: "key-1", overlapMs: 960_000 },
  { type: "RetireSigningKey", merchantId: PLATFORM_ID, kid: "key-1", overlapMs: 0 },
];

const refused = {
  type: "MerchantCommandRefused",
  commandId: "019634b2-5a10-7c3e-9f21-6d0e8a4b7c56",
  merchantId,
  at: startedAt,
  commandType: "AddCredential",
  reason: "merchant_not_found",
};

export const makeMerchantSamples = () => {
  const samples = new Map();
  for (const commands of [merchant, platform]) {
    let state = initialMerchant(commands[0].merchantId);
    const after = [];
    commands.forEach((command, index) => {
      const decision = decide(command, state, { at: plus(startedAt, index * 1_000) });
      if (decision.kind !== "record") throw new Error(`${command.type}: ${JSON.stringify(decision)}`);
      state = evolve(state, decision.event);
      const event = encodeMerchantEvent(decision.event);
      // The last of its kind: the later ones have every optional field.
      samples.set(event.type, { type: event.type, after: [...after], value: event.value });
      after.push(event);
      const sent = encodeMerchantCommand(command);
      samples.set(sent.type, { type: sent.type, value: sent.value });
    });
    if (commands === merchant) samples.set(MERCHANT_STATE_TYPE, { type: MERCHANT_STATE_TYPE, value: JSON.parse(Buffer.from(encodeMerchantState(state)).toString()) });
  }
  const event = encodeMerchantEvent(refused);
  samples.set(event.type, { type: event.type, after: [], value: event.value });
  return samples;
};
