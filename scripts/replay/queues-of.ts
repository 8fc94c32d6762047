import { paginateListQueues, type SQSClient } from "@aws-sdk/client-sqs";

/** URLs by logical id: CloudFormation names a queue `<stack>-<logical id>-<random>`, the emulator by that id alone. */
export async function queuesOf(client: SQSClient, stack: string): Promise<(logicalId: string) => string> {
  const urls: string[] = [];
  for await (const page of paginateListQueues({ client, pageSize: 1000 }, {})) urls.push(...(page.QueueUrls ?? []));
  return (logicalId) => {
    const isNamed = (name: string) => name === logicalId || name.startsWith(`${stack}-${logicalId}-`);
    const url = urls.find((one) => isNamed(one.slice(one.lastIndexOf("/") + 1)));
    if (url === undefined) throw new Error(`stack ${stack} has no queue ${logicalId}`);
    return url;
  };
}
