import type { Value } from "./evaluation.ts";
import type { Section } from "./section.ts";

/** A parameter that the template does not have, or a value that it refuses. The message never holds the value. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
}

/** The given values, or else the defaults, checked against the template's rules for them. Throws ParameterError. */
export function readParameters(declared: Section, given: Readonly<Record<string, string>>): ReadonlyMap<string, Value> {
  const unknown = Object.keys(given).find((name) => !declared.names.includes(name));
  if (unknown !== undefined) throw new ParameterError(`the template has no parameter ${unknown}`);
  return new Map(
    declared.names.map((name) => {
      const parameter = declared.section(name);
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      // Its default is a name in Parameter Store, and no value.
      if (own === undefined && FROM_STORE.test(parameter.text("Type"))) {
        throw new ParameterError(`parameter ${name} has its value in Parameter Store, so it must be given one here`);
      }
      if (own === undefined && !parameter.has("Default")) throw new ParameterError(`parameter ${name} has no default`);
      return [name, readValue(name, parameter, own ?? parameter.text("Default"))];
    }),
  );
}

const FROM_STORE = /^AWS::SSM::Parameter::Value<(.+)>$/;
const LIST = /^(?:CommaDelimitedList|List<(.+)>)$/;
/** The ids and names of resources of an account, which are texts. */
const OF_ACCOUNT = /^AWS::(?:EC2|Route53|SSM)::[\w:]+$/;

/** How a value is read. Undefined for a type that CloudFormation does not have. */
function typeOf(name: string): { readonly isList: boolean; readonly isNumber: boolean } | undefined {
  const ofStore = FROM_STORE.exec(name)?.[1];
  if (ofStore !== undefined) return typeOf(ofStore);
  const list = LIST.exec(name);
  const item = list === null ? name : (list[1] ?? "String");
  const isKnown = item === "String" || item === "Number" || OF_ACCOUNT.test(item);
  return isKnown ? { isList: list !== null, isNumber: item === "Number" } : undefined;
}

function readValue(name: string, parameter: Section, text: string): Value {
  const type = typeOf(parameter.text("Type"));
  if (type === undefined) throw parameter.problem("Type", "is not known to the emulator");
  const values = type.isList ? text.split(",").map((item) => item.trim()) : [text];
  for (const value of values) {
    const expectation = broken(parameter, type.isNumber, value);
    if (expectation !== undefined) throw new ParameterError(`parameter ${name} ${expectation}`);
  }
  return type.isList ? values : text;
}

function broken(parameter: Section, isNumber: boolean, value: string): string | undefined {
  if (parameter.has("AllowedValues")) {
    const allowed = allowedValues(parameter);
    if (!allowed.includes(value)) return `must be one of ${allowed.join(", ")}`;
  }
  if (parameter.has("AllowedPattern") && !pattern(parameter).test(value)) {
    return parameter.has("ConstraintDescription")
      ? `must be ${parameter.text("ConstraintDescription")}`
      : `must match ${parameter.text("AllowedPattern")}`;
  }
  if (isNumber) return brokenNumber(parameter, value);
  if (value.length < parameter.number("MinLength", 0)) return "is too short";
  if (value.length > parameter.number("MaxLength", Number.MAX_SAFE_INTEGER)) return "is too long";
  return undefined;
}

function brokenNumber(parameter: Section, value: string): string | undefined {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  const min = parameter.number("MinValue", Number.MIN_SAFE_INTEGER);
  const max = parameter.number("MaxValue", Number.MAX_SAFE_INTEGER);
  return number >= min && number <= max ? undefined : "must be a number within its bounds";
}

function allowedValues(parameter: Section): readonly string[] {
  const values = parameter.list("AllowedValues");
  return values.map(String);
}

/** CloudFormation matches the whole value. */
function pattern(parameter: Section): RegExp {
  try {
    return new RegExp(`^(?:${parameter.text("AllowedPattern")})$`, "su");
  } catch {
    throw parameter.problem("AllowedPattern", "is not a regular expression");
  }
}
