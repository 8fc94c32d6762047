import { type AwsRequest, type AwsStandIn, deployedSettings } from "./aws-stand-in.ts";
import { coldStart, type Subject } from "./cold-starts.ts";

export type RequestsOfCalls = {
  readonly load: readonly AwsRequest[];
  readonly first: readonly AwsRequest[];
  readonly second: readonly AwsRequest[];
};

/** The requests of a process while it loads, and of its first two calls: what each call adds to all requests. */
export async function requestsOfCalls(subject: Subject, aws: AwsStandIn): Promise<RequestsOfCalls> {
  const requestsWith = async (calls: number) => {
    aws.countAnew();
    await coldStart(subject, calls, deployedSettings(aws));
    return aws.requests;
  };
  const load = await requestsWith(0);
  const withFirst = await requestsWith(1);
  const withSecond = await requestsWith(2);
  return { load, first: withFirst.slice(load.length), second: withSecond.slice(withFirst.length) };
}
