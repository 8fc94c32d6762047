import { randomUUID } from "node:crypto";
import type { HttpService } from "../http/http-service.ts";

/** Services that run elsewhere, by the prefix of their operations: how to name their address. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  [
    "DynamoDB_20120810",
    "DynamoDB is not emulated. Start DynamoDB Local and give its address: --dynamodb-endpoint http://127.0.0.1:8000, or " +
      "the option endpoints.dynamodb",
  ],
]);

/**
 * Answers operations of services that are not emulated with an error that says so. SDKs do not repeat them, as they
 * would after other errors.
 */
export const unemulatedServices: HttpService = async ({ method, headers }) => {
  const [prefix = "", operation] = String(headers["x-amz-target"] ?? "").split(".");
  if (method !== "POST" || operation === undefined) return undefined;
  const message = ELSEWHERE.get(prefix) ?? `${prefix}.${operation} is not emulated`;
  return {
    status: 400,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": randomUUID() },
    body: JSON.stringify({ __type: "com.amazon.coral.service#UnknownOperationException", message }),
  };
};
