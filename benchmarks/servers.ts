/** The servers that are compared, each a process of its own. */
export const BARE = { label: "bare `ws`, without authorization", file: "benchmarks/subjects/bare-server.ts" };
export const VERIFYING = {
  label: "bare `ws`, a token verified with jose",
  file: "benchmarks/subjects/verifying-server.ts",
};
export const SMALL_API = {
  label: "the emulator, functions that do the least",
  file: "benchmarks/subjects/small-api.ts",
};
export const RUNTIME = {
  label: "`npm start`: authorizer, connect, store, log",
  file: "benchmarks/subjects/local-runtime.ts",
};
