import { describe, expect, it } from "@jest/globals";
import { type ChannelId, type Instant, type MerchantId, type ProviderId, type Sealed, CorruptStreamError, instant } from "@malipo/kernel";
import fc from "fast-check";
import { decide } from "./merchant.decider.js";
import { evolve } from "./merchant.evolve.js";
import { type Merchant, type OpenMerchant, type Platform, initialMerchant, liveSecrets, signingKeyOf } from "./merchant.js";
import { type MerchantCommand, type MerchantEvent, PLATFORM_ID } from "./messages.js";
import type { CredentialId, KeyId } from "./values.js";

const merchantId = "0123456789abcdef0123456789abcdef" as MerchantId;
const sealed = (text: string): Sealed => `v1.${text}` as Sealed;
const onboard: MerchantCommand = { type: "OnboardMerchant", merchantId, name: "Shop" };
const client = (id: string, callback = true): MerchantCommand => ({
  type: "AddCredential",
  merchantId,
  credentialId: id as CredentialId,
  kind: "oauth_client",
  mode: "test",
  handle: `client-${id}`,
  secret: { form: "hash", hash: `hash-${id}` },
  lastFour: "abcd",
  ...(callback && { callbackSecret: { facade: "kodipay", sealed: sealed(id) } }),
});
const rotate = (id: string, hash: string, overlapMs: number): MerchantCommand => ({
  type: "RotateCredential",
  merchantId,
  credentialId: id as CredentialId,
  secret: { form: "hash", hash },
  lastFour: "wxyz",
  overlapMs,
});
const revoke = (id: string): MerchantCommand => ({ type: "RevokeCredential", merchantId, credentialId: id as CredentialId });
const channel: MerchantCommand = {
  type: "AddChannel",
  merchantId,
  channelId: "pawapay-test" as ChannelId,
  provider: "pawapay" as ProviderId,
  mode: "test",
  credentials: { kind: "platform" },
};
const publish = (kid: string, replaces?: string): MerchantCommand => ({
  type: "PublishSigningKey",
  merchantId: PLATFORM_ID,
  kid: kid as KeyId,
  publicKey: { kty: "EC", crv: "P-256", x: kid, y: kid },
  privateKey: sealed(kid),
  overlapMs: 1_000,
  ...(replaces !== undefined && { replaces: replaces as KeyId }),
});

type Step = readonly [at: number, command: MerchantCommand];

const after = (id: MerchantId, ...steps: readonly Step[]): Merchant =>
  steps.reduce<Merchant>((state, [at, command]) => {
    const decision = decide(command, state, { at: instant(at) });
    return decision.kind === "record" ? evolve(state, decision.event) : state;
  }, initialMerchant(id));

const merchantAfter = (...steps: readonly Step[]): OpenMerchant => after(merchantId, [0, onboard], ...steps) as OpenMerchant;
const decided = (state: Merchant, command: MerchantCommand, at = 100) => decide(command, state, { at: instant(at) });

describe("onboarding a merchant", () => {
  it("opens it once", () => {
    expect(merchantAfter()).toMatchObject({ kind: "merchant", name: "Shop", version: 1, kycValidated: false });
    expect(decided(merchantAfter(), onboard)).toMatchObject({ kind: "refuse", reason: "merchant_exists" });
  });

  it("comes before anything else", () =>
    expect(decided(initialMerchant(merchantId), client("a"))).toMatchObject({ kind: "refuse", reason: "merchant_not_found" }));

  it("is not for the platform", () =>
    expect(decided(initialMerchant(PLATFORM_ID), { ...onboard, merchantId: PLATFORM_ID })).toMatchObject({ reason: "not_for_the_platform" }));
});

describe("a credential", () => {
  it("takes the offered callback secret only where its facade and mode have none", () => {
    const merchant = merchantAfter([1, client("a")], [2, client("b")]);
    expect(merchant.callbackSecrets.map(({ sealed: text }) => text)).toEqual(["v1.a"]);
    const live = merchantAfter([1, client("a")], [2, { ...client("b"), mode: "live" } as MerchantCommand]);
    expect(live.callbackSecrets.map(({ mode }) => mode)).toEqual(["live", "test"]);
  });

  it("keeps its id through a rotation, and both secrets during the overlap", () => {
    const [credential] = merchantAfter([1, client("a")], [10, rotate("a", "new", 50)]).credentials;
    const hashes = (at: number) => liveSecrets(credential!, instant(at)).map(({ secret }) => (secret.form === "hash" ? secret.hash : ""));
    expect(hashes(59)).toEqual(["new", "hash-a"]);
    expect(hashes(60)).toEqual(["new"]);
  });

  it("ends the old secret at once when there is no overlap, and never revives an older one", () => {
    const [credential] = merchantAfter([1, client("a")], [10, rotate("a", "b", 20)], [11, rotate("a", "c", 5_000)]).credentials;
    expect(liveSecrets(credential!, instant(31)).map(({ secret }) => secret)).toEqual([
      { form: "hash", hash: "c" },
      { form: "hash", hash: "b" },
    ]);
    expect(liveSecrets(merchantAfter([1, client("a")], [10, rotate("a", "b", 0)]).credentials[0]!, instant(10))).toHaveLength(1);
  });

  it("is revoked for good", () => {
    const merchant = merchantAfter([1, client("a")], [5, revoke("a")]);
    expect(liveSecrets(merchant.credentials[0]!, instant(5))).toEqual([]);
    expect(decided(merchant, revoke("a"))).toEqual({ kind: "nothing_new" });
    expect(decided(merchant, rotate("a", "x", 0))).toMatchObject({ kind: "refuse", reason: "credential_revoked" });
    expect(decided(merchant, revoke("b"))).toMatchObject({ kind: "refuse", reason: "credential_not_found" });
  });
});

describe("settings", () => {
  it("replace what was there, and record nothing when they are the same", () => {
    const tier: MerchantCommand = { type: "SetTier", merchantId, facade: "kodipay", perMinute: 600, burst: 10 };
    const merchant = merchantAfter([1, tier], [2, { ...tier, perMinute: 60 }], [3, { ...tier, facade: "kpay" }]);
    expect(merchant.tiers).toEqual([
      { facade: "kodipay", perMinute: 60, burst: 10 },
      { facade: "kpay", perMinute: 600, burst: 10 },
    ]);
    expect(decided(merchant, { ...tier, perMinute: 60 })).toEqual({ kind: "nothing_new" });
    expect(decided(merchant, { type: "SetKyc", merchantId, validated: false })).toEqual({ kind: "nothing_new" });
  });

  it("add and remove a channel by its id", () => {
    const merchant = merchantAfter([1, channel]);
    expect(decided(merchant, channel)).toMatchObject({ reason: "channel_exists" });
    const remove: MerchantCommand = { type: "RemoveChannel", merchantId, channelId: "pawapay-test" as ChannelId };
    expect(merchantAfter([1, channel], [2, remove]).channels).toEqual([]);
    expect(decided(merchantAfter(), remove)).toMatchObject({ reason: "channel_not_found" });
  });
});

describe("signing keys", () => {
  it("come from one of two instances that publish at once", () => {
    const platform = after(PLATFORM_ID, [1, publish("k1")]);
    expect(decided(platform, publish("k2"))).toMatchObject({ kind: "refuse", reason: "signing_key_changed" });
    expect(signingKeyOf(platform)?.kid).toBe("k1");
  });

  it("are verified after their replacement for as long as the overlap lasts, then dropped", () => {
    const rotated = after(PLATFORM_ID, [1, publish("k1")], [10, publish("k2", "k1")]) as Platform;
    expect(signingKeyOf(rotated)?.kid).toBe("k2");
    expect(rotated.signingKeys.map(({ kid, verifyUntil }) => [kid, verifyUntil])).toEqual([["k2", undefined], ["k1", 1_010]]);
    const later = after(PLATFORM_ID, [1, publish("k1")], [10, publish("k2", "k1")], [2_000, publish("k3", "k2")]) as Platform;
    expect(later.signingKeys.map(({ kid }) => kid)).toEqual(["k3", "k2"]);
  });

  it("can be ended sooner but not revived", () => {
    const retire = (overlapMs: number): MerchantCommand => ({ type: "RetireSigningKey", merchantId: PLATFORM_ID, kid: "k1" as KeyId, overlapMs });
    const rotated = after(PLATFORM_ID, [1, publish("k1")], [10, publish("k2", "k1")]);
    expect(decided(rotated, retire(5_000), 20)).toEqual({ kind: "nothing_new" });
    expect(decided(rotated, retire(0), 20)).toMatchObject({ event: { type: "SigningKeyRetired", verifyUntil: 20 } });
  });
});

describe("any sequence of commands", () => {
  const commands = fc.constantFrom<MerchantCommand>(
    onboard, client("a"), client("b"), rotate("a", "r1", 10), rotate("b", "r2", 0), revoke("a"), channel,
    { type: "SetKyc", merchantId, validated: true }, { type: "RemoveChannel", merchantId, channelId: "pawapay-test" as ChannelId },
  );

  it("folds without a fault, counts its facts, and changes nothing when repeated with the same id", () =>
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 40 }), (sequence) => {
        let state = initialMerchant(merchantId);
        const events: MerchantEvent[] = [];
        sequence.forEach((command, at) => {
          const decision = decide(command, state, { at: instant(at) });
          if (decision.kind !== "record") return;
          events.push(decision.event);
          state = evolve(state, decision.event);
        });
        expect(state.version).toBe(events.length);
        expect(events.reduce<Merchant>(evolve, initialMerchant(merchantId))).toEqual(state);
        if (state.kind === "merchant") {
          expect(new Set(state.credentials.map(({ credentialId }) => credentialId)).size).toBe(state.credentials.length);
          expect(state.credentials.every(({ secrets }) => secrets.length >= 1 && secrets.length <= 3)).toBe(true);
        }
      }),
    ));

  it("is refused as a history when it cannot have been decided", () => {
    const event: MerchantEvent = { type: "KycSet", merchantId, at: 0 as Instant, validated: true };
    expect(() => evolve(initialMerchant(merchantId), event)).toThrow(CorruptStreamError);
  });
});
