import { executions } from "./in-process-host.ts";
import { shiftDate } from "./shifted-date.ts";

let isInstalled = false;

/**
 * Lets `Date` tell functions of this process the emulator's time, from now on. All other code keeps the machine's. It is
 * called when the two times first differ: until then `Date` stays as it is.
 */
export function showTimeToFunctions(): void {
  if (isInstalled) return;
  isInstalled = true;
  shiftDate(() => executions.getStore()?.now?.());
}
