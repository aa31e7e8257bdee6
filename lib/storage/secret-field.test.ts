import { expect, it } from "vitest";
import { formValues, listEntries } from "./form.ts";
import { requireDriver } from "./registry.ts";
import { NO_SECRET, secretIds, withoutGone } from "./secret-field.ts";

const driver = requireDriver("network-lvm");
const [OWN, MORE, GONE] = ["se_0000000000000001", "se_0000000000000002", "se_0000000000000003"];
const config = {
  ...{ target: "iqn.1", chapUser: "a", chapSecret: OWN, reverseSecret: NO_SECRET },
  targets: [
    { target: "iqn.2", chapSecret: MORE, reverseSecret: "" },
    { target: "iqn.3", chapSecret: "", reverseSecret: GONE },
  ],
};

it("secrets of a config are those of its lists as well, and a page gets none of them", () => {
  expect(secretIds(driver, config)).toEqual([OWN, MORE, GONE]);
  expect(JSON.stringify(withoutGone(driver, config, () => false))).not.toContain("se_");
  expect(withoutGone(driver, config, (id) => id !== GONE)).toEqual({
    ...config,
    targets: [config.targets[0], { target: "iqn.3", chapSecret: "", reverseSecret: "" }],
  });
  const { targets: _, ...plain } = config;
  expect(withoutGone(driver, plain, () => true)).toBe(plain);
});

it("a form has no lists, and what is in them is shown beside it", () => {
  expect(Object.keys(formValues(config))).toEqual(["target", "chapUser", "chapSecret", "reverseSecret"]);
  expect(listEntries(config).map(({ target }) => target)).toEqual(["iqn.2", "iqn.3"]);
});
