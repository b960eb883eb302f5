import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One change of one built file; `find` is in it exactly once. */
export type ModulePatch = Readonly<{ module: string; find: string; replace: string }>;

export type PatchSet = Readonly<{
  /** What the changes are together; errors name it. */
  name: string;
  patches: readonly ModulePatch[];
}>;

const workspace = new URL("../../../../../", import.meta.url);

/**
 * Changes modules of the workspace as they are loaded into this thread; those loaded before stay as they are, so call it
 * first and import what is to be changed dynamically. The returned function throws unless every change was made: call it
 * when everything is loaded, since a change of a module that nobody loads is no change.
 */
export const patchModules = ({ name, patches }: PatchSet): (() => void) => {
  const wanted = Map.groupBy(patches, ({ module }) => urlOf(module));
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

const urlOf = (module: string): string => pathToFileURL(pathOfModule(module)).href;

const textOf = (source: string | ArrayBuffer | NodeJS.TypedArray | null | undefined): string => {
  if (source === null || source === undefined) throw new Error("a module without a text cannot be changed");
  return typeof source === "string" ? source : new TextDecoder().decode(source);
};
