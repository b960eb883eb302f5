import { describe, expect, it } from "@jest/globals";
import { readTokenRequest } from "./token-request.js";

const grant = { grant_type: "client_credentials" };
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

describe("a token request", () => {
  it("names its client in the body or by HTTP Basic", () => {
    expect(readTokenRequest({ ...grant, client_id: "id", client_secret: "s" }, undefined)).toEqual({ clientId: "id", clientSecret: "s", viaBasic: false });
    expect(readTokenRequest(grant, basic("id:s:with:colons"))).toEqual({ clientId: "id", clientSecret: "s:with:colons", viaBasic: true });
    expect(readTokenRequest({ ...grant, client_id: "id" }, basic("id:s"))).toMatchObject({ clientId: "id" });
    expect(readTokenRequest(grant, basic("a%3Ab:s+t"))).toMatchObject({ clientId: "a:b", clientSecret: "s t" });
  });

  it("may carry parameters that nobody here knows", () =>
    expect(readTokenRequest({ ...grant, client_id: "id", client_secret: "s", scope: "x" }, undefined)).toMatchObject({ clientId: "id" }));

  it.each<[string, unknown, string | undefined, string]>([
    ["no object", "text", undefined, "invalid_request"],
    ["a list", [], undefined, "invalid_request"],
    ["no grant type", { client_id: "id", client_secret: "s" }, undefined, "invalid_request"],
    ["another grant type", { grant_type: "password", client_id: "id", client_secret: "s" }, undefined, "unsupported_grant_type"],
    ["a grant type in other letters", { grant_type: "Client_Credentials" }, undefined, "unsupported_grant_type"],
    ["no secret", { ...grant, client_id: "id" }, undefined, "invalid_request"],
    ["an empty secret", { ...grant, client_id: "id", client_secret: "" }, undefined, "invalid_request"],
    ["a secret that is a number", { ...grant, client_id: "id", client_secret: 1 }, undefined, "invalid_request"],
    ["a secret without end", { ...grant, client_id: "id", client_secret: "s".repeat(256) }, undefined, "invalid_request"],
    ["inherited names", Object.create({ ...grant, client_id: "id", client_secret: "s" }), undefined, "invalid_request"],
    ["two ways at once", { ...grant, client_secret: "s" }, basic("id:s"), "invalid_request"],
    ["two clients", { ...grant, client_id: "other" }, basic("id:s"), "invalid_request"],
    ["another scheme", grant, "Bearer abc", "invalid_client"],
    ["Basic without a colon", grant, basic("id"), "invalid_client"],
    ["Basic with a broken escape", grant, basic("id:%zz"), "invalid_client"],
  ])("is refused with %s", (_, body, authorization, error) => expect(readTokenRequest(body, authorization)).toMatchObject({ error }));
});
