"use client";
import { createContext, useContext } from "react";
import type { LiveLineState } from "#lib/queries/live-client.ts";

export const LiveLineContext = createContext<LiveLineState>({ phase: "connecting", since: null });

/** The line to the panel; changes with its phase, not with every event. */
export const useLiveLine = () => useContext(LiveLineContext);
