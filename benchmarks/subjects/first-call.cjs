// One cold start: loads a bundle as Lambda does and calls it once. Arguments: the bundle and, if it is to be called, its
// event as JSON. Reports a ColdStart to file descriptor 3. Plain JavaScript that requires nothing else: a type
// stripper or `node:perf_hooks` would be loaded before the measurement.
const { writeSync } = require("node:fs");

const [bundle, event] = process.argv.slice(2);
const context = { awsRequestId: "00000000-0000-4000-8000-000000000001", getRemainingTimeInMillis: () => 10_000 };

const millis = () => Number(process.hrtime.bigint()) / 1e6;

async function coldStart() {
  const input = event === undefined ? undefined : JSON.parse(event);
  const start = millis();
  const { handler } = require(bundle);
  const loaded = millis();
  const answer = input === undefined ? undefined : await handler(input, context);
  const answered = millis();
  return { loadMs: loaded - start, totalMs: answered - start, rssBytes: process.memoryUsage.rss(), answer };
}

void coldStart().then((report) => {
  writeSync(3, JSON.stringify(report));
  // Open sockets for a next call must not keep the process alive.
  process.exit();
});
