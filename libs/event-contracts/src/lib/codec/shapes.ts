import { type AnyCodec, type Codec, type JsonSchema, type ValueOf, undecodable, withinStep } from "./codec.js";

/** A field that may be absent; absent and `undefined` are the same, and `null` is neither. */
export type OptionalField<Value> = Readonly<{ kind: "optional"; codec: Codec<Value> }>;
/** A field of the value that is not on the wire, because the record's type already says it. */
export type ImpliedField<Value> = Readonly<{ kind: "implied"; value: Value }>;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyField = AnyCodec | OptionalField<any> | ImpliedField<any>;
export type Fields = Readonly<Record<string, AnyField>>;

type OptionalNames<F extends Fields> = { [Name in keyof F]: F[Name] extends { kind: "optional" } ? Name : never }[keyof F];
type FieldValue<F extends AnyField> = F extends { kind: "optional"; codec: Codec<infer Value> }
  ? Value
  : F extends { kind: "implied"; value: infer Value }
    ? Value
    : F extends AnyCodec
      ? ValueOf<F>
      : never;

export type ShapeOf<F extends Fields> = Readonly<
  { [Name in Exclude<keyof F, OptionalNames<F>>]: FieldValue<F[Name]> } & { [Name in OptionalNames<F>]?: FieldValue<F[Name]> }
>;

/** One field for every field of the type, optional where it is optional: to forget one is a compile error. */
export type FieldsOf<Value extends object> = {
  readonly [Name in keyof Value]-?: undefined extends Value[Name]
    ? OptionalField<Exclude<Value[Name], undefined>>
    : Codec<Value[Name]> | (Name extends "type" ? ImpliedField<Value[Name]> : never);
};

export const optional = <Value>(codec: Codec<Value>): OptionalField<Value> => ({ kind: "optional", codec });

export const implied = <const Value>(value: Value): ImpliedField<Value> => ({ kind: "implied", value });

type Step = Readonly<{ name: string; required: boolean; encode: (value: unknown) => unknown; decode: (json: unknown) => unknown }>;
type Plain = Record<string, unknown>;

/** An object of these fields. Use `shapeOf<T>()` where the type is there already. */
export const shape = <const F extends Fields>(fields: F): Codec<ShapeOf<F>> => build(fields) as Codec<ShapeOf<F>>;

/** The codec of a type declared elsewhere: the compiler checks that no field is missing. */
export const shapeOf = <Value extends object>(fields: FieldsOf<Value>): Codec<Value> => build(fields as Fields) as Codec<Value>;

// Everything that depends on the declaration is worked out once, here: decoding is on the hot path of every reader.
const build = (fields: Fields): AnyCodec => {
  const implications: Plain = {};
  const steps: Step[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if ("kind" in field && field.kind === "implied") implications[name] = field.value;
    else {
      const codec = "kind" in field ? field.codec : field;
      steps.push({ name, required: !("kind" in field), encode: codec.encode, decode: codec.decode });
    }
  }

  return {
    encode: (value: Plain) => {
      const json: Plain = {};
      for (const step of steps) {
        const given = value[step.name];
        if (given !== undefined) json[step.name] = step.encode(given);
        else if (step.required) throw new TypeError(`cannot encode without ${step.name}`);
      }
      return json;
    },
    decode: (json: unknown) => {
      if (typeof json !== "object" || json === null || Array.isArray(json)) return undecodable("must be an object");
      const value: Plain = { ...implications };
      let name = "";
      try {
        for (const step of steps) {
          name = step.name;
          const given = (json as Plain)[name];
          if (given !== undefined) value[name] = step.decode(given);
          else if (step.required) undecodable("is missing");
        }
      } catch (error) {
        throw withinStep(error, name);
      }
      return value;
    },
    jsonSchema: (): JsonSchema => ({
      type: "object",
      required: steps.filter(({ required }) => required).map(({ name }) => name),
      properties: Object.fromEntries(
        Object.entries(fields).flatMap(([name, field]) =>
          "kind" in field ? (field.kind === "optional" ? [[name, field.codec.jsonSchema()]] : []) : [[name, field.jsonSchema()]],
        ),
      ),
    }),
  };
};
