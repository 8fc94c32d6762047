import { type Attack, rowsOf, withClaims } from "./attack.ts";

const d15 = rowsOf("attack:D15", 20);
const e1 = rowsOf("attack:E1", 843);
const e3 = rowsOf("attack:E3", 74);
const e4 = rowsOf("attack:E4", 639);
const e6 = rowsOf("attack:E6", 117);
const e7 = rowsOf("attack:E7", 176);
const e8 = rowsOf("attack:E8", 178);
const e9 = rowsOf("attack:E9", 770);

const nested = (levels: number): unknown => (levels === 0 ? { userId: "ann" } : { data: nested(levels - 1) });

function shown(value: unknown): string {
  const json = String(JSON.stringify(value));
  return json.length > 40 ? `${json.slice(0, 20)}… of ${json.length - 2} characters` : json;
}

const named = (row: ReturnType<typeof rowsOf>, userIds: readonly unknown[]): readonly Attack[] =>
  userIds.map((userId) =>
    row("IDENTITY_INVALID", `user id ${shown(userId)}`, (target) => withClaims(target, { data: { userId } })),
  );

export const identityAttacks: readonly Attack[] = [
  ...[undefined, null, "ann", 1, true, [], [{ userId: "ann" }], {}, nested(1), nested(10)].map((data) =>
    d15("IDENTITY_INVALID", `data ${shown(data)}`, (target) => withClaims(target, { data })),
  ),
  d15("IDENTITY_INVALID", "data under another spelling", (target) =>
    withClaims(target, { data: { userid: "ann", user_id: "ann", UserId: "ann" } }),
  ),
  ...named(e1, [0, 1, 1.5, true, false, null, [], ["ann"], {}, { userId: "ann" }, "", " ", "   ", "\t", " ann"]),
  ...named(e3, ["a#b", "a/b", "a\\b", 'a"b', "a'b", "a;b", "a&b", "a%23b", "a*b", "a?b", "a$b", "a{b}", "a<b>"]),
  ...named(e4, ["USER#bob", "subscription#x", "connection#x", "ENTITY#x", "#", "##"]),
  ...named(e6, ["ann\n", "ann\r\nbob", "ann\0", "\u001b[2Jann", "ann\u2028", "ann\u0085", "ann\u007f"]),
  ...named(e7, ["ann\ud800", "ann\ud801", "\udc00ann"]),
  ...named(e8, [
    "\u00e9",
    "e\u0301",
    "\u212a",
    "\u212b",
    "\uff41nn",
    "\u0131",
    "\u0130",
    "a\u200dn",
    "\u202eann",
    "аnn",
  ]),
  ...named(e9, ["a".repeat(129), "a".repeat(1024), "a".repeat(2049), "é".repeat(65), "😀".repeat(600)]),
];
