type Entry = Readonly<{ at: number; key: string }>;

/** What is due first comes first. An entry that is no longer true is left in and found out when it comes up. */
export class DueHeap {
  readonly #entries: Entry[] = [];

  get nextAt(): number | undefined {
    return this.#entries[0]?.at;
  }

  get size(): number {
    return this.#entries.length;
  }

  push(at: number, key: string): void {
    const entries = this.#entries;
    entries.push({ at, key });
    for (let i = entries.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (entries[parent]!.at <= entries[i]!.at) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** The key of the first entry if it is due. */
  popDue(now: number): string | undefined {
    const entries = this.#entries;
    const first = entries[0];
    if (first === undefined || first.at > now) return undefined;
    const last = entries.pop()!;
    if (entries.length > 0) {
      entries[0] = last;
      this.#sink();
    }
    return first.key;
  }

  #sink(): void {
    const entries = this.#entries;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < entries.length && entries[left]!.at < entries[least]!.at) least = left;
      if (right < entries.length && entries[right]!.at < entries[least]!.at) least = right;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(a: number, b: number): void {
    const held = this.#entries[a]!;
    this.#entries[a] = this.#entries[b]!;
    this.#entries[b] = held;
  }
}
