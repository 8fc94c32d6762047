// One cold start, and the calls after it. Arguments: a function's folder, the number of calls and the event as JSON.
// Reports a ColdStart to file descriptor 3. An ES module, as Lambda's own runtime is: the loader of ES modules is
// not the function's cost. Plain JavaScript: a type stripper or `node:perf_hooks` would be loaded before the measurement.
import { existsSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder = "", count = "0", event = "null"] = process.argv.slice(2);
// Lambda looks for the module of `index.handler` in this order.
const entry = ["index.js", "index.mjs", "index.cjs"]
  .map((name) => `${folder}/${name}`)
  .find((file) => existsSync(file));
if (entry === undefined) throw new Error(`No function in ${folder}`);
const require = createRequire(import.meta.url);

const millis = () => Number(process.hrtime.bigint()) / 1e6;

/** The CPU of all threads. */
async function measured(work) {
  const start = millis();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { cost: { ms: millis() - start, cpuMs: (user + system) / 1e3 }, result };
}

function invoke(handler, number) {
  // `crypto.randomUUID` would load WebCrypto, which is a part of the first call.
  const awsRequestId = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const input = JSON.parse(event);
  return measured(() => handler(input, { awsRequestId, getRemainingTimeInMillis: () => 10_000 }));
}

const { cost: load, result } = await measured(() =>
  entry.endsWith(".mjs") ? import(pathToFileURL(entry)) : require(entry),
);
const calls = [];
for (let number = 1; number <= Number(count); number += 1) calls.push(await invoke(result.handler, number));
const report = {
  load,
  calls: calls.map(({ cost }) => cost),
  answers: calls.map(({ result: answer }) => answer),
  rssBytes: process.memoryUsage.rss(),
};
writeSync(3, JSON.stringify(report));
// Open sockets for a next call must not keep the process alive.
process.exit();
