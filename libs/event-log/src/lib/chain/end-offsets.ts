import type { Ends, EventLog } from "@malipo/ports";

type EndMap = ReadonlyMap<number, Ends>;

/**
 * End offsets of one topic with one request in flight. A waiter joins only a request that was sent after it came: an older
 * answer could miss a record that was acknowledged before it asked.
 */
export class EndOffsets {
  #running: Promise<EndMap> | undefined;
  #next: Promise<EndMap> | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly topic: string,
  ) {}

  latest(): Promise<EndMap> {
    if (this.#running === undefined) return this.#ask();
    return (this.#next ??= this.#running.then(
      () => this.#askNext(),
      () => this.#askNext(),
    ));
  }

  #askNext(): Promise<EndMap> {
    this.#next = undefined;
    return this.#ask();
  }

  #ask(): Promise<EndMap> {
    const request = this.log.ends(this.topic);
    const done = (): void => {
      if (this.#running === request) this.#running = undefined;
    };
    this.#running = request;
    request.then(done, done);
    return request;
  }
}
