import { createRequire } from "node:module";

type RequestQueue = {
  pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: unknown;
  scheduleCheckPendingRequests(): void;
};

const require = createRequire(import.meta.url);
let cured = false;

/**
 * kafkajs 2.2.4 re-arms a timer of a millisecond for ever on every connection: 900 wake-ups a second for an idle consumer,
 * and a warning about a negative time-out. It is needed only while something waits or the broker has asked for a pause.
 */
export const cureEndlessTimer = (): void => {
  if (cured) return;
  const queue = require("kafkajs/src/network/requestQueue") as { prototype: RequestQueue };
  const schedule = queue.prototype.scheduleCheckPendingRequests;
  queue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
  cured = true;
};
