// Fields that they add to a request are part of what this package offers.
import "./lib/service/body-parser.js";
import "./lib/service/request-context.js";
export * from "./lib/errors/faults.js";
export * from "./lib/errors/problem.filter.js";
export * from "./lib/errors/problem.js";
export * from "./lib/errors/refusals.js";
export * from "./lib/errors/to-problem.js";
export * from "./lib/errors/validation.js";
export * from "./lib/guards/admin.guard.js";
export * from "./lib/guards/params.js";
export * from "./lib/limits/in-flight-limit.js";
export * from "./lib/limits/rate-limiter.js";
export * from "./lib/limits/sql-rate-store.js";
export * from "./lib/service/http-app.js";
export type { HttpAppOptions } from "./lib/service/http-options.js";
export * from "./lib/service/start-http-service.js";
export * from "./lib/strict-json/json-value.js";
export * from "./lib/strict-json/read-json.js";
