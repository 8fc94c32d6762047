// @ts-check

import { readFileSync } from "node:fs";

/**
 * @typedef {{
 *   version?: string, integrity?: string, link?: boolean, resolved?: string, optional?: boolean,
 *   os?: string | string[], cpu?: string | string[], libc?: string | string[], bin?: Record<string, string>,
 * }} Package
 * @typedef {Record<string, Package>} Packages by path from the project's folder
 * @typedef {{ platform: string, arch: string, libc?: string | undefined }} Machine
 */

/**
 * A lockfile's packages; undefined if it cannot be read.
 * @param {string} file
 * @returns {Packages | undefined}
 */
export function readPackages(file) {
  try {
    const { "": _project, ...packages } = JSON.parse(readFileSync(file, "utf8")).packages;
    return packages;
  } catch {
    return undefined;
  }
}

/**
 * The packages that a lockfile wants on this machine and the folder lacks. npm leaves out optional packages for other
 * machines, but also those that it could not download, with exit status 0.
 * @param {Packages} wanted
 * @param {Packages} installed
 * @param {Machine} machine
 * @returns {string[]} names with versions
 */
export function missingPackages(wanted, installed, machine) {
  return Object.entries(wanted)
    .filter(([path, entry]) => !isSame(entry, installed[path]) && isNeeded(entry, machine))
    .map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`);
}

/**
 * An optional package that names no machine may belong to one for another machine: its absence proves nothing.
 * @param {Package} entry
 * @param {Machine} machine
 */
function isNeeded(entry, machine) {
  return !entry.optional || (entry.os !== undefined && fits(entry, machine));
}

/**
 * npm's rule for `os`, `cpu` and `libc`. A machine without `libc` fits no package that names one.
 * @param {Package} entry
 * @param {Machine} machine
 */
export function fits({ os, cpu, libc }, machine) {
  return allows(os, machine.platform) && allows(cpu, machine.arch) && allows(libc, machine.libc);
}

/**
 * @param {string | string[] | undefined} list
 * @param {string | undefined} value
 */
function allows(list, value) {
  const names = [list ?? []].flat();
  if (names.includes(`!${value}`)) return false;
  const required = names.filter((name) => !name.startsWith("!"));
  return required.length === 0 || (value !== undefined && required.includes(value));
}

/**
 * @param {Package} wanted
 * @param {Package | undefined} installed
 */
function isSame(wanted, installed) {
  if (installed === undefined || wanted.version !== installed.version) return false;
  if (wanted.link) return installed.resolved === wanted.resolved;
  return !wanted.integrity || !installed.integrity || wanted.integrity === installed.integrity;
}
