import type { Codec, JsonSchema } from "./codec.js";

/** No contract of this name is known here, perhaps because a newer version wrote it: the aggregate is parked. */
export class UnknownTypeError extends Error {
  readonly code = "unknown_type";
  readonly retryable = false;

  constructor(readonly wireType: string) {
    super(`unknown type ${wireType}`);
    this.name = "UnknownTypeError";
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A version that is no longer written but for ever read. `upcast` makes the next version's JSON out of it. */
export type PastVersion = Readonly<{ codec: Pick<Codec<unknown>, "decode" | "jsonSchema">; upcast: (json: JsonObject) => JsonObject }>;

export type Contract<Message> = Readonly<{ name: string; codec: Codec<Message>; past: readonly PastVersion[] }>;

/** `name` without its version; `past[0]` is version 1, and the version that is written comes after the last of them. */
export const contract = <Message>(name: string, codec: Codec<Message>, ...past: readonly PastVersion[]): Contract<Message> => ({
  name,
  codec,
  past,
});

export type Encoded = Readonly<{ type: string; value: unknown }>;

export interface WireTable<Message extends { readonly type: string }> {
  /** The wire type of the version that is written now. */
  wireType(type: Message["type"]): string;
  encode(message: Message): Encoded;
  /**
   * Reads any version ever published, as the present type.
   * @throws UnknownTypeError @throws UndecodableError
   */
  decode(wireType: string, value: unknown): Message;
  /** Every type ever published with its schema: what must be frozen. */
  readonly schemas: ReadonlyMap<string, JsonSchema>;
}

/** The one table between the types in the code and the versioned types on the wire, for one family of messages. */
export const wireTable = <Message extends { readonly type: string }>(contracts: {
  readonly [Type in Message["type"]]: Contract<Extract<Message, { readonly type: Type }>>;
}): WireTable<Message> => {
  const writers = new Map<string, { type: string; codec: Codec<Message> }>();
  const readers = new Map<string, (json: unknown) => Message>();
  const schemas = new Map<string, JsonSchema>();

  for (const [messageType, { name, codec, past }] of Object.entries(contracts) as [string, Contract<Message>][]) {
    const current = `${name}.v${past.length + 1}`;
    writers.set(messageType, { type: current, codec });
    let read: (json: unknown) => Message = codec.decode;
    schemas.set(current, titled(current, codec));
    readers.set(current, read);
    // From the newest of the past to the oldest: each is read by making it one version newer.
    for (let version = past.length; version >= 1; version -= 1) {
      const { codec: pastCodec, upcast } = past[version - 1]!;
      const readNext = read;
      read = (json) => {
        pastCodec.decode(json);
        return readNext(upcast(json as JsonObject));
      };
      readers.set(`${name}.v${version}`, read);
      schemas.set(`${name}.v${version}`, titled(`${name}.v${version}`, pastCodec));
    }
  }

  const writerOf = (type: string): { type: string; codec: Codec<Message> } => {
    const writer = writers.get(type);
    if (writer === undefined) throw new UnknownTypeError(type);
    return writer;
  };

  return {
    wireType: (type) => writerOf(type).type,
    encode: (message) => {
      const { type, codec } = writerOf(message.type);
      return { type, value: codec.encode(message) };
    },
    decode: (wireType, value) => {
      const read = readers.get(wireType);
      if (read === undefined) throw new UnknownTypeError(wireType);
      return read(value);
    },
    schemas,
  };
};

const titled = (wireType: string, codec: Pick<Codec<unknown>, "jsonSchema">): JsonSchema => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: `urn:malipo:${wireType}`,
  title: wireType,
  ...codec.jsonSchema(),
});

