// `npm run replay`: sends dead letters back to the queues of the functions.
import { SQSClient } from "@aws-sdk/client-sqs";
import { readFlags, UsageError } from "@portcullis/emulator/command";
import { isRedrivable, redriveDeadLetters } from "./replay/redrive-dead-letters.ts";
import { replayDeadLetters } from "./replay/replay-dead-letters.ts";

const HELP = `Sends dead letters back: npm run replay -- --reason <reason> | --queue <queue> [flags]

  --reason <reason>      those in Undeliverable whose attribute Reason is this, however old they are
  --queue <queue>        those in EntityUpdatedDeadLetters, UserPushDeadLetters or ContinuationDeadLetters
  --stack <name>         whose dead letters they are    (portcullis)
  --endpoint-url <url>   of a running npm start, as http://127.0.0.1:3001; else AWS, as the AWS CLI is configured
  --help                 this text`;

/** The emulator accepts any credentials: real ones are not used. */
function clientAt(endpoint: string | undefined): SQSClient {
  if (endpoint === undefined) return new SQSClient({});
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new SQSClient({ endpoint, region: "us-east-1", credentials });
}

async function main(): Promise<void> {
  const names = ["reason", "queue", "stack", "endpoint-url"];
  const flags = readFlags(process.argv.slice(2), { names, example: "--reason TOO_OLD" }, process.env);
  if (flags.help) return console.log(HELP);
  const [reason, queue] = [flags.value("reason"), flags.value("queue")];
  const stack = flags.value("stack") ?? "portcullis";
  const client = clientAt(flags.value("endpoint-url"));
  if (reason !== undefined && queue === undefined) {
    const { replayed, left, returned, others } = await replayDeadLetters(client, { stack, reason });
    console.log(`${replayed} sent back, ${left} left that no function takes`);
    if (returned > 0) console.log(`${returned} became dead letters again: the cause is still there`);
    const counts = Object.entries(others).map(([name, count]) => `${count} ${name}`);
    if (counts.length > 0) console.log(`of other reasons: ${counts.toSorted().join(", ")}`);
  } else if (reason === undefined && queue !== undefined && isRedrivable(queue)) {
    console.log(`SQS moves them to ${await redriveDeadLetters(client, { stack, queue })}`);
  } else {
    throw new UsageError("one of --reason and --queue is needed, and of queues one that --help lists");
  }
}

await main().catch((error: Error) => {
  console.error(`portcullis: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
