/** Sentences of this area; ICU message syntax. */
export const ssh = {
  refused: "{address} refuses connections on port {port}.",
  "refused-hint": "Check the port, and that the SSH server is running there.",
  "no-route": "There is no way to {address} from here.",
  "no-route-hint": "Check the address and the network between the panel and the machine.",
  silent: "{address} does not answer on port {port}.",
  "silent-hint": "It may be off, cut off the network, behind a firewall, or too busy to answer.",
  "no-such-name": "No machine is known under the name {address}.",
  "no-such-name-hint": "Check the spelling, or use its IP address.",
  lost: "The connection to {address} was lost.",
  "lost-hint": "It may have been restarted, or the network between failed.",
  "auth-failed": "{address} did not let {user} in.",
  "auth-failed-hint": "Check the user, and the password or that the panel''s key is in the machine''s authorized_keys.",
  "no-common-algorithm": "{address} and the panel have no encryption in common.",
  "no-common-algorithm-hint":
    "Its SSH server accepts only methods the panel does not have. Allow curve25519-sha256 and ssh-ed25519 there.",
  "host-key": "{address} is not the machine it was: its host key is {seen}, and {expected} is expected.",
  "host-key-hint":
    "Nothing was sent to it. If the machine was installed anew, confirm the new key; if not, somebody may be in between.",
  sessions: "{address} takes no further session.",
  "sessions-hint": "Its SSH server limits sessions (MaxSessions). It is tried again.",
  "outcome-unknown":
    "The connection to {address} ended in the middle of a change, so it is not known whether it was made.",
  "outcome-unknown-hint": "Look at the machine before you try again.",
  deadline: "{address} did not finish a command within {seconds, plural, one {# second} other {# seconds}}.",
  "deadline-hint": "It may be very busy, or a device or mount there may hang.",
  "line-too-long": "A command printed a line longer than 64 kB and was ended.",
  "output-too-long": "A command printed more than 4 MiB and was ended.",
  "output-hint": "Nothing on {address} was changed by this.",
} as const;
