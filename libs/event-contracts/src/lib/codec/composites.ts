import { type AnyCodec, type Codec, UndecodableError, type ValueOf, undecodable, withinStep } from "./codec.js";

export const listOf = <Value>(item: Codec<Value>): Codec<readonly Value[]> => ({
  encode: (values) => values.map((value) => item.encode(value)),
  decode: (json) => {
    if (!Array.isArray(json)) return undecodable("must be a list");
    let index = 0;
    try {
      const values: Value[] = [];
      for (; index < json.length; index += 1) values.push(item.decode(json[index]));
      return values;
    } catch (error) {
      throw withinStep(error, String(index));
    }
  },
  jsonSchema: () => ({ type: "array", items: item.jsonSchema() }),
});

/** An object used as a map: any names, values of one kind. */
export const mapOf = <Value>(item: Codec<Value>): Codec<Readonly<Record<string, Value>>> => ({
  encode: (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, item.encode(value)])),
  decode: (json) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return undecodable("must be an object");
    let at = "";
    try {
      // `fromEntries` defines own properties, so a name such as `__proto__` is only a name.
      return Object.fromEntries(
        Object.entries(json).map(([name, value]) => {
          at = name;
          return [name, item.decode(value)];
        }),
      );
    } catch (error) {
      throw withinStep(error, at);
    }
  },
  jsonSchema: () => ({ type: "object", additionalProperties: item.jsonSchema() }),
});

/** `null` on the wire and in the value; a field that may be absent is `optional` instead. */
export const nullable = <Value>(codec: Codec<Value>): Codec<Value | null> => ({
  encode: (value) => (value === null ? null : codec.encode(value)),
  decode: (json) => (json === null ? null : codec.decode(json)),
  jsonSchema: () => ({ anyOf: [codec.jsonSchema(), { type: "null" }] }),
});

type Members = Readonly<Record<string, AnyCodec>>;

/** One of several shapes, told apart by the word in the field `tag`, which each member also has as a `literal`. */
export const union = <const M extends Members>(tag: string, members: M): Codec<ValueOf<M[keyof M]>> => {
  const byWord: ReadonlyMap<unknown, AnyCodec> = new Map(Object.entries(members));
  const refusal = `must be one of ${Object.keys(members).join(", ")}`;
  return {
    encode: (value) => {
      const member = byWord.get((value as Record<string, unknown>)[tag]);
      if (member === undefined) throw new TypeError(`cannot encode: ${tag} ${refusal}`);
      return member.encode(value);
    },
    decode: (json) => {
      if (typeof json !== "object" || json === null) return undecodable("must be an object");
      const member = byWord.get((json as Record<string, unknown>)[tag]);
      if (member === undefined) throw new UndecodableError(refusal, tag);
      return member.decode(json) as ValueOf<M[keyof M]>;
    },
    jsonSchema: () => ({ oneOf: Object.values(members).map((member) => member.jsonSchema()) }),
  };
};
