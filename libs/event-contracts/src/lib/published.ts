import type { JsonSchema } from "./codec/index.js";
import { merchantCommands } from "./merchants/commands.js";
import { merchantEvents } from "./merchants/events.js";
import { merchantStateSchemas } from "./merchants/state.js";
import { paymentCommands } from "./payments/commands.js";
import { paymentEvents } from "./payments/events.js";
import { lifecycleChanges } from "./payments/lifecycle.js";

/** Every type ever published, with its schema: what is committed under `schemas/` and `samples/`. */
export const publishedSchemas: ReadonlyMap<string, JsonSchema> = new Map([
  ...paymentEvents.schemas,
  ...paymentCommands.schemas,
  ...lifecycleChanges.schemas,
  ...merchantEvents.schemas,
  ...merchantCommands.schemas,
  ...merchantStateSchemas,
]);
