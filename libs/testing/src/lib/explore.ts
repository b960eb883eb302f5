/** What can happen next: in words, where it leads, and what rule it breaks, if any. */
export type Step<State> = Readonly<{ what: string; to: State; wrong?: string }>;

export type Model<State> = Readonly<{
  start: State;
  stepsFrom: (state: State) => readonly Step<State>[] | Promise<readonly Step<State>[]>;
  /** Equal for states that have the same future. */
  keyOf: (state: State) => string;
  /** States that are counted, so that a spec can tell that the model gets anywhere. */
  isCounted: (state: State) => boolean;
}>;

export type Explored = Readonly<{
  states: number;
  counted: number;
  /** The first rule that was broken, and the shortest way there; nothing where all was seen and none was. */
  wrong: string | undefined;
  path: readonly string[];
  /** Every kind of step, with `n` for its numbers. */
  happened: ReadonlySet<string>;
}>;

/** Every state that can be reached, in every order of steps, each once; ends at the first broken rule. */
export const explore = async <State>({ start, stepsFrom, keyOf, isCounted }: Model<State>): Promise<Explored> => {
  const seen = new Map<string, readonly [from: string, what: string]>([[keyOf(start), ["", ""]]]);
  let front: (readonly [key: string, state: State])[] = [[keyOf(start), start]];
  const happened = new Set<string>();
  let counted = 0;
  while (front.length > 0) {
    const next: (readonly [string, State])[] = [];
    for (const [key, state] of front) {
      if (isCounted(state)) counted += 1;
      for (const { what, to, wrong } of await stepsFrom(state)) {
        happened.add(what.replace(/\d+(\.\d+)?/g, "n"));
        if (wrong !== undefined) return { states: seen.size, counted, wrong, path: [...pathTo(seen, key), `${what}: ${wrong}`], happened };
        const keyTo = keyOf(to);
        if (seen.has(keyTo)) continue;
        seen.set(keyTo, [key, what]);
        next.push([keyTo, to]);
      }
    }
    front = next;
  }
  return { states: seen.size, counted, wrong: undefined, path: [], happened };
};

const pathTo = (seen: ReadonlyMap<string, readonly [string, string]>, key: string): string[] => {
  const path: string[] = [];
  for (let at = key; ; ) {
    const [from, what] = seen.get(at)!;
    if (from === "") return path;
    path.unshift(what);
    at = from;
  }
};
