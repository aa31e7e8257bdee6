import { connect } from "../../lib/db/client.ts";
import type { DraftView } from "../../lib/domain/dto.ts";
import { actionNamed, builtActions, callAction } from "../fixtures/actions.ts";
import { get, post, refusal } from "../fixtures/http.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";

const OTHER = { name: "Grace", email: "grace@example.net", password: "a long enough one" };
const NOBODYS = { draftId: "dr_nobody0000000", key: "nd_nobody0000000" };
const FINGERPRINT = `SHA256:${"a".repeat(43)}`;

interface Ids {
  draftId: string;
  key: string;
}

/** Every action that takes what is its owner's alone, with an input that would work for the owner. */
const PRIVATE: Record<string, (ids: Ids) => Record<string, unknown>> = {
  saveDraft: ({ draftId }) => ({ draftId, version: 1, data: FORM }),
  discardDraft: ({ draftId }) => ({ draftId }),
  addDraftNode: ({ draftId }) => ({ draftId, address: "127.9.9.9", port: 1, user: "root", credential: "key" }),
  confirmDraftNodeKey: (ids) => ({ ...ids, fingerprint: FINGERPRINT }),
  lookAgainAtDraftNode: (ids) => ({ ...ids, password: "secret" }),
  chooseForDraftNode: (ids) => ({ ...ids, storageKey: "s1", choice: "rename", value: "x" }),
  removeDraftNode: (ids) => ({ ...ids }),
  confirmDraft: ({ draftId }) => ({ draftId, digest: "0".repeat(64) }),
};
/** Everything else belongs to the panel: every administrator may use it. */
const COMMON = [
  ...["startClusterDraft", "startJoinDraft", "startStorageDraft", "recheckAction", "setMainStorage", "setThresholds"],
  ...[
    "setStorageEnabled",
    "editStorage",
    "recheckStorage",
    "removeStorage",
    "removeCluster",
    "lookAtParts",
    "changeParts",
    // What was noted of secrets is its writer's alone; `source.db.test.ts` holds that.
    "notePartsSource",
  ],
  ...["lookAtLeftovers", "clearLeftovers"],
  ...["cancelTaskAction", "replanTaskAction", "releaseHeldAction", "confirmDrives", "protectDrives"],
  ...["setNodeMode", "editNode", "readNodeHostKey", "acceptNodeHostKey", "planNodeKey", "confirmNodeRemoval"],
  // Its plan is its maker's alone; `nodes.db.test.ts` holds that.
  "confirmNodeKey",
  ...["createInvite", "endSessions", "removeAdministrator"],
  ...["signIn", "signOut", "redeemAccountLink", "redeemResetLink"],
];
const FORM = {
  name: "taken over",
  virtualization: "kvm",
  imageDir: "/image",
  shareDir: "/share",
  storages: [],
  mainKey: null,
  step: "name",
};

/** Makes a second administrator by invitation; answers with a `cookie` header of theirs. */
async function secondAdministrator(panel: TestPanel, cookie: string): Promise<string> {
  const { result } = await callAction(panel, await actionNamed("createInvite"), undefined, { cookie });
  const path = (result as { value: { path: string } }).value.path;
  const token = path.slice(path.indexOf("#") + 1);
  await callAction(panel, await actionNamed("redeemAccountLink"), { ...OTHER, token });
  const { email, password } = OTHER;
  const answer = await post(panel, "/api/auth/sign-in", { email, password });
  expect(answer.status).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** A draft of the first administrator with one machine in it. */
async function ownDraft(panel: TestPanel, cookie: string): Promise<Ids> {
  const begun = await callAction(panel, await actionNamed("startClusterDraft"), undefined, { cookie });
  const { draftId } = (begun.result as { value: { draftId: string } }).value;
  const machine = { draftId, address: "127.9.9.8", port: 1, user: "root", credential: "password", password: "secret" };
  const added = await callAction(panel, await actionNamed("addDraftNode"), machine, { cookie });
  return { draftId, key: (added.result as { value: { key: string } }).value.key };
}

/** What lies in the database for a draft, as text. */
async function stored(panel: TestPanel, { draftId }: Ids): Promise<string> {
  const sql = connect(panel.databaseUrl!, 1);
  const [row] = await sql<{ all: string }[]>`
    select (select drafts::text from drafts where id = ${draftId}) ||
      (select string_agg(key || address || coalesce(fingerprint, '') || choices::text, ',') from draft_nodes where draft_id = ${draftId}) ||
      (select string_agg(secrets::text, ',' order by id) from secrets) as all`;
  await sql.end();
  return row!.all;
}

/** A refusal without what differs from request to request. */
const plain = (value: unknown) => JSON.stringify(value, (name, each: unknown) => (name === "requestId" ? "" : each));

test("another administrator's draft is not there: every action and route refuses, and says the same of an id that is nobody's", {
  tag: "@S05",
}, async ({ panel }) => {
  const mine = await panel.signIn();
  const theirs = await secondAdministrator(panel, mine);
  const ids = await ownDraft(panel, mine);
  const settled = async () =>
    ((await get(panel, `/api/drafts/${ids.draftId}`, { cookie: mine })).body as DraftView).nodes[0]?.state;
  await expect.poll(settled).toBe("failed");
  const before = await stored(panel, ids);

  const actions = await builtActions();
  const known = [...Object.keys(PRIVATE), ...COMMON];
  expect(actions.map((action) => action.name).filter((name) => !known.includes(name))).toEqual([]);
  for (const [name, inputOf] of Object.entries(PRIVATE)) {
    const action = await actionNamed(name);
    const own = await callAction(panel, action, inputOf(ids), { cookie: theirs });
    const nobodys = await callAction(panel, action, inputOf(NOBODYS), { cookie: theirs });
    expect([name, own.result]).toMatchObject([name, { ok: false, error: { code: "not-found" } }]);
    expect([name, own.status, plain(own.result)]).toEqual([name, nobodys.status, plain(nobodys.result)]);
  }
  const route = await get(panel, `/api/drafts/${ids.draftId}`, { cookie: theirs });
  const nobodys = await get(panel, `/api/drafts/${NOBODYS.draftId}`, { cookie: theirs });
  expect([route.status, refusal(route)?.code]).toEqual([404, "not-found"]);
  expect(plain(route.body)).toBe(plain(nobodys.body));
  const page = await get(panel, `/clusters/new/${ids.draftId}`, { cookie: theirs });
  const nobodysPage = await get(panel, `/clusters/new/${NOBODYS.draftId}`, { cookie: theirs });
  expect(page.status).toBe(nobodysPage.status);
  expect(page.body).not.toContain("127.9.9.8");
  expect(await stored(panel, ids), "nothing of it was touched").toBe(before);
  expect((await get(panel, `/api/drafts/${ids.draftId}`, { cookie: mine })).status).toBe(200);
});

test("a machine of one's own draft can't be reached through another's", { tag: "@S05" }, async ({ panel }) => {
  const mine = await panel.signIn();
  const theirs = await secondAdministrator(panel, mine);
  const first = await ownDraft(panel, mine);
  const begun = await callAction(panel, await actionNamed("startClusterDraft"), undefined, { cookie: theirs });
  const { draftId } = (begun.result as { value: { draftId: string } }).value;
  expect(draftId).not.toBe(first.draftId);
  for (const name of ["confirmDraftNodeKey", "lookAgainAtDraftNode", "chooseForDraftNode", "removeDraftNode"]) {
    const { result } = await callAction(panel, await actionNamed(name), PRIVATE[name]!({ draftId, key: first.key }), {
      cookie: theirs,
    });
    expect([name, result]).toMatchObject([name, { ok: false, error: { code: "not-found" } }]);
  }
});
