import { z } from "zod";

/**
 * A field of a driver's form that takes a secret. What is typed is sealed when it is saved; the config holds the id of its
 * row, which steps name as a `SecretRef`, and nothing where there is none.
 */
export const secretField = z
  .string("errors.field.invalid")
  .regex(/^(?:|[a-z]+_[a-z0-9]{8,40})$/, "errors.field.invalid")
  .default("");
