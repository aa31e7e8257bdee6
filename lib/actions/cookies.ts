import { cookies } from "next/headers.js";

type SameSite = "lax" | "strict" | "none";

/** Sends `Set-Cookie` lines with the answer of a server action. */
export async function sendCookies(lines: readonly string[]): Promise<void> {
  const jar = await cookies();
  for (const line of lines) {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const given = new Map(
      attributes.map((part) => {
        const [name = "", value = ""] = part.split("=");
        return [name.toLowerCase(), value] as const;
      }),
    );
    const maxAge = given.get("max-age");
    jar.set(pair.slice(0, at), decodeURIComponent(pair.slice(at + 1)), {
      path: given.get("path") ?? "/",
      httpOnly: given.has("httponly"),
      secure: given.has("secure"),
      sameSite: (given.get("samesite")?.toLowerCase() ?? "lax") as SameSite,
      ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
    });
  }
}
