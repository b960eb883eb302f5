const common = {
  rootDir: import.meta.dirname,
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: {
    "^(\\.{1,2}/.*)\\.js$": "$1",
    // Its ES modules import JSON without an attribute, about which Jest warns in every suite.
    "^libphonenumber-js/min$": "<rootDir>/node_modules/libphonenumber-js/min/index.cjs",
  },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript", decorators: true },
          target: "es2024",
          keepClassNames: true,
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: "es6" },
      },
    ],
  },
  modulePathIgnorePatterns: ["/dist/", "<rootDir>/\\.malipo/", "<rootDir>/\\.nx/"],
};

const servers = {
  globalSetup: "<rootDir>/libs/testing/dist/lib/jest-servers.js",
  globalTeardown: "<rootDir>/libs/testing/dist/lib/jest-servers-stop.js",
};

/**
 * unit: nothing but the code. int: a real Kafka and PostgreSQL, shared by the run. e2e: a whole platform each; run with --runInBand.
 */
export default {
  testTimeout: 30_000,
  projects: [
    { ...common, displayName: "unit", testMatch: ["**/*.spec.ts"], testPathIgnorePatterns: ["/node_modules/", "\\.(int|e2e)\\.spec\\.ts$"] },
    { ...common, ...servers, displayName: "int", testMatch: ["**/*.int.spec.ts"] },
    { ...common, displayName: "e2e", testMatch: ["**/*.e2e.spec.ts"] },
  ],
};
