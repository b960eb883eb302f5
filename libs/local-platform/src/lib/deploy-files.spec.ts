import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { brokerEnvironment } from "./kafka/broker-config.js";
import { writeContainerSecrets } from "./platform/container-secrets.js";
import { platformSecrets } from "./platform/secrets.js";
import { serviceSpecs } from "./platform/service-specs.js";
import { platformSettings, serviceNames } from "./platform/settings.js";

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string; readonly args?: { readonly APP: string } };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
}

const root = join(import.meta.dirname, "../../../..");
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");
const compose = parse(textOf("docker-compose.yml"), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const apps = serviceNames.map((name) => [name, compose.services[name]!] as const);

describe("docker-compose.yml", () => {
  it("runs Kafka, PostgreSQL, the sandbox, and the services, and names every image's version", () => {
    expect(Object.keys(compose.services).sort()).toEqual(["kafka", "postgres", "secrets", ...serviceNames].sort());
    expect(compose.services["kafka"]!.image).toBe("apache/kafka:4.4.0");
    expect(compose.services["postgres"]!.image).toBe("postgres:18");
  });

  it.each(apps)("builds %s from the one Dockerfile", (name, { build }) => {
    expect(build).toMatchObject({ dockerfile: "deploy/Dockerfile", args: { APP: name } });
    expect(existsSync(join(root, "deploy/Dockerfile"))).toBe(true);
  });

  it("lets nothing start before what it needs can do its job", () => {
    for (const [name, { depends_on: needs = {} }] of apps) {
      expect(needs["secrets"]).toEqual({ condition: "service_completed_successfully" });
      if (name !== "provider-sandbox") {
        expect(needs).toMatchObject({ kafka: { condition: "service_healthy" }, postgres: { condition: "service_healthy" } });
      }
      for (const needed of Object.keys(needs)) expect(compose.services).toHaveProperty([needed]);
    }
    expect(compose.services["kafka"]!.healthcheck).toBeDefined();
    expect(compose.services["postgres"]!.healthcheck).toBeDefined();
  });

  it("publishes on loopback only, and mounts only what it declares or what is here", () => {
    for (const { ports = [], volumes = [] } of Object.values(compose.services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      for (const volume of volumes) {
        const source = volume.split(":")[0]!;
        expect(source.startsWith("./") ? existsSync(join(root, source)) : source in compose.volumes).toBe(true);
      }
    }
  });

  it("tells each service everything that npm start tells it", () => {
    const folder = mkdtempSync(join(tmpdir(), "malipo-deploy-"));
    const secrets = platformSecrets(folder);
    writeContainerSecrets(folder, "http://provider-router:3002");
    const started = serviceSpecs(platformSettings(root, {}), secrets, { kafkaBrokers: "k", databaseUrl: "d" });
    const byImage = ["NODE_ENV", "HOST"];
    for (const { name, env } of started) {
      const inFile = readFileSync(join(folder, "env", `${name}.env`), "utf8");
      const given = [...Object.keys(compose.services[name]!.environment ?? {}), ...[...inFile.matchAll(/^(\w+)=/gm)].map((match) => match[1]!)];
      // The sandbox imports nothing of the services and reads nothing that is meant for them.
      const wanted = Object.keys(env).filter((key) => name !== "provider-sandbox" || /^(SANDBOX_(?!URL)|PAWAPAY|DARAJA|PORT)/.test(key));
      expect(given.concat(byImage)).toEqual(expect.arrayContaining(wanted));
    }
    rmSync(folder, { recursive: true });
  });

  it("sets the broker up like the embedded one, where it is not a matter of one machine's speed", () => {
    const embedded = brokerEnvironment({ port: 1, controllerPort: 2, logDir: "/x" });
    const own = /LISTENERS|QUORUM|LOG_DIRS|PROTOCOL_MAP|HEARTBEAT|BROKER_SESSION|THREADS|LINGER|DEDUPE/;
    const shared = Object.fromEntries(Object.entries(embedded).filter(([name]) => !own.test(name)));
    expect(compose.services["kafka"]!.environment).toMatchObject(shared);
  });
});

describe("the image", () => {
  it("is built in stages from files that are here, and does not run as root", () => {
    const dockerfile = textOf("deploy/Dockerfile");
    const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\w+)/gm)].map((match) => match[1]);
    expect(stages).toEqual(["sources", "build", "dependencies", "app"]);
    for (const [, sources] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const source of sources!.split(" ")) expect(existsSync(join(root, source))).toBe(true);
    }
    expect(dockerfile).toContain("\nUSER node\n");
  });

  it("starts through an entry point that any shell can run", () => {
    for (const script of ["deploy/entrypoint.sh", "deploy/postgres/10-role.sh"]) {
      accessSync(join(root, script), constants.X_OK);
      execFileSync("sh", ["-n", join(root, script)]);
    }
  });
});
