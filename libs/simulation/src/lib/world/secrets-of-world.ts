import { topics } from "@malipo/event-contracts";
import type { Place, PlantedSecret } from "../judges/journals.js";
import { recordsOf } from "./journals-of-world.js";
import { payers } from "./merchants/customers.js";
import { callbackUrlOf } from "./merchants/merchant-endpoint.js";
import type { World } from "./world.js";

/** What merchants and payers confided, and every record and row in which it must not be found. */
export const secretsOf = (world: World): Readonly<{ secrets: readonly PlantedSecret[]; places: Iterable<Place> }> => ({
  secrets: [
    ...payers.map((secret, index) => ({ name: `the number of payer ${index + 1}`, secret })),
    ...world.accounts.map((account) => ({ name: "the token of a callback's URL", secret: new URL(callbackUrlOf(account)).searchParams.get("token")! })),
    ...world.secrets.everUsed.map((secret) => ({ name: "a signing secret", secret })),
  ],
  places: placesOf(world),
});

function* placesOf(world: World): Iterable<Place> {
  for (const topic of Object.keys(topics)) {
    for (const { partition, offset, key, value, headers } of recordsOf(world, topic)) {
      const name = `${topic}/${partition}/${offset}`;
      yield { name, bytes: value };
      yield { name: `${name} beside its value`, bytes: [key, ...Object.values(headers).map((header) => Buffer.from(header).toString("latin1"))].join("\n") };
    }
  }
  const rows = world.tables.payments.rows();
  for (const [table, held] of Object.entries(rows)) yield { name: `the rows of ${table}`, bytes: JSON.stringify(held, plain) };
}

const plain = (_name: string, value: unknown): unknown => {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
};
