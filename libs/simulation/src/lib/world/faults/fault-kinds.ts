/**
 * Everything that goes wrong in the simulated world, by name. `most` is the highest rate in a world of ordinary wildness:
 * the chance at each occasion, or, for what comes `by` itself, how many times in a seed.
 */
type Kind = Readonly<{ by: "occasion" | "itself"; most: number; what: string }>;

const kinds = {
  // The log.
  late_append: { by: "occasion", most: 0.12, what: "the connection breaks, and the append arrives up to seconds afterwards" },
  duplicated_append: { by: "occasion", most: 0.08, what: "an append arrives a second time" },
  lost_acknowledgement: { by: "occasion", most: 0.08, what: "an append arrives, its answer does not" },
  lost_request: { by: "occasion", most: 0.03, what: "an append never arrives" },
  unanswered_question: { by: "occasion", most: 0.04, what: "ends, a read, or a join is not answered" },
  reconnect: { by: "occasion", most: 0.05, what: "the connection is made anew while an append is out" },
  broker_down: { by: "itself", most: 1, what: "the broker is gone for seconds, and every connection with it" },
  lost_tail: { by: "itself", most: 0.15, what: "the broker comes back without the end of a partition" },
  rebalance: { by: "itself", most: 8, what: "partitions change hands, with two owners for a while" },
  // Processes.
  crash: { by: "itself", most: 8, what: "kill -9 at any await" },
  pause: { by: "itself", most: 7, what: "a process stands still, for longer than its session lasts at times" },
  two_versions: { by: "itself", most: 0.7, what: "the next version of the code, which writes event types of its own, is rolled out process by process" },
  clock_step: { by: "itself", most: 1.5, what: "the wall clock of one process steps and comes back, within the skew and beyond" },
  // The database.
  database_unreachable: { by: "occasion", most: 0.05, what: "one access is not answered" },
  lost_commit_answer: { by: "occasion", most: 0.05, what: "a commit was applied or was not; nobody hears which" },
  database_down: { by: "itself", most: 1, what: "no access is answered for seconds" },
  lagging_projector: { by: "occasion", most: 0.05, what: "a commit of rows takes seconds" },
  emptied_database: { by: "itself", most: 0.4, what: "all tables are emptied, and come back from the log" },
  // Providers.
  provider_refuses: { by: "occasion", most: 0.1, what: "no connection to the provider: nothing was sent" },
  provider_request_lost: { by: "occasion", most: 0.08, what: "the request is out and never arrives" },
  provider_silent: { by: "occasion", most: 0.1, what: "the provider takes the request and does not answer" },
  charge_then_reset: { by: "occasion", most: 0.15, what: "the provider takes the request, and the connection is reset" },
  provider_query_lost: { by: "occasion", most: 0.3, what: "a status query is not answered" },
  provider_down: { by: "itself", most: 1, what: "one provider takes nothing and answers nothing for seconds" },
  slow_visibility: { by: "occasion", most: 0.3, what: "a query does not find what was taken, for nearly as long as is declared" },
  // Webhooks.
  webhook_lost: { by: "occasion", most: 0.3, what: "never told" },
  webhook_repeated: { by: "occasion", most: 0.3, what: "told again though it was acknowledged" },
  webhook_shuffled: { by: "occasion", most: 0.2, what: "told late, after what came later" },
  webhook_day_late: { by: "occasion", most: 0.01, what: "told a day later, after a night in which the platform was stopped" },
  webhook_contradicting: { by: "occasion", most: 0.1, what: "says that a charge was declined" },
  webhook_forged: { by: "occasion", most: 0.1, what: "says that a declined attempt was charged" },
  // Merchants.
  impatient_merchant: { by: "occasion", most: 0.5, what: "the same create twice at once, from two programs" },
  reused_key: { by: "occasion", most: 0.2, what: "the Idempotency-Key of another payment" },
  changed_body: { by: "occasion", most: 0.3, what: "another body under the same reference or Idempotency-Key" },
  endpoint_unreachable: { by: "occasion", most: 0.1, what: "no connection to the merchant" },
  endpoint_failing: { by: "occasion", most: 0.15, what: "500 or 503" },
  endpoint_refuses: { by: "occasion", most: 0.05, what: "400 or 404: three of them park a callback" },
  endpoint_gone: { by: "occasion", most: 0.04, what: "410" },
  endpoint_limits: { by: "occasion", most: 0.06, what: "429" },
  endpoint_slow: { by: "occasion", most: 0.08, what: "accepted after seconds, at times after the deadline" },
  callback_answer_lost: { by: "occasion", most: 0.15, what: "accepted, and the answer is lost" },
  endpoint_dead: { by: "itself", most: 0.3, what: "one merchant's endpoint is dead for minutes" },
  endpoint_flapping: { by: "itself", most: 0.5, what: "one merchant's endpoint comes and goes" },
  // Keys.
  callback_secret_rotated: { by: "itself", most: 1, what: "a new signing secret, the old one beside it for a while" },
  evidence_key_of_next_day: { by: "itself", most: 0.4, what: "midnight falls into the run, and evidence is sealed with another key" },
  payer_erased: { by: "itself", most: 0.5, what: "a payer's data keys are deleted while payments are under way" },
  key_store_unreachable: { by: "occasion", most: 0.01, what: "sealing or opening fails" },
} as const satisfies Record<string, Kind>;

export type FaultKind = keyof typeof kinds;
export type FaultTable = Readonly<Record<FaultKind, Kind>>;

export const faultTable: FaultTable = kinds;
export const faultKinds = Object.keys(kinds) as readonly FaultKind[];
export const isFaultKind = (text: string): text is FaultKind => Object.hasOwn(kinds, text);
