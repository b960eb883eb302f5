import { describe, expect, it } from "@jest/globals";
import { majorOf } from "./java.js";

describe("the version of Java", () => {
  it("is read from what every vendor prints", () => {
    expect(majorOf('openjdk version "17.0.15" 2025-04-15')).toBe(17);
    expect(majorOf('java version "1.8.0_412"')).toBe(8);
    expect(majorOf('openjdk version "25" 2025-09-16')).toBe(25);
    expect(majorOf("command not found")).toBeUndefined();
  });
});
