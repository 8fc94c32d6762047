import type { AwsRequest } from "./aws-stand-in.ts";
import { shareOfCore } from "./function-memory.ts";

/** The assumed time of one call out, since a stand-in on loopback takes none. The table of times names them. */
export const WAIT_MILLIS = { DynamoDB: 4, "Secrets Manager": 8, SQS: 8, "@connections": 8 } as const;

type Service = keyof typeof WAIT_MILLIS;

const TARGETS: Readonly<Record<string, Service>> = {
  DynamoDB_20120810: "DynamoDB",
  secretsmanager: "Secrets Manager",
  AmazonSQS: "SQS",
};

/** Dollars, us-east-1, arm64, first tier: aws.amazon.com/lambda/pricing. */
export const PRICES = { gigabyteSecond: 0.0000133334, millionRequests: 0.2 } as const;

export type Usage = {
  readonly loadMs: number;
  readonly firstCpuMs: number;
  readonly warmCpuMs: number;
  readonly waitMillis: { readonly load: number; readonly first: number; readonly warm: number };
};

/** The wait for requests that are made one after the other. */
export function waitMillisOf(requests: readonly AwsRequest[]): number {
  return requests.reduce((sum, request) => sum + WAIT_MILLIS[serviceOf(request)], 0);
}

/** `@connections` is the one API here without the AWS JSON protocols, whose header names the service. */
function serviceOf({ target }: AwsRequest): Service {
  return TARGETS[target?.split(".")[0] ?? ""] ?? "@connections";
}

/** Requests while loading are made side by side. */
export function longestWaitMillisOf(requests: readonly AwsRequest[]): number {
  return Math.max(0, ...requests.map((request) => WAIT_MILLIS[serviceOf(request)]));
}

export function coldMillis({ loadMs, firstCpuMs, waitMillis }: Usage, megabytes: number): number {
  return loadMs + waitMillis.load + firstCpuMs / shareOfCore(megabytes) + waitMillis.first;
}

export function warmMillis({ warmCpuMs, waitMillis }: Usage, megabytes: number): number {
  return warmCpuMs / shareOfCore(megabytes) + waitMillis.warm;
}

/** Lambda bills whole milliseconds, and since August 2025 those of initialising too. */
export function priceOfMillion(millis: number, megabytes: number): number {
  const gigabyteSeconds = (Math.ceil(millis) / 1000) * (megabytes / 1024);
  return PRICES.millionRequests + 1e6 * gigabyteSeconds * PRICES.gigabyteSecond;
}
