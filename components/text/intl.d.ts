import type { Messages } from "#lib/messages/en.ts";

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages;
    Locale: "en";
  }
}
