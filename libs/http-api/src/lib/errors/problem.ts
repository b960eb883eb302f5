/** Every code that a merchant or operator may read, with its status; codes are never renamed. */
export const codeStatus = {
  malformed_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  reference_already_used: 409,
  request_in_progress: 409,
  conflict: 409,
  payload_too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  validation_error: 422,
  idempotency_key_reused: 422,
  insufficient_balance: 422,
  payment_not_refundable: 422,
  refund_exceeds_payment: 422,
  move_not_allowed: 422,
  rate_limited: 429,
  headers_too_large: 431,
  internal_error: 500,
  temporarily_unavailable: 503,
} as const;

export type ProblemCode = keyof typeof codeStatus;

export type ProblemDetails = Readonly<Record<string, unknown>>;

/** The error body of the canonical and the operations APIs. */
export type ProblemBody = Readonly<{ message: string; code: ProblemCode; details?: ProblemDetails }>;

/** An answer that says no. Thrown by guards, pipes, and handlers; the exception filter turns it into the envelope. */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly options: Readonly<{ details?: ProblemDetails; headers?: Readonly<Record<string, string>>; cause?: unknown }> = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Problem";
    this.status = codeStatus[code];
  }

  body(): ProblemBody {
    const { details } = this.options;
    return { message: this.message, code: this.code, ...(details !== undefined && { details }) };
  }
}

/** Seconds after which a client may try again, when we cannot say better. */
export const retryAfterSeconds = 1;

export const temporarilyUnavailable = (cause?: unknown, retryAfter = retryAfterSeconds): Problem =>
  new Problem("temporarily_unavailable", "The service cannot answer now. Nothing is known to be wrong with the request.", {
    headers: { "retry-after": String(retryAfter) },
    cause,
  });

export const notFound = (): Problem => new Problem("not_found", "There is no such resource.");

export const invalid = (details: Readonly<Record<string, readonly string[]>>): Problem =>
  new Problem("validation_error", "The request is readable, but its content is not acceptable.", { details });
