import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { startEmulator } from "@portcullis/emulator/testing";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import type { Json } from "../../../packages/emulator/tests/support/handlers.ts";
import { encodePush } from "../../../src/adapters/api-gateway-management/push-frame.ts";
import { parseQueuedDelivery } from "../../../src/adapters/sqs/events/queued-event.ts";

const rule = {
  name: "updates",
  eventBusName: "default",
  eventPattern: { source: [{ prefix: "portcullis." }] },
  targets: [{ queue: "updates", permitted: true, deadLetterQueuePermitted: false }],
};
const mapping = { functionName: "Notify", queue: "updates", batchSize: 1, batchingWindowSeconds: 0 };

it("an accepted event reaches the queue's consumer with its message, for any characters", async () => {
  let received: (body: string) => void = () => {};
  await using emulator = await startEmulator({
    functions: { Notify: ({ Records }: Json) => received(Records[0].body) },
    routes: {},
    eventing: {
      queues: [{ name: "updates" }],
      rules: [rule],
      eventSourceMappings: [{ ...mapping, reportBatchItemFailures: false }],
    },
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const endpoint = emulator.endpoint;
  const bus = new EventBridgeClient({ region: "us-east-1", endpoint, credentials });
  onTestFinished(() => bus.destroy());
  const text = fc.oneof(anyText(40), fc.constantFrom("\ufffe", "\uffff", "\ud800", "\udc00\ud800", "\u2028"));

  await fc.assert(
    fc.asyncProperty(text, text, async (message, source) => {
      const body = new Promise<string>((resolve) => {
        received = resolve;
      });
      const Detail = JSON.stringify({ entityId: "a", message });
      const entry = { Source: `portcullis.${source}`, DetailType: "Entity Updated", Detail, Resources: [source] };
      await bus.send(new PutEventsCommand({ Entries: [entry] }));
      const { notification } = parseQueuedDelivery(await body);
      expect(JSON.parse(encodePush(notification))).toMatchObject({ entityId: "a", message });
    }),
  );
});
