"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type DriveVerb, type DriveView, driveObstacle, type UnknownVolume } from "#lib/domain/drive.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import type { Text } from "#lib/domain/text.ts";
import { type DrivesState, drivesQuery, type FirstDrives } from "#lib/queries/drives.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { findStorage, type PanelState } from "#lib/queries/panel.ts";

export interface Drives {
  drives: DriveView[];
  /** Names of nodes that drives and unknown volumes are on, by id. */
  nodes: Record<string, string>;
  /** How many fit what was asked for, and how many there are. */
  fits: number;
  total: number;
  /** Another part is on its way. */
  isBusy: boolean;
  unknown: UnknownVolume[];
  /** The browser's clock when the ages were true; missing in the first paint. */
  at: number | undefined;
  error: ErrorView | null;
  /** What was asked for could not be read: these are the drives that came with the page. */
  isOther: boolean;
  retry: () => void;
  /** Why a verb can't be done to a drive now. */
  obstacle: (verb: DriveVerb, drive: DriveView, state: PanelState) => Text | null;
}

/** Drives as the page came with them, then those of `query`, kept current by the event stream. */
export function useDrives(first: FirstDrives, query = first.query): Drives {
  const initialData = first.query === query ? first.view : undefined;
  const list = useQuery({ ...drivesQuery(query), initialData });
  const { error, isPlaceholderData } = list;
  const data: DrivesState = list.data ?? first.view;
  const [mountedAt, setMountedAt] = useState<number>();
  useEffect(() => setMountedAt(Date.now()), []);
  const { drives, nodes, fits, total, unknown, abilities } = data;
  return {
    ...{ drives, nodes, fits, total, unknown },
    isBusy: isPlaceholderData,
    at: data.at ?? mountedAt,
    error: error ? errorViewOf(error) : null,
    isOther: list.isError && list.data === undefined,
    retry: () => void list.refetch(),
    obstacle: (verb, drive, state) => {
      const kind = findStorage(state, drive.storageId)?.storage.kind;
      const own = kind && abilities[kind];
      return driveObstacle(verb, drive, own ?? { activates: false, growsInUse: false });
    },
  };
}
