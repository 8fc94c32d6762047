// biome-ignore lint/suspicious/noExplicitAny: tests look into events as JSON
export type Json = any;
export type Handler = (event: Json, context: Json) => unknown;

export const ok: Handler = () => ({ statusCode: 200 });

export const allow: Handler = (event) => policy({ Effect: "Allow", Resource: event.methodArn });

export function policy(statement: Json, rest: Json = {}): Json {
  return {
    principalId: "ann",
    policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", ...statement }] },
    ...rest,
  };
}
