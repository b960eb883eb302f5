import { randomBytes, randomInt, randomUUIDv7 } from "node:crypto";
import type { Random } from "@malipo/ports";

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  below: (bound) => randomInt(bound),
  uuid: () => randomUUIDv7(),
};
