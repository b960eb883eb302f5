import { type Env, seconds, wholeNumber } from "@malipo/runtime";
import { productionPolls, readPollDelays } from "@malipo/provider-routing";
import type { RouterConfig } from "./router-ports.js";

/** Environment to one frozen object. @throws ConfigurationError or RangeError naming what is wrong. */
export const readRouterConfig = (env: Env, instance: string): RouterConfig => {
  const firstPolls = env["POLL_DELAYS_S"];
  return Object.freeze({
    instance,
    times: {
      sendBeforeMs: seconds(env, "SEND_BEFORE_S", 10),
      skewMs: seconds(env, "SKEW_S", 2),
      callDeadlineMs: seconds(env, "PROVIDER_CALL_S", 30),
      queryDeadlineMs: seconds(env, "PROVIDER_QUERY_S", 10),
      polls: firstPolls ? { ...productionPolls, firstMs: readPollDelays(firstPolls) } : productionPolls,
    },
    callsPerProviderMax: wholeNumber(env, "CALLS_PER_PROVIDER_MAX", 128),
    queriesPerProviderMax: wholeNumber(env, "QUERIES_PER_PROVIDER_MAX", 64),
  });
};
