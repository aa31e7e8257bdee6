import { text as readAll } from "node:stream/consumers";
import { openPanelDatabase, openToolDatabase, SecondPanelError } from "../lib/db/open.ts";
import { newAccountSchema } from "../lib/domain/account.ts";
import { PanelError } from "../lib/domain/errors.ts";
import { env } from "../lib/env.ts";
import { en } from "../lib/messages/en.ts";
import { loadMasterKey } from "../lib/secrets/master.ts";
import { takePanelOver } from "../lib/services/panel/take-over.ts";
import { createFirstAdministrator, createResetLink } from "../lib/services/users/links.ts";

const USAGE = `Usage:
  npm run admin -- reset E-MAIL          print a link that sets a new password, good for an hour
  npm run admin -- first E-MAIL [NAME]   make the first administrator; the password is read from standard input
  npm run admin -- take-over             after a restore, before the panel starts: nodes refuse the panel that was there before`;

function address(path: string): string {
  return `${env().origin ?? `http://${env().host}:${env().port}`}${path}`;
}

async function first(email: string, name: string | undefined): Promise<void> {
  const password = (await readAll(process.stdin)).replace(/\r?\n$/, "");
  const data = newAccountSchema.parse({ token: "", name: name ?? email.split("@")[0], email, password });
  await createFirstAdministrator(data);
  console.log(`${data.email} is an administrator now`);
}

async function takeOver(): Promise<void> {
  // The panel's own lock: one that runs would go on with the epoch that it began with.
  const database = await openPanelDatabase();
  try {
    const epoch = await takePanelOver();
    console.log(`The panel's epoch is ${epoch} now: every node that it asks once refuses one with a lower epoch`);
  } finally {
    await database.close();
  }
}

/** The English sentence of a refusal; none of those met here has values. */
function sentence(error: PanelError): string {
  const [area, ...path] = error.view.message.key.split(".");
  let at: unknown = en[area as keyof typeof en];
  for (const part of path) at = (at as Record<string, unknown> | undefined)?.[part];
  return typeof at === "string" ? at : error.message;
}

async function main([verb, email, name]: readonly string[]): Promise<number> {
  if (verb === "take-over") {
    await takeOver();
    return 0;
  }
  if (!email || (verb !== "reset" && verb !== "first")) {
    console.error(USAGE);
    return 2;
  }
  const database = await openToolDatabase();
  try {
    await loadMasterKey();
    if (verb === "reset") console.log(address(await createResetLink(email)));
    else await first(email, name);
    return 0;
  } finally {
    await database.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const hint = error instanceof SecondPanelError ? ". Stop it first" : "";
    console.error(
      error instanceof PanelError ? sentence(error) : `${error instanceof Error ? error.message : error}${hint}`,
    );
    process.exit(1);
  },
);
