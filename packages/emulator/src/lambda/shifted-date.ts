/**
 * Makes the `Date` of this thread tell another time: `now` is called for each reading, and undefined is the real time.
 * `new Date()`, `Date()` and `Date.now()` read the clock; all else of `Date` stays as it is.
 * `performance`, timers and `Intl.DateTimeFormat` without a date keep the real time. Call the result to undo it.
 */
export function shiftDate(now: () => number | undefined): () => void {
  const RealDate = globalThis.Date;
  const realNow = RealDate.now;
  const shiftedNow = () => now() ?? realNow();
  const ShiftedDate = new Proxy(RealDate, {
    construct(target, args, newTarget) {
      return Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget);
    },
    apply: () => new RealDate(shiftedNow()).toString(),
  });
  // A method, so that its name and its lack of a prototype are those of the real one.
  RealDate.now = { now: () => shiftedNow() }.now;
  RealDate.prototype.constructor = ShiftedDate;
  globalThis.Date = ShiftedDate;
  return () => {
    RealDate.now = realNow;
    RealDate.prototype.constructor = RealDate;
    if (globalThis.Date === ShiftedDate) globalThis.Date = RealDate;
  };
}
