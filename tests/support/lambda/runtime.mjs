// The process of a function: loads and calls it as Lambda does, when its parent tells it to (function-process.ts).
// Arguments: a file with the seconds that the wall clock is ahead, and a factor for all timers. The file can change while
// the process is frozen. Plain JavaScript: a type stripper would cost each process more than the function does.
import { readFileSync } from "node:fs";

const [clockFile = "", slowness = "1"] = process.argv.slice(2);

const { now } = Date;
Date.now = () => now() + Number(readFileSync(clockFile, "utf8")) * 1000;

const { setTimeout } = globalThis;
globalThis.setTimeout = (task, millis, ...args) => setTimeout(task, millis * Number(slowness), ...args);

let handler;
const commands = {
  load: async (file) => {
    ({ handler } = await import(file));
  },
  call: (event) => handler(event, { awsRequestId: "request-1", getRemainingTimeInMillis: () => 10_000 }),
};

process.on("message", async ({ command, argument }) => {
  const outcome = await commands[command](argument).then(
    (value) => ({ value }),
    (error) => ({ error: error.message }),
  );
  process.send(outcome);
});
