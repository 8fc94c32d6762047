import { type DestinationStream, pino } from "pino";

/**
 * The most bytes that wait for a slow reader. Further log entries are lost, because blocking would delay the callers.
 */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Standard output, written before the call returns: Lambda freezes the process as soon as it has responded, and data
 * still in a buffer then appears minutes later or never. If the pipe is full (EAGAIN), the call does not block; the
 * data is written with the next log entry.
 */
export function stdoutDestination(): DestinationStream {
  const destination = pino.destination({
    dest: 1,
    sync: true,
    maxLength: MAX_WAITING_BYTES,
    retryEAGAIN: () => false,
  });
  // Without a listener, a closed pipe would end the process.
  destination.on("error", () => {});
  return destination;
}
