/** The exit status for faults that the user can correct: a wrong flag or template, or a port in use. */
export const EXIT_MISUSE = 2;

/** Errors in flags, parameters or the template. Each message names the mistake and its place in one line. */
const MISUSES = ["UsageError", "FaultError", "ParameterError", "TemplateError"];

export type Listening = { readonly port?: number | undefined; readonly host?: string | undefined };

/**
 * Explains in one line why the emulator did not start, if the user can correct it. `misuses` names further errors whose
 * messages are such lines.
 */
export function explainMisuse(
  error: unknown,
  { port, host }: Listening,
  misuses: readonly string[] = [],
): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (MISUSES.includes(error.name) || misuses.includes(error.name)) return error.message;
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `port ${port} is in use: end the program that listens there, or choose another with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${host} is no address of this machine: choose another with --host`;
    case "EACCES":
      return `port ${port} needs more rights than this user has: choose one above 1023 with --port`;
    default:
      return undefined;
  }
}
