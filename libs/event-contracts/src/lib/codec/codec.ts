/** JSON Schema, draft 2020-12, as far as our codecs need it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The two directions of one wire shape. `decode` is strict about what it reads (a wrong type or a missing field throws)
 * and blind to fields it does not know, so that a newer writer may add one.
 */
export interface Codec<Value> {
  /** A value that JSON.stringify writes as it is, with the fields in the order of their declaration. */
  readonly encode: (value: Value) => unknown;
  /** @throws UndecodableError naming the field. */
  readonly decode: (json: unknown) => Value;
  readonly jsonSchema: () => JsonSchema;
}

// The one place where a codec's value type is forgotten, so that codecs of all types fit into one table.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyCodec = Codec<any>;

export type ValueOf<C extends AnyCodec> = C extends Codec<infer Value> ? Value : never;

/** The record is not what its type says. Whoever reads it parks it; reading it again would not help. */
export class UndecodableError extends Error {
  readonly code = "undecodable";
  readonly retryable = false;

  constructor(
    private readonly why: string,
    /** Where in the value, such as `outcome.kind`; empty for the value itself. */
    readonly path = "",
  ) {
    super(path === "" ? why : `${path}: ${why}`);
    this.name = "UndecodableError";
  }

  /** The same fault seen from the enclosing value. Never holds the offending value itself, which may be personal data. */
  within(step: string): UndecodableError {
    return new UndecodableError(this.why, this.path === "" ? step : `${step}.${this.path}`);
  }
}

export const undecodable = (why: string): never => {
  throw new UndecodableError(why);
};

/** For catch blocks: adds where we are to an UndecodableError, and passes on anything else. */
export const withinStep = (error: unknown, step: string): unknown =>
  error instanceof UndecodableError ? error.within(step) : error;
