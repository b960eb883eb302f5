import { Agent } from "undici";
import type { Schedule } from "../clock/schedule.js";
import type { VirtualClock } from "../clock/virtual-clock.js";
import type { HeldOperation } from "../ledger/book.js";
import type { Operation, Outcome, ProviderName, Step } from "../ledger/records.js";

export type Callback = Readonly<{ url: string; body: string }>;

/** How a provider calls back; no callback when it has no address to call. */
export interface CallbackStyle {
  render(operation: Operation, outcome: Outcome, atMs: number): Callback | undefined;
  /** How long it goes on trying from the first try, and the pauses between; the last pause repeats. */
  readonly triesForMs: number;
  readonly pausesMs: readonly number[];
}

const answerWithinMs = 10_000;
const connectionsMax = 128;
const stopWithinMs = 1_000;

/** Posts callbacks at least once: a 200 ends it, anything else is tried again until the provider's patience ends. */
export class CallbackSender {
  private readonly agent = new Agent({
    connections: connectionsMax,
    connectTimeout: answerWithinMs,
    headersTimeout: answerWithinMs,
    bodyTimeout: answerWithinMs,
    keepAliveTimeout: 10_000,
  });
  private readonly firstTries = new Map<string, Promise<void>>();
  private readonly underWay = new Set<Promise<boolean>>();
  private stopped = false;

  constructor(
    private readonly styles: Readonly<Record<ProviderName, CallbackStyle>>,
    private readonly clock: VirtualClock,
    private readonly schedule: Schedule,
    private readonly onTried: (provider: ProviderName, answered: boolean) => void,
  ) {}

  /** `onEnd` is called once: answered with 200, or given up. A stop of the process calls it never, so that the next one resumes. */
  send(held: HeldOperation, step: Step, onEnd: (answered: boolean) => void): void {
    const { provider } = held.operation;
    const style = this.styles[provider];
    const callback = style.render(held.operation, step.outcome, held.settled?.atMs ?? step.atMs);
    if (!callback) return onEnd(false);
    const attempt = async (tries: number): Promise<void> => {
      if (this.stopped) return;
      const answered = await this.tracked(this.post(callback));
      if (this.stopped && !answered) return;
      this.onTried(provider, answered);
      if (answered) return onEnd(true);
      const pauseMs = style.pausesMs[Math.min(tries, style.pausesMs.length - 1)]!;
      if (this.clock.now() + pauseMs > step.atMs + style.triesForMs) return onEnd(false);
      this.schedule.at(this.clock.now() + pauseMs, () => attempt(tries + 1));
    };
    void this.inOrder(held.key, () => attempt(0));
  }

  /** Starts no further try, and waits a moment for the answers to those under way: they need not be repeated then. */
  async close(): Promise<void> {
    this.stopped = true;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, stopWithinMs);
    await Promise.race([Promise.all(this.underWay), late.promise]);
    clearTimeout(timer);
    await this.agent.destroy();
  }

  private async tracked(post: Promise<boolean>): Promise<boolean> {
    this.underWay.add(post);
    try {
      return await post;
    } finally {
      this.underWay.delete(post);
    }
  }

  /** First tries of one operation leave in order, so that what was said last is heard last unless a try is lost. */
  private async inOrder(key: string, first: () => Promise<void>): Promise<void> {
    const before = this.firstTries.get(key);
    const now = before ? before.then(first) : first();
    this.firstTries.set(key, now);
    await now;
    if (this.firstTries.get(key) === now) this.firstTries.delete(key);
  }

  private async post({ url, body }: Callback): Promise<boolean> {
    try {
      const target = new URL(url);
      const { statusCode, body: answer } = await this.agent.request({
        origin: target.origin,
        path: target.pathname + target.search,
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      await answer.dump();
      return statusCode === 200;
    } catch {
      // Refused, reset, or too slow: for the provider all the same, it was not answered with 200.
      return false;
    }
  }
}
