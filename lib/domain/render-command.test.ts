import { expect, it } from "vitest";
import { renderCommand } from "./render-command.ts";

it.each([
  [["vgs", "--units", "b"], undefined, "vgs --units b"],
  [["mkdir", "--", "/my vm"], undefined, "mkdir -- '/my vm'"],
  [["echo", ""], undefined, "echo ''"],
  [["echo", "it's", "$(id)"], undefined, `echo 'it'\\''s' '$(id)'`],
  [["tee", "/etc/x"], "one line", "tee /etc/x <<< 'one line'"],
])("%j reads as it would be typed", (argv, stdin, line) => expect(renderCommand({ argv, stdin })).toBe(line));

it("names a secret and never its id", () => {
  expect(renderCommand({ argv: ["cat"], stdin: { secret: "se_1" } })).toBe("cat <<< ‹secret›");
});
