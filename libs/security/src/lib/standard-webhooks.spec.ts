import { describe, expect, it } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { newWebhookSecret, signStandardWebhook, standardWebhookFault } from "./standard-webhooks.js";

const random = { bytes: (length: number) => new Uint8Array(length).fill(5) };

describe("Standard Webhooks", () => {
  it("signs the published example as published", () =>
    expect(
      signStandardWebhook({
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestampS: 1614265330,
        body: '{"test": 2432232314}',
        secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      })["webhook-signature"],
    ).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

  it("is accepted by the reference implementation, with either secret of a rotation", () => {
    const [fresh, old] = [newWebhookSecret(random), newWebhookSecret({ bytes: (n) => new Uint8Array(n).fill(6) })];
    const nowS = Math.floor(Date.now() / 1000);
    const body = '{"a":"é"}';
    const headers = signStandardWebhook({ id: "evt", timestampS: nowS, body, secrets: [fresh, old] });
    expect(new Webhook(fresh).verify(body, { ...headers })).toEqual({ a: "é" });
    expect(new Webhook(old).verify(body, { ...headers })).toEqual({ a: "é" });
    expect(standardWebhookFault(headers, Buffer.from(body), old, nowS)).toBeUndefined();
  });

  it("says what is wrong", () => {
    const secret = newWebhookSecret(random);
    const headers = signStandardWebhook({ id: "evt", timestampS: 1000, body: "{}", secrets: [secret] });
    expect(standardWebhookFault(headers, "{ }", secret, 1000)).toBe("signature_mismatch");
    expect(standardWebhookFault(headers, "{}", secret, 1301)).toBe("timestamp_outside_tolerance");
    expect(standardWebhookFault({ ...headers, "webhook-id": undefined }, "{}", secret, 1000)).toBe("headers_missing");
    expect(standardWebhookFault({ ...headers, "webhook-id": "evt2" }, "{}", secret, 1000)).toBe("signature_mismatch");
  });

  it("refuses to sign with nothing or with a short key", () => {
    expect(() => signStandardWebhook({ id: "e", timestampS: 1, body: "", secrets: [] })).toThrow(RangeError);
    expect(() => signStandardWebhook({ id: "e", timestampS: 1, body: "", secrets: ["whsec_QUJD"] })).toThrow(RangeError);
  });
});
