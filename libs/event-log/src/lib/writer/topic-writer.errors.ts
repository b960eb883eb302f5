/** The queue is full: the record was certainly not sent. Back-pressure, so the caller may answer 503 at once. */
export class QueueFullError extends Error {
  readonly code = "queue_full";

  constructor(readonly topic: string) {
    super(`too many records wait for ${topic}`);
    this.name = "QueueFullError";
  }
}

/** The record may be in the log, may still come, or may never come. */
export class AppendUnknownError extends Error {
  readonly code = "append_unknown";

  constructor(readonly topic: string, readonly partition: number, options?: ErrorOptions) {
    super(`it is unknown whether a record reached ${topic}/${partition}`, options);
    this.name = "AppendUnknownError";
  }
}

/** One record alone is beyond what a partition takes in one send. */
export class RecordTooLargeError extends Error {
  readonly code = "record_too_large";

  constructor(readonly topic: string, readonly bytes: number) {
    super(`a record of ${bytes} bytes is too large for ${topic}`);
    this.name = "RecordTooLargeError";
  }
}

/** The writer is closed (or closing): the record was certainly not sent. */
export class WriterClosedError extends Error {
  readonly code = "writer_closed";

  constructor(readonly topic: string) {
    super(`the writer of ${topic} is closed`);
    this.name = "WriterClosedError";
  }
}
