import { isSecretId } from "../../lib/domain/secret-id.ts";
import { en } from "../../lib/messages/en.ts";
import { chapSecret, networkLvmConfig } from "../../lib/storage/drivers/network-lvm/config.ts";
import { expect, test } from "../fixtures/test.ts";
import { expectJudged, expectKept, expectUnharmed, refuseDialogs, STRINGS, type } from "../verbs/hostile.ts";
import { addStorage, openWizard } from "../verbs/wizard.ts";

test.beforeEach(refuseDialogs);

const san = en["network-lvm"];

/** A Network LVM storage's fields of text, by their labels. */
const SAN_FIELDS = ["portals", "target", "chapUser", "reverseUser", "wwid", "vgName"] as const;
const SAN_LABELS: Record<(typeof SAN_FIELDS)[number], string> = {
  portals: san.portals,
  target: san.target,
  chapUser: san["chap-user"],
  reverseUser: san["reverse-user"],
  wwid: san.wwid,
  vgName: san["vg-name"],
};

test("portals, target, users and secrets are refused beside their fields; a secret is never given back", {
  tag: ["@S05", "@S12", "@S28"],
}, async ({ page, panel }) => {
  test.setTimeout(120_000);
  await page.goto(panel.url);
  await openWizard(page);
  await page.goto(`${page.url().split("?")[0]}?step=storages`);
  await addStorage(page, { kind: "Network LVM", name: "san" });
  const byLabel = (label: string) => page.getByLabel(label, { exact: true });
  for (const value of STRINGS) {
    const typed: string[] = [];
    for (const field of SAN_FIELDS) typed.push(await type(byLabel(SAN_LABELS[field]), value));
    await expectKept(page, (data) => data.storages.at(-1)?.config.vgName, typed.at(-1)!);
    for (const [index, field] of SAN_FIELDS.entries())
      await expectJudged(byLabel(SAN_LABELS[field]), networkLvmConfig.shape[field], typed[index]!);
  }
  const secret = byLabel(san["chap-secret"]);
  // Without a user a secret alone is refused as well, which is not what is looked at.
  await type(byLabel(SAN_LABELS.chapUser), "panel");
  for (const value of STRINGS) {
    await secret.fill(value);
    const typed = await secret.inputValue();
    await secret.blur();
    await expect(secret).toHaveValue("");
    // The draft is not saved with what no row can bear, nor with nothing in place of what it has.
    if (typed !== "" && !typed.includes("\0")) await expectJudged(secret, chapSecret, typed);
  }
  await secret.fill("<b>never&shown;");
  await secret.blur();
  await expectKept(page, ({ storages }) => isSecretId(String(storages.at(-1)?.config.chapSecret)) && "kept", "kept");
  const draft = await page.request.get(`${panel.url}/api/drafts/${new URL(page.url()).pathname.split("/").at(-1)}`);
  expect(await draft.text()).not.toContain("never&shown");
  await expectUnharmed(page);
});
