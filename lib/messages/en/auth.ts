/** Sentences of this area; ICU message syntax. */
export const auth = {
  wrong: "The e-mail address or the password is wrong.",
  wait: "Too many attempts. Try again in {seconds, plural, one {# second} other {# seconds}}.",
  "no-administrator": "This administrator is no longer here.",
  "own-sessions": "Your own session ends by signing out.",
  "own-account": "Nobody can remove their own account: another administrator does.",
  "email-taken": "Somebody has an account with this e-mail address already.",
  "no-user": "There is no account with this e-mail address.",
  link: {
    unknown: "This link is not valid.",
    used: "This link was used already.",
    late: "This link is older than an hour.",
    hint: "Links are good for one use within an hour. Ask for a new one; the first one is printed when the panel starts.",
  },
  field: {
    email: "This is not an e-mail address.",
    "email-missing": "Type your e-mail address.",
    "password-missing": "Type your password.",
    "password-short": "A password has at least 10 characters.",
    "password-long": "A password has at most 128 characters.",
    "name-missing": "Type your name.",
    "name-characters": "This name holds a character that can’t be kept.",
    "name-long": "A name has at most 100 characters.",
  },
} as const;
