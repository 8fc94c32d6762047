import type { FunctionSettings } from "./function-settings.ts";
import type { FunctionError, InvocationResult, OutputSink } from "./lambda-function.ts";

/** The end of the log of one invocation. The output of the function is written into it, wherever the function runs. */
export type InvocationLog = OutputSink & {
  begin(requestId: string): void;
  end(invocation: {
    readonly fn: FunctionSettings;
    readonly requestId: string;
    readonly now: number;
    readonly durationMillis: number;
    readonly result: InvocationResult;
  }): void;
  /** The last 4 KB (API reference, Invoke, `LogResult`). */
  tail(): Buffer;
};

const TAIL_BYTES = 4096;
const BYTES_PER_MEGABYTE = 1024 * 1024;

/** Keeps no more than the tail: a handler may print without end. */
export function makeInvocationLog(): InvocationLog {
  let kept = Buffer.alloc(0);

  function write(output: string | Uint8Array): void {
    const bytes = Buffer.concat([kept, Buffer.from(output as string)]);
    kept = Buffer.from(bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)));
  }

  return {
    write,
    begin: (requestId) => write(`START RequestId: ${requestId} Version: $LATEST\n`),
    end({ fn, requestId, now, durationMillis, result }) {
      if (result.kind === "failed") write(errorLine(requestId, now, result.error));
      write(`END RequestId: ${requestId}\n${reportLine(fn, requestId, durationMillis)}`);
    },
    tail: () => kept,
  };
}

/** The line of Lambda's runtime for Node.js, or of Lambda itself after a timeout. */
function errorLine(requestId: string, now: number, { errorType, errorMessage, trace }: FunctionError): string {
  const time = new Date(now).toISOString();
  if (errorType === "Sandbox.Timedout") return `${time} ${requestId} ${errorMessage.replace(/^.* Error: /, "")}\n\n`;
  const error = JSON.stringify({ errorType, errorMessage, stack: trace });
  return `${time}\t${requestId}\tERROR\tInvoke Error \t${error}\n`;
}

function reportLine({ memoryMegabytes }: FunctionSettings, requestId: string, durationMillis: number): string {
  const used = Math.ceil(process.memoryUsage.rss() / BYTES_PER_MEGABYTE);
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMillis.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMillis)} ms`,
    `Memory Size: ${memoryMegabytes} MB`,
    `Max Memory Used: ${used} MB`,
  ];
  return `${fields.join("\t")}\t\n`;
}
