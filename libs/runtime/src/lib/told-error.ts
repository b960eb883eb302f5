const causesMax = 5;

/**
 * What of an error is written to the log, and nothing else that hangs on it: a driver's error can carry its connection,
 * with keys and the statement under way, or a detail that quotes the row.
 */
export const toldError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return typeof error === "object" && error !== null ? "[not an error]" : error;
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown };
  const deeper = depth < causesMax;
  return {
    type: error.name,
    message: error.message,
    ...((typeof code === "string" || typeof code === "number") && { code }),
    stack: error.stack,
    ...(cause !== undefined && deeper && { cause: toldError(cause, depth + 1) }),
    ...(Array.isArray(errors) && deeper && { errors: errors.slice(0, causesMax).map((one) => toldError(one, depth + 1)) }),
  };
};
