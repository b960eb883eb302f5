/** At most so many at once of each name; who finds no room waits outside and is called when there is some. */
export class Slots {
  private readonly taken = new Map<string, number>();

  constructor(private readonly max: number, private readonly onRoom: () => void = () => undefined) {}

  tryTake(name: string): boolean {
    const now = this.taken.get(name) ?? 0;
    if (now >= this.max) return false;
    this.taken.set(name, now + 1);
    return true;
  }

  hasRoom(name: string): boolean {
    return (this.taken.get(name) ?? 0) < this.max;
  }

  release(name: string): void {
    this.taken.set(name, Math.max(0, (this.taken.get(name) ?? 0) - 1));
    this.onRoom();
  }

  inUse(): number {
    return [...this.taken.values()].reduce((sum, count) => sum + count, 0);
  }
}
