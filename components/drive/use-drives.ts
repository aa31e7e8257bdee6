"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  type DriveVerb,
  type DriveView,
  type DrivesView,
  driveObstacle,
  type UnknownVolume,
} from "#lib/domain/drive.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import type { Text } from "#lib/domain/text.ts";
import { drivesQuery } from "#lib/queries/drives.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { findStorage, type PanelState } from "#lib/queries/panel.ts";

export interface Drives {
  drives: DriveView[];
  unknown: UnknownVolume[];
  /** The browser's clock when the ages were true; missing in the first paint. */
  at: number | undefined;
  error: ErrorView | null;
  /** Why a verb can't be done to a drive now. */
  obstacle: (verb: DriveVerb, drive: DriveView, state: PanelState) => Text | null;
}

/** Drives as the page came with them, then kept current by the event stream. */
export function useDrives(initial: DrivesView): Drives {
  const { data, error } = useQuery({ ...drivesQuery(), initialData: initial });
  const [mountedAt, setMountedAt] = useState<number>();
  useEffect(() => setMountedAt(Date.now()), []);
  const { drives, unknown, abilities } = data;
  return {
    drives,
    unknown,
    at: "at" in data && data.at !== undefined ? data.at : mountedAt,
    error: error ? errorViewOf(error) : null,
    obstacle: (verb, drive, state) => {
      const kind = findStorage(state, drive.storageId)?.storage.kind;
      const own = kind && abilities[kind];
      return driveObstacle(verb, drive, own ?? { activates: false, growsInUse: false });
    },
  };
}
