import { z } from "zod";
import type { FormField } from "../domain/dto.ts";
import { text } from "../domain/text.ts";
import type { StorageDriver } from "./contract.ts";

/** What a driver writes behind each field of its schema with `.meta`. */
const metaSchema = z.object({
  label: z.string(),
  help: z.string().optional(),
  placeholder: z.string().optional(),
  widget: z.enum(["text", "path", "number", "switch", "secret"]),
  default: z.union([z.string(), z.number(), z.boolean()]),
  changeable: z.literal(true).optional(),
});

type Values = Record<string, string | number | boolean>;

/** What of a config stands in the form. A list is no field: a change of parts makes it. */
export const formValues = (config: Record<string, unknown>): Values =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => !Array.isArray(value))) as Values;

/** Entries of a config's lists: each has fields that the form has as well. */
export const listEntries = (config: Record<string, unknown>): Values[] =>
  Object.values(config).flatMap((value) => (Array.isArray(value) ? (value as Values[]) : []));

const isList = (property: unknown) => z.object({ type: z.literal("array") }).safeParse(property).success;

/** The fields of a form, made from its schema: label, help, widget and default, in the schema's order. */
export function formFields({ config }: Pick<StorageDriver, "config">): FormField[] {
  const { properties = {} } = z.toJSONSchema(config, { io: "input", unrepresentable: "any" });
  const fields = Object.entries(properties).filter(([, property]) => !isList(property));
  return fields.map(([name, property]) => {
    const meta = metaSchema.parse(property);
    return {
      name,
      label: text(meta.label),
      ...(meta.help ? { help: text(meta.help) } : {}),
      ...(meta.placeholder ? { placeholder: meta.placeholder } : {}),
      widget: meta.widget,
      default: meta.default,
      isChangeable: meta.changeable === true,
    };
  });
}
