import type { LabNode } from "#lab/index.ts";
import type { Command } from "../../domain/plan.ts";
import { connect } from "../../ssh/connection.ts";
import { run } from "../../ssh/run.ts";
import { type Catalogue, catalogueFile } from "./catalogue.ts";
import type { Ended } from "./perform.ts";

/** How a node is that an administrator has set up by his own taste, and the way back. */
export interface Surroundings {
  begin(node: LabNode): Promise<unknown>;
  end(node: LabNode): Promise<unknown>;
}

/**
 * Signs in as the panel does: a session begins with what the node gives to every login, and commands run through its
 * shell. Throws PanelError as `connect` does.
 */
export async function logIn(node: LabNode): Promise<{ run: (command: Command) => Promise<Ended>; close(): void }> {
  const { address, port, user, rootPassword: password } = node;
  const fingerprint = await node.hostKeyFingerprint();
  const connection = await connect({ address, port, user, fingerprint, credential: { password } });
  return { run: (command) => run(connection, command), close: () => connection.close() };
}

/** What libc would say in German of what tools meet most; the lab's images have no translations. */
export const GERMAN_WORDS = {
  "No such file or directory": "Datei oder Verzeichnis nicht gefunden",
  "File exists": "Die Datei existiert bereits",
  "Input/output error": "Eingabe-/Ausgabefehler",
  "No space left on device": "Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
  "Device or resource busy": "Das Gerät oder die Ressource ist belegt",
  "Read-only file system": "Das Dateisystem ist nur lesbar",
} satisfies Catalogue;

// The locale's tables are C.UTF-8's: what changes is the language.
const SPEAK_GERMAN = `set -eu
cp -a /usr/lib/locale/C.utf8 /usr/lib/locale/de_DE.utf8
mkdir -p /usr/share/locale/de/LC_MESSAGES
base64 -d >/usr/share/locale/de/LC_MESSAGES/libc.mo
[ ! -e /etc/default/locale ] || cp -a /etc/default/locale /root/locale.kept
printf '%s\\n' LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 LANGUAGE=de >/etc/default/locale`;

const SPEAK_NOTHING = `rm -rf /usr/lib/locale/de_DE.utf8 /usr/share/locale/de /etc/default/locale
[ ! -e /root/locale.kept ] || mv /root/locale.kept /etc/default/locale`;

/** Every session is German, by the file in which Debian keeps a machine's language. */
export const german: Surroundings = {
  begin: (node) => node.sh(["sh", "-c", SPEAK_GERMAN], { input: catalogueFile(GERMAN_WORDS).toString("base64") }),
  end: (node) => node.sh(["sh", "-c", SPEAK_NOTHING]),
};

// A library that was removed and is still named: every program complains, and works. A setting from the days of clvmd:
// LVM warns of it, and works.
const MAKE_NOISE = `set -eu
cp -a /root/.bashrc /root/bashrc.kept
cp -a /etc/lvm/lvmlocal.conf /root/lvmlocal.kept
printf '%s\\n' 'echo "Welcome, last login: {\\"never\\"}"' 'echo "quota: none" >&2' >>/root/.bashrc
printf '%s\\n' 'global {' ' locking_type = 3' '}' >>/etc/lvm/lvmlocal.conf
echo /usr/lib/libgone.so >/etc/ld.so.preload`;

const BE_QUIET = `rm -f /etc/ld.so.preload
[ ! -e /root/bashrc.kept ] || mv /root/bashrc.kept /root/.bashrc
[ ! -e /root/lvmlocal.kept ] || mv /root/lvmlocal.kept /etc/lvm/lvmlocal.conf`;

/** Login scripts print on both outputs, every program on standard error, and LVM warns beside. */
export const noisy: Surroundings = {
  begin: (node) => node.sh(["sh", "-c", MAKE_NOISE]),
  end: (node) => node.sh(["sh", "-c", BE_QUIET]),
};
