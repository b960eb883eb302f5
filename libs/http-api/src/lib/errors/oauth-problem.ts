import type { ProblemRenderer } from "./problem.filter.js";

/** Whatever goes wrong before the token endpoint is reached, on the way to it included, is told in RFC 6749's form as well. */
export const renderOauthProblem: ProblemRenderer = ({ code, status, message }, request) => {
  if (!request.url.startsWith("/oauth/")) return undefined;
  const ours = status >= 500 || status === 429;
  const unreadable = code === "malformed_request" || code === "unsupported_media_type" || code === "validation_error";
  return {
    status: unreadable ? 400 : status,
    body: { error: ours ? (status === 503 ? "temporarily_unavailable" : status === 429 ? "rate_limited" : "server_error") : "invalid_request", error_description: message },
  };
};
