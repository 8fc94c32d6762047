// Parts of the emulator without the rest: a queue alone, or the rules of SQS and Lambda as functions. Tests alone need
// them, with queues that they can look into and time that stands still. A subpath of @portcullis/emulator would promise
// them to every user, so this file is the one place that reaches past the package's door.
export { type Eventing, startEventing } from "../../packages/emulator/src/eventing.ts";
export { freePort } from "../../packages/emulator/src/http/free-port.ts";
export { makeFunctions } from "../../packages/emulator/src/lambda/functions.ts";
export type { LambdaFunction } from "../../packages/emulator/src/lambda/lambda-function.ts";
export { judgeBatchResponse } from "../../packages/emulator/src/sqs/batch-verdict.ts";
export { checkBody, type Message, messageBytes } from "../../packages/emulator/src/sqs/message.ts";
export { parseMessageAttributes } from "../../packages/emulator/src/sqs/message-attributes.ts";
export type { SqsEvent } from "../../packages/emulator/src/sqs/sqs-event.ts";
export { makeSqsService } from "../../packages/emulator/src/sqs/sqs-service.ts";
