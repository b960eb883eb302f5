/*
 * What a run leaves behind, as plain as it can be: bytes of the log, and what clients, providers, and merchants wrote down
 * for themselves. Judges import nothing of what they judge, and nothing here was made by it but the log and the rows.
 *
 * All `…Ms` times are milliseconds since 1970 on one clock of the run that nobody steps: in the simulation the world's, on
 * the real stack that of the machine that drives it. A journal that a caller cannot keep is left out, and the rules that
 * need it are then silent: `judge` is a verdict only over what it was given.
 */

/**
 * One record as the broker has it, void ones included. A `StoredRecord` of the log port is one as it is; of a dump
 * through a Kafka client take the offset as a number, and headers and key as they come.
 */
export type RawRecord = Readonly<{
  topic: string;
  partition: number;
  offset: number;
  key: string | Uint8Array;
  value: Uint8Array;
  headers: Readonly<Record<string, string | Uint8Array>>;
  /** The broker's append time. */
  appendedAtMs?: number;
}>;

/** A valid record of `payments.events.v1`; the list of a partition is in offset order. */
export type LoggedEvent = Readonly<{
  partition: number;
  offset: number;
  /** `ce_type`. */
  type: string;
  /** `ce_type`, where a version yet to come has another word for `type`. */
  writtenAs?: string;
  /** `ce_subject`. */
  subject: string;
  value: Readonly<Record<string, unknown>>;
  /** Place among the valid records of its partition, from 1. */
  seq?: number;
  /** Of the record, in hexadecimal digits: the head of the chain behind it. */
  digest?: string;
  /** `ce_causation`: the command that it answers. */
  causation?: string;
  /** `ce_account`. */
  account?: string;
  /** `ce_aggversion`. */
  aggregateVersion?: number;
  appendedAtMs?: number;
}>;

/** A record of a chained topic that does not continue the chain, and why. What it says never happened. */
export type VoidRecord = Omit<LoggedEvent, "seq" | "digest"> & Readonly<{ why: "no_link" | "other_prev" | "other_seq" }>;

/** Where the judges' own reading of a chained partition has come to: after `offset` records, `seq` of them valid. */
export type ChainHead = Readonly<{ partition: number; offset: number; seq: number; head: string }>;

/** A command as it was sent; one of an API must not be decided after `decideBeforeMs`. */
export type SentCommand = Readonly<{ id: string; type: string; subject: string; partition: number; offset: number; decideBeforeMs?: number; appendedAtMs?: number }>;

/** A public change as `payments.lifecycle.v1` tells it. */
export type ToldChange = Readonly<{ id: string; paymentId: string; version: number; status: string; type: string }>;

/** A callback that the platform gave up or was refused, on record for a person: `<partition>-<seq>` of the causing event. */
export type ParkedCallback = Readonly<{ deliveryId: string; paymentId: string; reason: string; appendedAtMs?: number }>;

/** What the topics tell, read by `TopicsReader` or `readTopics`. */
export type TopicJournals = Readonly<{
  events: readonly LoggedEvent[];
  voids: readonly VoidRecord[];
  heads: readonly ChainHead[];
  commands: readonly SentCommand[];
  told: readonly ToldChange[];
  parked: readonly ParkedCallback[];
  /** Records that lie where their chain does not allow any reading on, such as a hole in the offsets. */
  unreadable: readonly Violation[];
}>;

/**
 * One request of a client and what it was answered, written down by the client. Requests that got no answer are in it too:
 * without them nobody can say what may still happen.
 */
export type ClientRequest = Readonly<{
  /** `refund`, `cancel`, and others may follow; rules look at the kinds that they know. */
  kind: "create" | "status";
  /** `<merchantId>/<mode>`. */
  account: string;
  /** The merchant's reference that a create names. */
  reference?: string;
  /** What a status read asks for. */
  orderNumber?: string;
  idempotencyKey?: string;
  /** As it was sent, so that a changed body can be told from a repeated one. */
  body?: string;
  /** Just before the first byte was sent. */
  beganMs: number;
  /** Just after the answer was read, or when the client gave up. */
  endedMs: number;
  /** Absent: none came. */
  answer?: ClientAnswer;
}>;

export type ClientAnswer = Readonly<{
  status: number;
  body: string;
  /** The error's code in a 4xx or 5xx, such as `reference_already_used`. */
  code?: string;
  /** Of the body, or of its `details`. */
  orderNumber?: string;
  /** Public version and status, where the body has them. */
  version?: number;
  paymentStatus?: string;
  /** Whether `Idempotent-Replayed: true` came with it. */
  replayed?: boolean;
}>;

/** A provider's own ledger. `received`: a collect request came in, whatever was answered. `charged`: the payer's money moved. */
export type ProviderEntry = Readonly<{
  kind: "received" | "charged";
  provider: string;
  /** Our attempt id as the request carried it; a provider that keeps none has the payment id instead. */
  attemptId?: string;
  paymentId?: string;
  amount: string;
  currency: string;
  /** Which process sent it, where the run knows: `<instance>#<nonce>`. */
  caller?: string;
  atMs?: number;
}>;

/** A callback as the merchant accepted it (2xx), in the order of acceptance. */
export type AcceptedCallback = Readonly<{
  orderNumber: string;
  reference: string;
  version: number;
  type: string;
  status: string;
  /** What the merchant found when it checked the signature over the raw bytes; absent where it does not check. */
  signed?: boolean;
  atMs?: number;
}>;

/** A row with the table's own column names; times as `Date`, ISO text, or milliseconds; `bytea` as bytes or hexadecimal. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows of one snapshot (`repeatable read`), the checkpoints of the payments projection among them. */
export type DatabaseRows = Readonly<{
  /** `projection_checkpoints` of the consumer that writes these rows, for `payments.events.v1` alone. */
  checkpoints: readonly Row[];
  payment_events: readonly Row[];
  payment_summaries: readonly Row[];
  payment_attempts: readonly Row[];
  payment_reviews: readonly Row[];
  request_keys: readonly Row[];
}>;

/** Something confided that must be nowhere in plain, nor merely encoded. `name` is what a violation says instead of it. */
export type PlantedSecret = Readonly<{
  name: string;
  secret: string;
  /** True: only the text itself is looked for, not its base64 and hexadecimal forms. */
  plainOnly?: boolean;
}>;

/** Where a secret must not be: a record, a row, a log file, a trace, an answer. */
export type Place = Readonly<{ name: string; bytes: Uint8Array | string }>;

export type Journals = Readonly<{
  events: readonly LoggedEvent[];
  provider: readonly ProviderEntry[];
  callbacks: readonly AcceptedCallback[];
}> &
  Partial<Omit<TopicJournals, "events">> &
  Readonly<{
    requests?: readonly ClientRequest[];
    rows?: DatabaseRows;
    /** Attempts of which somebody claimed without a signature that they were paid: approved by a forger, charged by nobody. */
    forged?: ReadonlySet<string>;
    secrets?: readonly PlantedSecret[];
    places?: Iterable<Place>;
  }>;

/** `stopped`: a look in between, when much may be under way. `settled`: everything was healed and has come to rest. */
export type End = "stopped" | "settled";

/** A rule that was broken, of which payment, attempt, or order, and how. */
export type Violation = Readonly<{ rule: string; subject: string; how: string }>;
export type Fault = Violation;
