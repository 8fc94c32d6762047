import type { Plugin } from "esbuild";

/** Modules that packages require while they load and no function uses, with the code that replaces each. */
const STAND_INS: Readonly<Record<string, string>> = {
  // pino's transports are worker threads, started from files that a bundle does not have.
  "thread-stream": 'module.exports = class { constructor() { throw new Error("No transports in a bundle"); } };',
  "./transport": "",
  "./lib/transport": "",
  // pino's ways to print errors, HTTP requests and values that JSON cannot express. Log fields are none of them.
  "pino-std-serializers": "exports.err = (value) => value;",
  "safe-stable-stringify": "exports.configure = () => () => '\"[not serializable]\"';",
  // Only asynchronous destinations are flushed at exit.
  "on-exit-leak-free": "",
  // pino asks whether to flush an asynchronous destination at exit. Ours writes before the call returns.
  worker_threads: "exports.isMainThread = true;",
  // Node's own opens standard error to detect colours; pino only checks one type with it.
  assert: "module.exports = (isTrue, message) => { if (!isTrue) throw new TypeError(message); };",
  // Fields are chosen by an allow-list, not redacted.
  "@pinojs/redact": 'module.exports = () => { throw new Error("No redaction in a bundle"); };',
  // DynamoDB's endpoint discovery makes a cache, and is off.
  "mnemonist/lru-cache": "module.exports = class {};",
  // The SDK reads the AWS configuration files. Node's own module loads readline and file watchers too.
  "node:fs/promises": 'exports.readFile = async (...file) => require("node:fs").readFileSync(...file);',
};

const IMPORTERS = /[\\/]node_modules[\\/](pino|sonic-boom|@aws-sdk[\\/]endpoint-cache|@smithy[\\/]core)[\\/]/;

/** Code that each cold start would parse and run for nothing. */
export const leaveOut: Plugin = {
  name: "leave-out",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${Object.keys(STAND_INS).join("|").replaceAll(".", "[.]")})$`);
    onResolve({ filter }, ({ path, importer }) =>
      IMPORTERS.test(importer) ? { path, namespace: "left-out" } : undefined,
    );
    onLoad({ filter, namespace: "left-out" }, ({ path }) => ({ contents: STAND_INS[path] ?? "" }));
  },
};
