import type { Plugin } from "esbuild";

/** What packages require while they load and no function here uses, and what stands in for it. */
const STAND_INS: Readonly<Record<string, string>> = {
  // pino's transports are worker threads, started from files that a bundle has not: they could not work.
  "thread-stream": 'module.exports = class { constructor() { throw new Error("No transports in a bundle"); } };',
  // pino asks whether to flush an asynchronous destination at exit. Ours writes before the call returns.
  worker_threads: "exports.isMainThread = true;",
  // Node's own opens standard error to learn its colours; what pino asks of it is to check one type.
  assert: "module.exports = (isTrue, message) => { if (!isTrue) throw new TypeError(message); };",
  // Fields are chosen by an allow-list, not redacted.
  "@pinojs/redact": 'module.exports = () => { throw new Error("No redaction in a bundle"); };',
  // DynamoDB's endpoint discovery makes one, and is off: it is asked nothing.
  "mnemonist/lru-cache": "module.exports = class {};",
  // Reads the AWS configuration files. Node's own brings readline and its file watchers along.
  "node:fs/promises": 'exports.readFile = require("node:util").promisify(require("node:fs").readFile);',
};

const IMPORTERS = /[\\/]node_modules[\\/](pino|sonic-boom|@aws-sdk[\\/]endpoint-cache|@smithy[\\/]core)[\\/]/;

/** 12 KB of each bundle, and 3 to 4 ms of a cold start where the authorizer's whole one takes 70. */
export const leaveOut: Plugin = {
  name: "leave-out",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${Object.keys(STAND_INS).join("|")})$`);
    onResolve({ filter }, ({ path, importer }) =>
      IMPORTERS.test(importer) ? { path, namespace: "left-out" } : undefined,
    );
    onLoad({ filter, namespace: "left-out" }, ({ path }) => ({ contents: STAND_INS[path] ?? "" }));
  },
};
