/** What a client asks of the token endpoint, once it is well formed. */
export type TokenRequest = Readonly<{ clientId: string; clientSecret: string; viaBasic: boolean }>;

/** RFC 6749 section 5.2, as far as the client credentials grant needs it. */
export type TokenFault = Readonly<{
  error: "invalid_request" | "invalid_client" | "unsupported_grant_type" | "rate_limited";
  description: string;
  viaBasic?: boolean;
  retryAfterMs?: number;
}>;

const fault = (error: TokenFault["error"], description: string, viaBasic = false): TokenFault => ({ error, description, viaBasic });
const LENGTH_MAX = 255;

/** Reads the parameters from a strictly read JSON or form body, and the client from it or from HTTP Basic. */
export const readTokenRequest = (body: unknown, authorization: string | undefined): TokenRequest | TokenFault => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return fault("invalid_request", "The body must be an object or a form.");
  const fields = body as Readonly<Record<string, unknown>>;
  const own = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  for (const name of ["grant_type", "client_id", "client_secret"]) {
    const value = own(name);
    if (value !== undefined && (typeof value !== "string" || value === "" || value.length > LENGTH_MAX)) {
      return fault("invalid_request", `${name} must be a text of 1 to ${LENGTH_MAX} characters.`);
    }
  }
  const grantType = own("grant_type");
  if (grantType === undefined) return fault("invalid_request", "grant_type is missing.");
  if (grantType !== "client_credentials") return fault("unsupported_grant_type", "Only client_credentials is supported.");

  const [clientId, clientSecret] = [own("client_id"), own("client_secret")] as [string | undefined, string | undefined];
  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    if (basic === undefined) return fault("invalid_client", "The Authorization header is not HTTP Basic.", true);
    // One way only (RFC 6749 section 2.3); the id may be repeated as long as it is the same.
    if (clientSecret !== undefined || (clientId !== undefined && clientId !== basic.clientId)) {
      return fault("invalid_request", "The client authenticates in two ways at once.");
    }
    return { ...basic, viaBasic: true };
  }
  if (clientId === undefined) return fault("invalid_request", "client_id is missing.");
  if (clientSecret === undefined) return fault("invalid_request", "client_secret is missing.");
  return { clientId, clientSecret, viaBasic: false };
};

const readBasic = (header: string): Omit<TokenRequest, "viaBasic"> | undefined => {
  const encoded = /^basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon < 1) return undefined;
  try {
    // The two halves are form-encoded first (RFC 6749 section 2.3.1).
    const [clientId, clientSecret] = [pair.slice(0, colon), pair.slice(colon + 1)].map((half) => decodeURIComponent(half.replaceAll("+", " ")));
    return { clientId: clientId!, clientSecret: clientSecret! };
  } catch {
    return undefined;
  }
};
