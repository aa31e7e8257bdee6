import { z } from "zod";
import type { DiskSmart } from "../../domain/disks.ts";
import { text } from "../../domain/text.ts";

/** A count that makes sense; whatever else a disk or a tool writes is "not said". */
const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
  .optional()
  .catch(undefined);
const share = z.number().min(0).max(1_000).optional().catch(undefined);

const attribute = z.object({
  id: z.number(),
  name: z.string().catch(""),
  value: z.number().optional().catch(undefined),
  raw: z.object({ value: count }).optional().catch(undefined),
});

/** The parts of smartctl's JSON that are used; ATA, SCSI and NVMe disks each have some of them. */
const smartctlJson = z.object({
  smartctl: z
    .object({
      messages: z
        .array(z.object({ string: z.string() }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  smart_support: z.object({ available: z.boolean() }).optional().catch(undefined),
  smart_status: z.object({ passed: z.boolean() }).optional().catch(undefined),
  temperature: z
    .object({ current: z.number().min(-100).max(200) })
    .optional()
    .catch(undefined),
  power_on_time: z.object({ hours: count }).optional().catch(undefined),
  endurance_used: z.object({ current_percent: share }).optional().catch(undefined),
  ata_smart_attributes: z
    .object({ table: z.array(attribute) })
    .optional()
    .catch(undefined),
  scsi_grown_defect_list: count,
  scsi_percentage_used_endurance_indicator: share,
  nvme_smart_health_information_log: z
    .object({ percentage_used: share, media_errors: count })
    .optional()
    .catch(undefined),
});
type Smartctl = z.output<typeof smartctlJson>;

const REALLOCATED = 5;
const PENDING = 197;
/** Attributes whose value, by smartctl's own list of disks, is what is left of the life in percent. */
const LIFE_LEFT = ["Percent_Lifetime_Remain", "SSD_Life_Left", "Media_Wearout_Indicator", "Wear_Leveling_Count"];

function wearOf(json: Smartctl): number | null {
  const percent =
    json.nvme_smart_health_information_log?.percentage_used ??
    json.endurance_used?.current_percent ??
    json.scsi_percentage_used_endurance_indicator;
  if (percent !== undefined) return percent / 100;
  const left = json.ata_smart_attributes?.table.find((one) => LIFE_LEFT.includes(one.name))?.value;
  return left !== undefined && left >= 0 && left <= 100 ? (100 - left) / 100 : null;
}

const NOTHING: Omit<DiskSmart, "health" | "reason"> = {
  ...{ temperature: null, powerOnHours: null, reallocated: null, pending: null, wear: null, mediaErrors: null },
};

function unknownReason(json: Smartctl): DiskSmart["reason"] {
  const said = json.smartctl?.messages?.[0]?.string.slice(0, 300) ?? "";
  if (/\b(STANDBY|SLEEP|low-power)\b/i.test(said)) return text("node.disks.asleep");
  if (json.smart_support?.available === false) return text("node.disks.no-smart");
  return said === "" ? text("node.disks.silent") : text("node.disks.unread", { said });
}

/** What one run of `smartctl --json -i -H -A` tells. What is not said is null, and never zero. */
export function readSmart(output: string): DiskSmart {
  let json: Smartctl | undefined;
  try {
    json = smartctlJson.safeParse(JSON.parse(output)).data;
  } catch {
    // Cut off by its deadline, or no JSON at all: the disk has said nothing.
  }
  if (!json) return { ...NOTHING, health: "unknown", reason: text("node.disks.silent") };
  const raw = (id: number) => json.ata_smart_attributes?.table.find((one) => one.id === id)?.raw?.value ?? null;
  const passed = json.smart_status?.passed;
  return {
    health: passed === undefined ? "unknown" : passed ? "passed" : "failed",
    reason: passed === undefined ? unknownReason(json) : null,
    temperature: json.temperature?.current ?? null,
    powerOnHours: json.power_on_time?.hours ?? null,
    reallocated: raw(REALLOCATED) ?? json.scsi_grown_defect_list ?? null,
    pending: raw(PENDING),
    wear: wearOf(json),
    mediaErrors: json.nvme_smart_health_information_log?.media_errors ?? null,
  };
}
