import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One change of one built file; `find` is in it exactly once. */
export type ModulePatch = Readonly<{ module: string; find: string; replace: string }>;

export type PatchSet = Readonly<{
  /** What the changes are together; errors name it. */
  name: string;
  patches: readonly ModulePatch[];
  /** Absent: the changes hold for the whole thread. A word: only for the copy of the modules that `importCopy` loads. */
  copy?: string;
}>;

const workspace = new URL("../../../../../", import.meta.url);
const ofThirdParties = "/node_modules/";

/**
 * Changes modules of the workspace as they are loaded into this thread; those loaded before stay as they are, so call it
 * first and import what is to be changed dynamically. The returned function throws unless every change was made: call it
 * when everything is loaded, since a change of a module that nobody loads is no change.
 */
export const patchModules = ({ name, patches, copy }: PatchSet): (() => void) => {
  const wanted = Map.groupBy(patches, ({ module }) => urlOf(module, copy));
  const made = new Set<string>();
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const changes = wanted.get(url);
      if (changes === undefined) return loaded;
      made.add(url);
      const source = changes.reduce((text, patch) => patched(text, patch, name), textOf(loaded.source));
      return { ...loaded, source };
    },
  });
  return () => {
    for (const [url, [first]] of wanted) if (!made.has(url)) throw new Error(`${name}: ${first!.module} was never loaded`);
  };
};

/** The text with the change made. @throws Error unless the text to replace is there exactly once. */
export const patched = (text: string, { module, find, replace }: ModulePatch, name: string): string => {
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`${name}: ${module} holds the text to replace ${times} times: ${find}`);
  return text.replace(find, () => replace);
};

/** Where a module is that a patch names by its path in the workspace. */
export const pathOfModule = (module: string): string => resolve(fileURLToPath(workspace), module);

export type CopyOptions = Readonly<{
  /** Names the copy; one name is loaded once. */
  copy: string;
  /** Module of the workspace to load, by its path from the root: `apps/payment-intake/dist/index.js`. */
  module: string;
  /**
   * Which modules are not copied: paths from the root begin with one of these. What both copies hand to each other and test
   * by class (errors of a port) must be the same class for both.
   */
  shared: readonly string[];
}>;

/**
 * Loads a module of the workspace and everything of the workspace below it once more, beside what is loaded already: two
 * versions of the code in one process. Call `patchModules` with the same `copy` before to make the copy differ.
 */
export const importCopy = async ({ copy, module, shared }: CopyOptions): Promise<unknown> => {
  const query = queryOf(copy);
  const sharedUrls = shared.map((path) => urlOf(path, undefined));
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const found = nextResolve(specifier, context);
      if (context.parentURL?.endsWith(query) !== true || !isOurs(found.url)) return found;
      if (found.url.includes("?") || sharedUrls.some((url) => found.url.startsWith(url))) return found;
      return { ...found, url: `${found.url}${query}` };
    },
  });
  try {
    return await import(urlOf(module, copy));
  } finally {
    hooks.deregister();
  }
};

const queryOf = (copy: string): string => `?copy=${copy}`;

const urlOf = (module: string, copy: string | undefined): string =>
  `${pathToFileURL(pathOfModule(module)).href}${copy === undefined ? "" : queryOf(copy)}`;

const isOurs = (url: string): boolean => url.startsWith(workspace.href) && !url.includes(ofThirdParties);

const textOf = (source: string | ArrayBuffer | NodeJS.TypedArray | null | undefined): string => {
  if (source === null || source === undefined) throw new Error("a module without a text cannot be changed");
  return typeof source === "string" ? source : new TextDecoder().decode(source);
};
