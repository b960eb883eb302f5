import type { Random } from "@malipo/ports";

/** The same stream for the same seed (xorshift128). Not for secrets. */
export class SeededRandom implements Random {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    let z = seed >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      z = (z + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0 || 1;
    });
  }

  /** A number in [0, 1). */
  share(): number {
    return this.#next() / 0x1_0000_0000;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.share() < probability;
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  below(bound: number): number {
    return Math.floor(this.share() * bound);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#next() & 0xff);
  }

  uuid(): string {
    const hex = Buffer.from(this.bytes(16)).toString("hex");
    const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** A stream of its own, so that one more draw here does not change everything elsewhere. */
  fork(): SeededRandom {
    return new SeededRandom(this.#next());
  }

  #next(): number {
    const [x, y, z, w] = this.#state as unknown as [number, number, number, number];
    let t = x ^ (x << 11);
    t = (t ^ (t >>> 8)) >>> 0;
    const next = (w ^ (w >>> 19) ^ t) >>> 0;
    this.#state.set([y, z, w, next]);
    return next;
  }
}
