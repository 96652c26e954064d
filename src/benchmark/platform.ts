import type { Platform } from "./report.js";

interface Host {
  readonly navigator?: { readonly userAgent?: string; readonly hardwareConcurrency?: number };
}

/** What the platform says of itself: browsers, Deno, Node 21 and newer, and Workers all have the same names for it. */
export function describePlatform(): Platform {
  const { navigator } = globalThis as Host;
  return { agent: navigator?.userAgent ?? "unknown", cores: navigator?.hardwareConcurrency ?? null };
}
