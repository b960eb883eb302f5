/** The log is shorter than, or differs from, what this process has already folded: it must stop, and a person must look. */
export class LogTruncatedError extends Error {
  readonly code = "log_truncated";

  constructor(readonly topic: string, readonly partition: number, why: string) {
    super(`${topic}/${partition} is not the log this process has read before: ${why}`);
    this.name = "LogTruncatedError";
  }
}

/** The tail did not reach the asked offset in time. */
export class TailBehindError extends Error {
  readonly code = "tail_behind";

  constructor(readonly topic: string, readonly partition: number, readonly offset: number) {
    super(`${topic}/${partition} was not read up to ${offset} in time`);
    this.name = "TailBehindError";
  }
}
