import { openPanelDatabase, SecondPanelError } from "../lib/db/open.ts";
import { keyFilePath } from "../lib/secrets/keyring.ts";
import { rotateMasterKey } from "../lib/secrets/master.ts";

async function main([verb]: readonly string[]): Promise<number> {
  if (verb !== "rotate") {
    console.error(
      "Usage:\n  npm run key -- rotate   seal every secret anew with a new master key; the panel must not be running",
    );
    return 2;
  }
  const database = await openPanelDatabase();
  try {
    const count = await rotateMasterKey();
    console.log(`${count} secrets sealed anew; the new key is in ${keyFilePath()}. Everybody has to sign in again.`);
    return 0;
  } finally {
    await database.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const hint = error instanceof SecondPanelError ? ". Stop it first" : "";
    console.error(`${error instanceof Error ? error.message : error}${hint}`);
    process.exit(1);
  },
);
