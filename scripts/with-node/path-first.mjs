// @ts-check

import { delimiter } from "node:path";

/**
 * An environment whose search path begins with these folders.
 * @param {readonly string[]} folders
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function pathFirst(folders, env) {
  // Windows spells it Path, and knows only one of two spellings.
  const name = Object.keys(env).find((candidate) => candidate.toUpperCase() === "PATH") ?? "PATH";
  return { ...env, [name]: [...folders, ...(env[name] ? [env[name]] : [])].join(delimiter) };
}
