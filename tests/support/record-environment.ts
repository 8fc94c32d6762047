// Loads one handler and prints, as JSON, the names of the environment variables that it read. Each handler has its own
// process, since a handler reads its settings once, while it loads.
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
