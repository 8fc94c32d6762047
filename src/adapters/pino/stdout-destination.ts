import { type DestinationStream, pino } from "pino";

/** What may wait for a reader that is slow. Beyond it lines are lost: the process has callers to answer. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Standard output, written before the call returns: Lambda freezes the process as soon as it has answered, and what is
 * still in a buffer then appears minutes later or never. A full pipe is tried again with the next line, not slept on.
 */
export function stdoutDestination(): DestinationStream {
  const destination = pino.destination({
    dest: 1,
    sync: true,
    maxLength: MAX_WAITING_BYTES,
    retryEAGAIN: () => false,
  });
  // Without a listener a reader that went away would end the process.
  destination.on("error", () => {});
  return destination;
}
