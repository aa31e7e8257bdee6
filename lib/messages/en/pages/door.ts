export const door = {
  signIn: "Sign in",
  email: "E-mail",
  password: "Password",
  signingIn: "Signing in",
  name: "Name",
  nameHint: "Shown beside what you do.",
  passwordHint: "At least 10 characters; a sentence is good.",
  noTokenTitle: "Open the whole link",
  setup: {
    title: "Set up Spindle",
    lead: "You are the first administrator. Choose how you sign in.",
    submit: "Create the account",
    submitting: "Creating",
    noToken:
      "The panel printed a link when it started. What follows /setup# belongs to it. It is good for an hour; starting the panel again prints a new one.",
  },
  invite: {
    title: "Become an administrator",
    lead: "Choose how you sign in.",
    submit: "Create the account",
    submitting: "Creating",
    noToken:
      "What follows /invite# belongs to the link. It is good for an hour; an administrator can make a new one in the settings.",
  },
  reset: {
    title: "Choose a new password",
    lead: "Other sessions of your account end.",
    submit: "Set the password",
    submitting: "Setting",
    noToken:
      "What follows /reset# belongs to the link. It is good for an hour; “npm run admin -- reset E-MAIL” on the panel’s machine prints a new one.",
  },
} as const;
