import { deferred } from "./deferred.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into events as JSON
export type Json = any;
export type Handler = (event: Json, context: Json) => unknown;

export const ok: Handler = () => ({ statusCode: 200 });

/** A function that never responds. `called` resolves at its first invocation. */
export function hanging(): { readonly handler: Handler; readonly called: Promise<void> } {
  const { promise, resolve } = deferred();
  return {
    handler() {
      resolve();
      return new Promise(() => {});
    },
    called: promise,
  };
}

export const allow: Handler = (event) => policy({ Effect: "Allow", Resource: event.methodArn });

export function policy(statement: Json, rest: Json = {}): Json {
  return {
    principalId: "ann",
    policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", ...statement }] },
    ...rest,
  };
}
