/** The machine's time plus what the control API has run ahead. */
export class VirtualClock {
  private aheadMs = 0;

  constructor(private readonly wall: () => number = Date.now) {}

  now(): number {
    return this.wall() + this.aheadMs;
  }

  get runAheadMs(): number {
    return this.aheadMs;
  }

  /** Sets the whole distance, because the journal tells a restart the distance and not the steps to it. */
  runAhead(totalMs: number): void {
    this.aheadMs = Math.max(this.aheadMs, totalMs);
  }
}
