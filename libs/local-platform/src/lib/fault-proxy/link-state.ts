import type { LinkFault } from "./link-fault.js";

/** What is wrong with a link now, and waiting that ends early when that changes. */
export class LinkState {
  private readonly waiting = new Set<() => void>();
  private current: LinkFault = {};

  get fault(): LinkFault {
    return this.current;
  }

  set(fault: LinkFault): void {
    this.current = fault;
    for (const wake of [...this.waiting]) wake();
  }

  /** Settles once `remainingMs` answers nothing more to wait for, asked again after every change; or when it is over. */
  async wait(remainingMs: (fault: LinkFault) => number, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const ms = remainingMs(this.current);
      if (ms <= 0) return;
      await this.sleep(ms, over);
    }
  }

  private sleep(ms: number, over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(() => wake(), ms) : undefined;
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        over.removeEventListener("abort", wake);
        resolve();
      };
      this.waiting.add(wake);
      over.addEventListener("abort", wake);
    });
  }
}
