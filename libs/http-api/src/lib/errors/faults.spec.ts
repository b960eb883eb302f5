import { describe, expect, it } from "@jest/globals";
import { isTransientFault } from "./faults.js";

const fault = (code: string): Error => Object.assign(new Error("of the database"), { code });

describe("telling a passing fault from a defect", () => {
  it.each([
    ["a refused connection", "ECONNREFUSED"],
    ["a server that shuts down", "57P01"],
    ["a database that was dropped", "3D000"],
    ["a table that is not there yet", "42P01"],
    ["a table whose rights are not there yet", "42501"],
    ["a server that knows none of our roles", "22023"],
    ["a deadlock", "40P01"],
  ])("takes %s for passing, however deep it lies", (_what, code) => {
    expect(isTransientFault(fault(code))).toBe(true);
    expect(isTransientFault(new Error("outer", { cause: new Error("inner", { cause: fault(code) }) }))).toBe(true);
  });

  it.each([["a unique key", "23505"], ["a statement that cannot be read", "42601"], ["a column that is not there", "42703"], ["a text with U+0000", "22021"]])(
    "takes %s for a defect",
    (_what, code) => expect(isTransientFault(fault(code))).toBe(false),
  );

  it("is not led in circles", () => {
    const one = new Error("one");
    one.cause = one;
    expect(isTransientFault(one)).toBe(false);
  });
});
