import type { Journals, Violation } from "../../judges/journals.js";
import { readStories } from "../../judges/story.js";
import type { ProviderLedger } from "./provider-ledger.js";
import type { Letter } from "./webhook-post.js";

/**
 * Once everything was healed, no attempt is left open of which a provider would tell the last word if it were asked, and no
 * charge is unknown of which a webhook was acknowledged. To be looked at before statements are imported: these tell it too,
 * but a day later.
 */
export const judgeLastWords = (ledgers: readonly ProviderLedger[], acknowledged: readonly Letter[], { events }: Journals): readonly Violation[] => {
  const stories = [...readStories(events).stories.values()];
  const open = new Set(stories.flatMap(({ attempts }) => [...attempts].flatMap(([id, attempt]) => (attempt.open ? id : []))));
  const approved = new Set(stories.flatMap((story) => story.approved));
  const forged = new Set(ledgers.flatMap((ledger) => [...ledger.forged]));
  // The other kind is asked by a reference of its own, which a lost reply may have taken with it.
  const askable = ledgers.filter(({ idempotent }) => idempotent).flatMap(({ transactions }) => transactions);
  const unasked = askable.filter(({ body, endedAtMs }) => endedAtMs !== undefined && open.has(body.attemptId));
  const lost = acknowledged.filter(({ webhook: { attemptId, state } }) => state === "approved" && !forged.has(attemptId) && !approved.has(attemptId));
  return [
    ...unasked.map(({ body, state }) => ({ rule: "a last word that can be asked for is heard", subject: body.attemptId, how: `${state}, and nobody has asked` })),
    ...lost.map(({ webhook }) => ({ rule: "an acknowledged webhook is not lost", subject: webhook.attemptId, how: "a charge that nobody knows of" })),
  ];
};
