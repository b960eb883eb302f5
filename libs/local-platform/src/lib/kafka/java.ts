import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const oldestJava = 17;

export class MissingPrerequisiteError extends Error {
  constructor(missing: string, cure: string) {
    super(`${missing}\n${cure}`);
    this.name = "MissingPrerequisiteError";
  }
}

const cure = (what: string): string =>
  `Apache Kafka runs on this machine's Java. ${what} (Debian and Ubuntu: apt-get install openjdk-17-jre-headless maven; ` +
  "macOS: brew install openjdk maven), or set KAFKA_BROKERS to a Kafka that runs already.";

/** "17.0.15" is 17, "1.8.0_412" is 8. */
export const majorOf = (versionOutput: string): number | undefined => {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(versionOutput) ?? [];
  if (first === undefined) return undefined;
  return first === "1" && second !== undefined ? Number(second) : Number(first);
};

/** The java to run, checked: with Java 11 the broker ends in a class version error that names no cure. */
export const findJava = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const java = env["JAVA_HOME"] ? join(env["JAVA_HOME"], "bin", "java") : "java";
  const output = await run(java, ["-version"], { timeout: 20_000 }).then(
    ({ stdout, stderr }) => stderr + stdout,
    () => {
      throw new MissingPrerequisiteError(`No Java found (tried ${java} -version).`, cure("Install Java 17 or newer"));
    },
  );
  const major = majorOf(output);
  if (major === undefined || major < oldestJava) {
    const found = output.split("\n")[0]?.trim() ?? "an unreadable version";
    throw new MissingPrerequisiteError(`Java is too old: ${found}.`, cure("Install Java 17 or newer and set JAVA_HOME to it"));
  }
  return java;
};

export const missingMaven = (): MissingPrerequisiteError =>
  new MissingPrerequisiteError("No Maven found (tried mvn -version).", cure("Maven is needed once, to fetch Kafka: install it"));
