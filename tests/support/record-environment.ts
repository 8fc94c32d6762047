// Loads one handler and prints the names of the environment variables that were read on the way, as JSON. A process of
// its own for each: whatever a handler reads, it reads once, while it loads.
const [handler = ""] = process.argv.slice(2);
const read = new Set<string>();
process.env = new Proxy(process.env, {
  get(environment, name) {
    if (typeof name === "string") read.add(name);
    return Reflect.get(environment, name);
  },
});
await import(handler);
process.stdout.write(JSON.stringify([...read]));
