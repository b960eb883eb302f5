/** Codes of faults around us after which a retry is right: nothing is known to be wrong with the request. */
const transientCodes = new Set([
  "log_unavailable",
  "not_decided",
  "database_unavailable",
  "keys_unavailable",
  "not_ready",
  "queue_full",
  "writer_closed",
  "append_unknown",
  "tail_behind",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/**
 * PostgreSQL classes that tell of the server's state rather than of our statement: connection, roles and databases that
 * are gone, rolled back transactions, missing objects and rights (a dropped or half restored database, a new server that
 * has not heard of our roles: 22023 is how it refuses to act as one), resources, shutdown.
 */
const sqlStateForm = /^(08|28|3D|3F|40|53|55|57|58)[0-9A-Z]{3}$|^(42P01|42501|42704|22023)$/;

/** Whether an error, or what caused it, is of the passing kind. */
export const isTransientFault = (error: unknown): boolean => {
  let seen = 0;
  for (let cause: unknown = error; cause instanceof Error && seen < 6; cause = cause.cause, seen += 1) {
    const code: unknown = (cause as { code?: unknown }).code;
    if (typeof code === "string" && (transientCodes.has(code) || sqlStateForm.test(code))) return true;
    const driver: unknown = (cause as { driverError?: unknown }).driverError;
    if (driver instanceof Error && driver !== cause && isTransientFault(driver)) return true;
  }
  return false;
};
