import type { Place, PlantedSecret, Violation } from "./journals.js";

/** Nothing that was confided lies anywhere in plain, or in an encoding that anybody can undo. */
export const judgeSecrets = (secrets: readonly PlantedSecret[], places: Iterable<Place>): readonly Violation[] => {
  const found = new Map<string, Violation>();
  const wanted = secrets.map(({ name, secret, plainOnly }) => ({ name, texts: plainOnly === true ? [secret] : formsOf(secret) }));
  for (const { name: place, bytes } of places) {
    const held = typeof bytes === "string" ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const { name, texts } of wanted) {
      // Told by its name: a report must not spread what it complains about.
      if (texts.some((text) => held.includes(text))) found.set(`${name} ${place}`, { rule: "no secret lies about", subject: place, how: `${name} is in it` });
    }
  }
  return [...found.values()];
};

/** As it is, in hexadecimal digits, and as base64 would hold it wherever it begins in the text. */
export const formsOf = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].flatMap((shift) => {
    const from = shift === 0 ? 0 : shift + 1;
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    return (["base64", "base64url"] as const).map((alphabet) => padded.toString(alphabet).replaceAll("=", "").slice(from, -2));
  });
  return [...new Set([secret, bytes.toString("hex"), ...shifted])];
};
