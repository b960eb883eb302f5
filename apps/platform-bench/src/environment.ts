/**
 * The providers answer at once, so that what is measured is ours; the services' own log lines stay as in production. No
 * failpoints: looking for one is a system call each time.
 */
export const benchEnvironment = { SANDBOX_LATENCY_MS: "0", NODE_ENV: "production", FAILPOINT_DIR: "" };
