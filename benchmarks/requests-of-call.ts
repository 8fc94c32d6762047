import { type AwsRequest, type AwsStandIn, deployedSettings } from "./aws-stand-in.ts";
import { coldStart, type Subject } from "./cold-starts.ts";

/** The requests of one call of a process, the first or a later one: what one call more adds to all requests. */
export async function requestsOfCall(
  number: number,
  subject: Subject,
  aws: AwsStandIn,
): Promise<readonly AwsRequest[]> {
  const before = (await requestsWith(number - 1, subject, aws)).length;
  return (await requestsWith(number, subject, aws)).slice(before);
}

async function requestsWith(calls: number, subject: Subject, aws: AwsStandIn): Promise<readonly AwsRequest[]> {
  aws.countAnew();
  await coldStart(subject, calls, deployedSettings(aws));
  return aws.requests;
}
