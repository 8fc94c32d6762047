// @ts-check

import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Advice } from "./advice.mjs";

const POLL_MS = 200;

/** A lock is empty between its creation and its first line, but never for so long. */
const EMPTY_FOR_MS = 5_000;

/**
 * Two commands at once must not both install: `npm ci` empties the folder that the other one reads. The lock names this
 * process and its npm, so that nothing waits for them after they have ended.
 * @template T
 * @param {string} lock
 * @param {(addProcess: (pid: number) => void) => Promise<T>} work
 */
export async function withLock(lock, work) {
  let isWaiting = false;
  while (!take(lock)) {
    const holders = holdersOf(lock);
    if (holders.every((pid) => !isAlive(pid))) rmSync(lock, { force: true });
    else {
      if (!isWaiting) console.error(`portcullis: process ${holders[0]} is installing; waiting for it`);
      isWaiting = true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  try {
    return await work((pid) => appendFileSync(lock, `${pid}\n`));
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function take(lock) {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST") return false;
    throw new Advice(
      `${lock} cannot be written (${code}): the first command needs a checkout that it can install into`,
    );
  }
}

/** @param {string} lock */
function holdersOf(lock) {
  try {
    const pids = readFileSync(lock, "utf8")
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0);
    const isNew = Date.now() - statSync(lock).mtimeMs < EMPTY_FOR_MS;
    return pids.length === 0 && isNew ? [process.pid] : pids;
  } catch {
    return [];
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH";
  }
}
