import { partsOf } from "./parts.ts";
import { ARROW_HEADS, drawArrow } from "./svg/arrows.ts";
import { LEFT, WIDTH } from "./svg/columns.ts";
import { Picture } from "./svg/picture.ts";
import { placeDoor } from "./svg/place-door.ts";
import { placePushes } from "./svg/place-pushes.ts";
import { label } from "./svg/shapes.ts";
import type { System } from "./system.ts";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
/** Room for the arrows from one half to the other. */
const BETWEEN = 58;

/** docs/diagram.svg: the calls between the parts, from left to right. */
export function drawSystem(system: System): string {
  const picture = new Picture();
  const parts = partsOf(system);
  const door = placeDoor(picture, system, parts, 40);
  const pushes = placePushes(picture, system, parts, door + BETWEEN);
  const height = pushes + 60;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="${FONT}">
<title>Portcullis: routes, functions, queues and stores</title>
<defs>${ARROW_HEADS}</defs>
<rect width="100%" height="100%" fill="#ffffff"/>
${picture.content}
${legend(pushes + 32)}
</svg>
`;
}

function legend(y: number): string {
  const line = (x: number) => ({ from: point(x, y - 4), to: point(x + 36, y - 4) });
  return [
    drawArrow(line(LEFT)),
    label("reaches", LEFT + 44, y),
    drawArrow({ ...line(LEFT + 110), both: true }),
    label("and its answer goes back to the client", LEFT + 154, y),
    drawArrow({ ...line(LEFT + 380), fails: true }),
    label("what cannot be delivered", LEFT + 424, y),
    label("Broken outline: depends on a parameter of the template", LEFT + 590, y),
  ].join("\n");
}

function point(x: number, y: number) {
  return { x, y: y - 5, width: 0, height: 10 };
}
