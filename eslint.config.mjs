import nx from "@nx/eslint-plugin";
import tseslint from "typescript-eslint";

/**
 * The arrows between packages, by tag: what a package of a kind may import. `libs/*` packages name their kind in
 * package.json under `nx.tags`.
 */
const arrows = {
  domain: ["domain"],
  util: ["util", "domain"],
  contract: ["domain"],
  port: ["port", "domain"],
  infra: ["infra", "port", "contract", "domain", "util"],
  facade: ["port", "domain", "util"],
  provider: ["port", "domain", "util"],
  registry: ["facade", "provider", "port", "domain"],
  testing: ["testing", "tool", "infra", "port", "contract", "domain", "util", "facade", "provider", "registry"],
  app: ["infra", "port", "contract", "domain", "util", "registry"],
  tool: ["*"],
  e2e: ["*"],
};

const depConstraints = Object.entries(arrows).map(([kind, targets]) => ({
  sourceTag: `type:${kind}`,
  onlyDependOnLibsWithTags: targets.map((target) => (target === "*" ? "*" : `type:${target}`)),
}));

const boundaries = (extra = []) => ["error", { enforceBuildableLibDependency: false, allow: [], depConstraints: [...depConstraints, ...extra] }];

const specs = ["**/*.spec.ts", "**/*.conformance.ts", "**/testing/**/*.ts"];

/** Time, timers, randomness, and the way out come through ports, so that the simulation can hold them in its hand. */
const bare = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "Take the time from a Clock." },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take the time from a Clock." },
  { selector: "CallExpression[callee.object.name='performance'][callee.property.name='now']", message: "Take the time from a Clock." },
  { selector: "CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]", message: "Take timers from a Scheduler." },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: "Take randomness from Random." },
  {
    selector: "CallExpression[callee.name=/^(randomBytes|randomInt|randomUUID|randomUUIDv7)$/]",
    message: "Take randomness from Random.",
  },
  { selector: "CallExpression[callee.property.name=/^(randomBytes|randomInt|randomUUID|randomUUIDv7)$/]", message: "Take randomness from Random." },
  { selector: "CallExpression[callee.name='fetch']", message: "Go out through HttpClient." },
];

/** The adapters behind the ports, and what is no part of the platform's core: tools, tests, and the simulated providers. */
const adapters = [
  "libs/runtime/**",
  "libs/outbound-http/**",
  "libs/event-log/src/lib/kafka/**",
  "libs/local-platform/**",
  "libs/testing/**",
  "apps/provider-sandbox/**",
  "apps/cli/**",
  "apps/platform-*/**",
  "libs/simulation/src/main.ts",
];

const purePackages = [
  "libs/kernel/src/**",
  "libs/payment-lifecycle/src/**",
  "libs/merchant-lifecycle/src/**",
  "libs/provider-routing/src/**",
  "libs/callback-delivery/src/**",
  "libs/statement-matching/src/**",
];

const outside = ["@nestjs/*", "typeorm", "kafkajs", "pg", "fastify", "undici", "node:*"];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".malipo/**", ".nx/**", "**/metadata.ts"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommended],
    plugins: { "@nx": nx },
    rules: {
      "@nx/enforce-module-boundaries": boundaries(),
      "no-restricted-syntax": ["error", ...bare],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-empty-function": "off",
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  { files: adapters, rules: { "no-restricted-syntax": "off", "no-console": "off" } },
  { files: purePackages, ignores: specs, rules: { "no-restricted-imports": ["error", { patterns: outside }] } },
  {
    files: specs,
    rules: { "no-restricted-syntax": "off", "no-console": "off", "no-restricted-imports": "off", "@nx/enforce-module-boundaries": "off" },
  },
);
