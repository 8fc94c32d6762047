const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let last = { second: Number.NaN, text: "" };

/** The Common Log Format's time, `31/Aug/2022:13:34:52 +0000`, independent of the zone and language of this machine. */
export function requestTime(epochMillis: number): string {
  const second = Math.floor(epochMillis / 1000);
  // Thousands of requests have the same second.
  if (second !== last.second) last = { second, text: textOf(new Date(epochMillis)) };
  return last.text;
}

function textOf(moment: Date): string {
  const day = String(moment.getUTCDate()).padStart(2, "0");
  return `${day}/${MONTHS[moment.getUTCMonth()]}/${moment.getUTCFullYear()}:${moment.toISOString().slice(11, 19)} +0000`;
}
