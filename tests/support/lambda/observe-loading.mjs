// Loads the files of its arguments, one after the other, and prints the timers, sockets and look-ups that this makes. Then
// it ends by itself, unless one of them keeps it alive.
import { createHook } from "node:async_hooks";

const OBSERVED = /^(Timeout|TCP.*|TLS.*|GETADDRINFOREQWRAP|HTTPCLIENTREQUEST)$/;

const made = [];
createHook({
  init: (_id, type) => {
    if (OBSERVED.test(type)) made.push(type);
  },
}).enable();

for (const file of process.argv.slice(2)) await import(file);
process.stdout.write(JSON.stringify(made));
