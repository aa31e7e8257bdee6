import { sql } from "drizzle-orm";
import { db } from "../lib/db/client.ts";
import type { NodeStep, Plan } from "../lib/domain/plan.ts";
import { text } from "../lib/domain/text.ts";

/** What a panel has gathered after a year or two, beside its nodes. */
export const ROWS = { drives: 20_000, tasks: 20_000, logLines: 500_000, auditRows: 100_000 } as const;

/** A task whose log is long, and which has many steps. */
export const LONG_TASK = "tk_bench000000000";
export const DRIVE = "dr_bench000000001";
const LONG_LOG = 100_000;
const STEPS = 6;

/** About as long as the scripts that make a drive. */
const SCRIPT = Array.from({ length: 12 }, (_, line) => `[ -e "$1/${line}" ] || lvcreate -n "$2" -L "$3" "$1"`).join(
  "\n",
);

function step(number: number): NodeStep {
  return {
    kind: "node",
    id: `s${number}`,
    target: "n1",
    title: text("drive.plan.create", { count: 1, label: `vm-${number}` }),
    command: { argv: ["sh", "-c", SCRIPT, "spindle", "lvm0", `vm-${number}`, "10737418240b"] },
    alreadyDone: { command: { argv: ["sh", "-c", 'lvs "$1"', "spindle", `lvm0/vm-${number}`] } },
    undo: {
      title: text("drive.plan.delete", { count: 1, label: `vm-${number}` }),
      command: { argv: ["lvremove", "-y"] },
    },
  };
}

function plan(): Plan {
  const target = { key: "n1", label: "node", address: "127.10.0.1", port: 22, user: "root", fingerprint: "SHA256:x" };
  return {
    format: 1,
    kind: "drives.create",
    title: text("drive.plan.create", { count: 1, label: "vm" }),
    targets: [{ ...target, nodeId: "nd_bench0000000000" }],
    steps: Array.from({ length: STEPS }, (_, index) => step(index)),
    locks: [],
    notes: [text("drive.note.gone")],
  };
}

const KINDS = ["drives.create", "drives.grow", "drives.delete", "cluster.join", "storage.remove", "node.rotate-key"];
const WHO = ["Ada", "Grace", "Edsger", "Barbara", "Ken", "Radia"];
const ACTIONS = [
  "drives.create",
  "drives.grow",
  "cluster.create",
  "node.maintenance",
  "user.sign-in",
  "storage.rename",
];

const picked = (from: readonly string[], by: string) =>
  sql.raw(`(array[${from.map((one) => `'${one}'`).join(", ")}])[1 + ${by} % ${from.length}]`);
const padded = (prefix: string, by: string, digits: number) =>
  sql.raw(`'${prefix}' || lpad((${by})::text, ${digits}, '0')`);
const series = (count: number) => sql.raw(`generate_series(0, ${count - 1}) i`);
const node = (by: string) => padded("nd_bench", by, 10);

async function fillDrives(): Promise<void> {
  await db().execute(sql`
    insert into drives (id, cluster_id, storage_id, node_id, label, format, size, state, is_protected, created_at, changed_at)
    select ${padded("dr_bench", "i", 9)}, s.cluster_id, s.id, ${node("i % 1000")},
      'vm-' || (i % 1000) || '-disk-' || i / 1000, case s.kind when 'file' then 'qcow2' else 'raw' end,
      (1 + i % 200) * 1073741824::bigint, case when i % 50 = 49 then 'failed' else 'ready' end, i % 10 = 0,
      now() - make_interval(mins => i), now() - make_interval(mins => i)
    from ${series(ROWS.drives)}
    join (select *, row_number() over (order by id) - 1 place, count(*) over () total from storages) s
      on s.place = (i / 1000) % s.total`);
}

/** Tasks that are open are another process's: the panel leaves them alone. */
async function fillTasks(): Promise<void> {
  await db().execute(sql`
    insert into tasks (id, kind, title, state, plan, cluster_id, actor_name, request_id, error, lease_owner, lease_until,
      created_at, started_at, ended_at)
    select ${padded("tk_bench", "i", 9)}, ${picked(KINDS, "i")}, title, state, jsonb_set(p.plan, '{title}', title),
      (select id from clusters limit 1), ${picked(WHO, "i")}, gen_random_uuid()::text,
      case when state = 'failed' then '{"code":"command-failed","message":{"key":"errors.internal"}}'::jsonb end,
      case when state in ('queued', 'running') then 'elsewhere:1' end,
      case when state in ('queued', 'running') then now() + interval '1 day' end,
      begun, case when state <> 'queued' then begun + interval '1 second' end,
      case when state not in ('queued', 'running') then begun + make_interval(secs => 5 + i % 300) end
    from (select i, now() - make_interval(mins => 10 * i + 1) as begun,
        jsonb_build_object('key', 'drive.plan.create', 'values', jsonb_build_object('count', 1, 'label', 'vm-' || i)) title,
        case when i between 1 and 20 then 'running' when i between 21 and 25 then 'queued' when i % 29 = 0 and i > 0 then 'failed'
          when i % 31 = 0 and i > 0 then 'undone' when i % 97 = 0 and i > 0 then 'cancelled' else 'done' end state
      from ${series(ROWS.tasks)}) task
    cross join (select ${JSON.stringify(plan())}::jsonb plan) p`);
  await db().execute(sql`
    insert into task_steps (task_id, position, step_id, state, exit_code, output, started_at, ended_at)
    select t.id, n, 's' || n,
      case t.state when 'done' then 'done' when 'undone' then 'undone'
        when 'failed' then case when n = 3 then 'failed' when n < 3 then 'left' else 'pending' end
        when 'running' then case when n < 2 then 'done' when n = 2 then 'running' else 'pending' end else 'pending' end,
      case when t.state = 'done' then 0 end, repeat('a line of what was printed' || chr(10), 1 + n), t.started_at, t.ended_at
    from tasks t cross join ${sql.raw(`generate_series(0, ${STEPS - 1})`)} n`);
  await db().execute(sql`
    insert into task_search (task_id, words, node_ids)
    select t.id, lower('create the drive ' || (t.title -> 'values' ->> 'label') || ' ' || t.id || ' ' || t.actor_name || ' '
      || t.kind || ' node-' || lpad((n % 1000)::text, 4, '0')), array['nd_bench' || lpad((n % 1000)::text, 10, '0')]
    from (select *, row_number() over (order by id) n from tasks) t`);
}

async function fillLog(): Promise<void> {
  const others = ROWS.logLines - LONG_LOG;
  await db().execute(sql`
    insert into task_log (task_id, position, at, line)
    select case when i < ${others} then ${padded("tk_bench", `i % ${ROWS.tasks}`, 9)} else ${LONG_TASK} end, i % ${STEPS},
      now() - make_interval(secs => ${ROWS.logLines} - i), 'node: Logical volume "vm-' || i || '" created, ' || md5(i::text)
    from ${series(ROWS.logLines)}`);
}

async function fillAudit(): Promise<void> {
  await db().execute(sql`
    insert into audit (at, actor_id, actor_name, address, request_id, action, entity, entity_id, detail)
    select now() - make_interval(mins => ${ROWS.auditRows} - i), 'u' || i % ${WHO.length}, ${picked(WHO, "i")},
      '192.0.2.' || i % 250, gen_random_uuid()::text, ${picked(ACTIONS, "i")}, ${picked(["drive", "cluster", "node", "user"], "i")},
      'dr_bench' || lpad((i % 20000)::text, 9, '0'), jsonb_build_object('name', 'vm-' || i % 20000, 'count', 1)
    from ${series(ROWS.auditRows)}`);
}

/** Writes all of it; nodes and storages are there already. */
export async function fillRows(): Promise<void> {
  await fillDrives();
  await fillTasks();
  await fillLog();
  await fillAudit();
  await db().execute(sql`analyze`);
}
